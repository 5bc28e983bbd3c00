"""People, their addresses, organisations with contracts, and teams."""
