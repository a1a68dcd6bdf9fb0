"""Embedders: texts, pictures and pages in, unit vectors out. They keep nothing and search nothing."""
