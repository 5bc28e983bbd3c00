"""Views of the queue that have a name: a person's own, and those that the desk shares."""
