"""Model files: what exists, which is used, how it comes here, if it is intact. Nothing runs a model."""
