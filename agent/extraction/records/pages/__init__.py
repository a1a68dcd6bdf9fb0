"""Documents page by page, as rows of cells."""
