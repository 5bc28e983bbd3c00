"""Tickets: what every process of the desk has in common."""
