"""The pictures of `looktwice demo`."""
