"""Records as they are handed on."""
