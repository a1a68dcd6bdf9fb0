"""Office files, web pages, Markdown and sheets as pages; what has no pages of its own is cut here."""
