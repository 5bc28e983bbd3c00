"""Office moves: a type of ticket with a life cycle of its own."""
