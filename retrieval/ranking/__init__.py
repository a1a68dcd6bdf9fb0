"""Joining what several ways of searching found, and putting it in a better order."""
