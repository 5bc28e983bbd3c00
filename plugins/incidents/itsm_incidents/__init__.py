"""Incidents: something that worked does not; bring it back, fast, and say what was done."""
