"""Who may do what: accounts, roles with permissions, API tokens, sessions that can be revoked."""
