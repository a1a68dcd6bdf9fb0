"""Documents to typed records: a schema in, values with their places out, each held against the page."""
