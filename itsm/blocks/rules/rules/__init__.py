"""The language of conditions, what is found in a list without running it, and how a list runs."""
