"""Operations: backup and restore, what `itsm doctor` finds, and the logs of all processes."""
