"""Notices to people: one row in the application each, from the one template of the house."""
