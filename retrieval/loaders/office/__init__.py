"""Office files, web pages, Markdown and sheets as pages."""
