"""How long models took to load."""

from __future__ import annotations

from pathlib import Path

from looktwice.agent.loading_times import expected_seconds, loading_words, note_seconds
from looktwice.settings import Settings


def test_what_was_noted_is_expected_of_the_same_model_only(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, pack="starter")
    other = settings.model_copy(update={"pack": "server", "model": "http://127.0.0.1:1/v1"})
    assert expected_seconds(settings) is None
    assert loading_words(settings) == "Loading the models ..."
    note_seconds(settings, 11.24)
    note_seconds(other, 0.5)
    assert expected_seconds(settings) == 11.2
    assert "about 12 s" in loading_words(settings)
    assert expected_seconds(other) == 0.5


def test_a_file_that_cannot_be_read_or_written_costs_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, pack="starter")
    for text in ("{", "[1]", '{"starter": "soon"}'):
        path = tmp_path / "cache" / "loading.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        assert expected_seconds(settings) is None
    path.unlink()
    path.mkdir()  # in the way
    note_seconds(settings, 3)
    assert expected_seconds(settings) is None
