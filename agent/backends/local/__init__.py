"""A transformers model in this process: loading, prompts, pictures, kept prefixes, constrained decoding."""
