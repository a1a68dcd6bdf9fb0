"""Summaries of documents: each part read for itself, then put together (map and reduce)."""
