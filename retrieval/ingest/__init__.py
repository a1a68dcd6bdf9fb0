"""Adding: files become pages, passages and vectors. Opens no file itself, searches nothing."""
