"""Calendars: when a desk, a group or a service is open, and who is on duty then."""
