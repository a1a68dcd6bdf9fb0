"""Joining what several ways of searching found, and reranking it. No catalog, no vectors' storage."""
