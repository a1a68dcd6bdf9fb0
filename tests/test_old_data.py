"""What version 0.1.0 wrote opens in this one: data/v01.zip holds an index and a sessions.db of it.

Two documents (lease.md, museum.txt) under /documents, and a session "march" of two questions: one
about samples/receipt.jpg, one about the documents. Checkpoints name classes by their modules
(`looktwice.agent.state.Turn`, `looktwice.schema.Picture`), so these keep their places, or leave an
alias there.
"""

from __future__ import annotations

import json
import logging
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from looktwice import samples
from looktwice.agent.state import Turn
from looktwice.cli import app
from looktwice.retrieval.embeddings.text import Vectors
from looktwice.retrieval.index import Index
from looktwice.settings import Settings
from PIL import Image

from .agent.kit import Script, make_assistant

ARCHIVE = Path(__file__).parent / "data" / "v01.zip"
RECEIPT = "6867196e31e4ba556cf55a62165e99b82b09f590b4e2e28350f4841d75c97d21"
FIRST, SECOND = "What is the total?", "When does the lease end?"


class OldTexts:
    """Stands in for the embedder of the starter pack: its name and its dimensions, no weights."""

    name = "all-minilm-l6-v2@53aa5117"
    max_tokens = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.full((len(texts), 384), 384**-0.5, dtype=np.float32)

    embed_queries = embed

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


class OldPictures:
    """The same for pictures."""

    name = "efficientnet-lite0@57934424 (square roots of two views)"
    words = False

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        raise NotImplementedError

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        raise NotImplementedError


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder with `index/` and `sessions.db` as the old version left them."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def without_weights(folder: Path, home: Path, write: bool = False) -> Index:
    settings = Settings.load(home=home, pack="starter", offline=True)
    return Index.open(folder, settings, text=OldTexts(), picture=OldPictures(), write=write)


# --- the index ------------------------------------------------------------------------------------


def test_the_index_is_read(old: Path, home: Path) -> None:
    with without_weights(old / "index", home) as index:
        known = {d.name: (d.type, d.title, d.pages) for d in index.documents()}
        assert known == {"lease.md": ("md", "Lease", 1), "museum.txt": ("txt", "", 1)}
        assert "opens at 9:30" in index.page("museum.txt", 1).text
        assert index.roots() == ["/documents"]
        assert index.counts()["passages"] == 2


@pytest.mark.parametrize(
    ("query", "document", "words"),
    [
        ("notice period", "lease.md", "three months"),
        ("museum", "museum.txt", "closes at 18:00"),
    ],
)
def test_words_are_found_in_it(
    old: Path, home: Path, query: str, document: str, words: str
) -> None:
    with without_weights(old / "index", home) as index:
        (found,) = [hit for hit in index.search(query) if "words" in hit.found_by]
    assert (found.document, found.page) == (document, 1)
    assert words in found.text


def test_its_catalog_and_vectors_agree_and_it_grows(old: Path, home: Path) -> None:
    (old / "new.txt").write_text("The garden has a pond.")
    with without_weights(old / "index", home, write=True) as index:
        checked = index.verify()
        assert (checked.ok, checked.mended) == (True, False)
        assert (checked.passages, checked.vectors) == (2, 2)
        assert index.add([old / "new.txt"]).added == ("new.txt",)
        assert {"lease.md", "museum.txt", "new.txt"} == {d.name for d in index.documents()}
        assert index.verify().vectors == 3


@pytest.mark.weights
def test_meaning_is_found_in_it(old: Path, starter_settings: Settings) -> None:
    with Index.open(old / "index", starter_settings) as index:
        best = index.search("until what day may the tenant live in the flat?")[0]
    assert best.document == "lease.md"
    assert "text" in best.found_by


@pytest.mark.weights
def test_the_command_lists_and_verifies_it(
    old: Path,
    starter_settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LOOKTWICE_HOME", str(starter_settings.home))

    def printed_by(command: str) -> Any:
        words = ["looktwice", "index", command, "--index", str(old / "index"), "--json"]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as end:
            app.main()
        printed = capfd.readouterr()
        assert (end.value.code or 0, printed.err) == (0, "")
        return json.loads(printed.out)

    assert sorted(d["name"] for d in printed_by("list")) == ["lease.md", "museum.txt"]
    checked = printed_by("verify")
    assert (checked["ok"], checked["vectors"], checked["mended"]) == (True, 2, False)


# --- the session ----------------------------------------------------------------------------------


def test_the_session_goes_on(old: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    prompts: list[str] = []

    def standalone(messages: Any) -> str:
        prompts.append(messages[-1].text)
        return "What total is printed on this receipt?"

    with make_assistant(old, Script(says={"standalone": standalone})) as assistant:
        assistant.store.add(Path(samples.__file__).parent / "receipt.jpg")
        assert assistant.sessions() == ["march"]
        answer = assistant.ask("And how much of it is left from 40?", session="march")
    assert (answer.status, answer.text) == ("answered", "8.20")
    assert [p.sha256 for p in answer.pictures] == [RECEIPT]
    assert f"User: {FIRST}\nAssistant: 33.64" in prompts[0]
    assert f"User: {SECOND}\nAssistant: 31 March 2027" in prompts[0]
    assert [r.getMessage() for r in caplog.records] == []


def test_every_value_in_the_session_comes_back_as_its_class(
    old: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What a checkpoint names and the allow-list lacks would come back as a bare dictionary."""
    with make_assistant(old) as assistant:
        kept = list(assistant._sessions._saver().list({"configurable": {"thread_id": "march"}}))
    turns = kept[0].checkpoint["channel_values"]["turns"]
    assert [(type(t), t.question, t.answer, t.status) for t in turns] == [
        (Turn, FIRST, "33.64", "answered"),
        (Turn, SECOND, "31 March 2027", "answered"),
    ]
    for saved in kept:
        values = saved.checkpoint["channel_values"]
        names = {type(item).__name__ for group in values.values() for item in _items(group)}
        assert {"Answer", "Evidence", "Picture", "Step", "ToolResult", "Turn", "Verdict"} <= names
    assert "Blocked" not in caplog.text


def _items(group: Any) -> Sequence[Any]:
    return group if isinstance(group, list | tuple) else [group]
