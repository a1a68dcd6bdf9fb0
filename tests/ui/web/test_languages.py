"""The words of the interface in other languages."""

from __future__ import annotations

import json
import re

import pytest
from looktwice.ui.web.html.components import LANGUAGES

from ...source import ROOT

FOLDER = ROOT / "ui/web/languages"
SOURCES = [
    *(ROOT / "ui/web").rglob("*.py"),
    *(ROOT / "ui/web").rglob("*.js"),
    ROOT / "agent/assurance.py",
    ROOT / "agent/step_words.py",
    *(ROOT / "agent/extraction").rglob("*.py"),
    *(ROOT / "tools").rglob("*.py"),
]


def words(language: str) -> dict[str, str]:
    read: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_each_language_says_everything_with_what_is_put_in(language: str) -> None:
    said = words(language)
    assert list(said) == list(words("de"))
    for key, text in said.items():
        assert text.strip()
        assert set(re.findall(r"{\w+}", key)) == set(re.findall(r"{\w+}", text)), key


def test_every_word_that_is_translated_is_one_the_page_says() -> None:
    """A sentence that was changed in the source only would be shown in English again."""
    every = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    every = re.sub(r"\"\s*\n\s*f?\"|'\s*\n\s*f?'|\"\s*\n\s*f?'|'\s*\n\s*f?\"", "", every)
    plain = [key for key in words("de") if "{" not in key and ";" not in key]
    assert [key for key in plain if key not in every] == []
