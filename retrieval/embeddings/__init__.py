"""Embedders: texts, pictures and pages in, unit vectors out."""
