"""Records on the page: documents read into a table whose values are held against their pages."""
