"""Bring tickets and people from other systems' files, by mappings that are data."""
