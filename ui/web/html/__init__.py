"""Answers, steps and lists as escaped HTML: pure functions of values, no Gradio."""
