"""Languages and scripts of texts."""

from __future__ import annotations

import sys

import pytest
from looktwice.agent.text import language
from looktwice.agent.text.language import languages_of, script_of


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Hello", "LATIN"),
        ("Привет", "CYRILLIC"),
        ("東京タワーはどこですか", "CJK"),
        ("안녕하세요", "HANGUL"),
        ("ab Привет", "CYRILLIC"),
        ("ab яб", ""),
        ("12.50", ""),
    ],
)
def test_the_script_of_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script


def test_the_likeliest_language() -> None:
    found = languages_of("Wie viele Personen sind auf dem Bild?")
    assert max(found, key=lambda code: found[code]) == "de"
    assert sum(found.values()) == pytest.approx(1, abs=0.01)
    assert languages_of("ok") == {}


def test_without_the_library_nobody_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py3langid.langid", None)
    language._ranking.cache_clear()
    try:
        assert languages_of("Wie viele Personen sind auf dem Bild?") == {}
    finally:
        language._ranking.cache_clear()
