"""Where values stand on the pages."""
