"""From cells to the pasts of tickets, as a mapping says; nothing here knows a database."""
