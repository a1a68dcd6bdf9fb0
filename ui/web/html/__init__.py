"""HTML of the page, made from values and escaped; no state, no events, no Gradio."""
