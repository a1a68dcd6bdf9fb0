"""Google-style docstrings as people write them."""

from __future__ import annotations

from looktwice.tools.docstring import split_docstring


def test_docstrings_in_several_styles() -> None:
    text = "Does it.\n\nArgs:\n    a (int): One: more.\n    b: Two\n        goes on.\n\nRaises:\n    X: no."
    assert split_docstring(text) == ("Does it.", {"a": "One: more.", "b": "Two goes on."})
    assert split_docstring("") == ("", {})
