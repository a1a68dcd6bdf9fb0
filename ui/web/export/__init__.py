"""A conversation, or one answer of it, as a file: Markdown, HTML, DOCX or JSON; no state, no Gradio."""
