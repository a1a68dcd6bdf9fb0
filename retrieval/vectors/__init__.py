"""Vectors in Chroma, in a folder or on a server. The only package that knows chromadb."""
