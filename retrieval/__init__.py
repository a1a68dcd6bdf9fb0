"""The user's documents: read, kept, embedded, found. Knows tools and agent only by protocols."""
