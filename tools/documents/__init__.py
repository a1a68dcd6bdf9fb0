"""Tools over the user's documents: search, pictures alike, opening a page. The index is in retrieval."""
