"""Servers through which people and programs ask; the answering itself is done in `agent`."""
