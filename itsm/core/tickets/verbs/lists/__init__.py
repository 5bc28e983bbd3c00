"""Lists of tickets: what they are filtered by, their order, their counts, and one act on many of them."""
