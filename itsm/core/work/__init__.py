"""The unit of work and the owed calls: everything that happens in, after or some time after a transaction."""
