"""Configuration documents: each save an immutable revision, each activation an event."""
