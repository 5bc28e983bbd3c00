"""What a desk owes the people it knows: to hand out what it holds of them, to erase it, to forget what is old."""
