"""Questions about all documents of an index at once: their records as one table, asked in SQL."""
