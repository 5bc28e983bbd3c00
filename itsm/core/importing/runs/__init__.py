"""Imports from a page: a file is tried, its report is shown, and then it is brought in by background work."""
