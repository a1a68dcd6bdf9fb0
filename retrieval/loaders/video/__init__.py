"""Videos as documents: each moment that looks other than the one before is a page with its time."""
