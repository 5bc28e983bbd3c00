"""The proof that the ledger is as it was written: seals that leave the database, and the check of everything."""
