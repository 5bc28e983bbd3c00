"""Everything that comes in from outside is one row, and ends in exactly one outcome."""
