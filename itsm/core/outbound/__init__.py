"""Requests of ours and of plugins to other systems: the one way out, which does not lead back inside."""
