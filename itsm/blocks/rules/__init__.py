"""Rule lists: ordered conditions over a declared vocabulary, checked, tried on history, traced."""
