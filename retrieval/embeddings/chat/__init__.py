"""Vectors of the chat model itself, in this process or at its server."""
