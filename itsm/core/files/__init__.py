"""Files by content: each stored once under its SHA-256, shown under its real name, served as an attachment."""
