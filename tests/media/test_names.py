"""Names of files that come from outside."""

from __future__ import annotations

import pytest
from looktwice.media.names import last_part, safe_name


@pytest.mark.parametrize("path", ["a/b/c.pdf", "C:\\x\\c.pdf", "x\\b/c.pdf", "c.pdf"])
def test_the_last_part_of_a_path_of_any_system(path: str) -> None:
    assert last_part(path) == "c.pdf"


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\a.pdf", "a.pdf"),
        (".hidden", "hidden"),
        ("a\x00b\n.pdf", "a_b_.pdf"),
        ("<script>.pdf", "_script_.pdf"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 97 + ".pdf"),
        ("a." + "x" * 300, "a." + "x" * 16),
    ],
)
def test_file_names_lead_nowhere(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_what_has_no_name_is_called_as_the_caller_says() -> None:
    assert safe_name("..", "document") == "document"
    assert safe_name("//.pdf", "document") == "pdf"
