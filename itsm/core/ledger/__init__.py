"""The append-only ledger: what happened, to whom it is shown, and the proof that nobody changed it."""
