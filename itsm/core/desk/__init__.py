"""The desk's own few facts: its generation and epoch, and what is known of each plugin."""
