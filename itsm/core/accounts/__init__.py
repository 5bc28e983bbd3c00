"""What administrators do with roles and with the accounts of others: pages and API over the verbs of `access`."""
