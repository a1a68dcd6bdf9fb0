"""How the first calls for a question are found: an ordered list of routes; the first that fits is taken."""
