"""The thin core: tickets, people, the ledger, owed calls, access, configuration and the hook specs."""
