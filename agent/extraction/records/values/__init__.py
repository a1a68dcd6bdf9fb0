"""Values as they are written, typed."""
