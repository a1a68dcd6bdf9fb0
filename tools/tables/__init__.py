"""Questions to tables: typed cells in a database that can only be read, and nothing outside of it."""
