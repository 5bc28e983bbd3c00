"""Backlog: how many unfinished tickets each group had, night by night."""
