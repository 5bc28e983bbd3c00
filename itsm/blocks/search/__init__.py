"""Search in Russian and English over one table of documents."""
