"""Past chats: kept in order, found, and nobody else's."""

from __future__ import annotations

import json
import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from looktwice.errors import BadInput
from looktwice.schema import Picture
from looktwice.ui.web.conversation import Activity
from looktwice.ui.web.history import ChatHistory

from .kit import SHA, exchange


@pytest.fixture
def history(tmp_path: Path) -> Iterator[ChatHistory]:
    made = ChatHistory(tmp_path / "home" / "chats.db")
    yield made
    made.close()


def test_a_chat_is_kept_in_order_and_can_be_cut(history: ChatHistory) -> None:
    chat = history.add("ann", None, exchange("one"))
    for words in ("two", "three"):
        assert history.add("ann", chat, exchange(words)) == chat
    assert [e.question for e in history.exchanges("ann", chat)] == ["one", "two", "three"]
    history.truncate("ann", chat, 1)
    history.add("ann", chat, exchange("other"))
    assert [e.question for e in history.exchanges("ann", chat)] == ["one", "other"]
    assert history.exchange("ann", chat, 1).question == "other"
    with pytest.raises(BadInput):
        history.exchange("ann", chat, 2)


def test_nobody_sees_or_changes_what_is_somebody_elses(history: ChatHistory) -> None:
    picture = Picture(sha256=SHA, width=1, height=1, format="PNG")
    chat = history.add("ann", None, exchange("secret", pictures=(picture,)))
    assert history.find("bob") == []
    assert history.picture("bob", SHA) is None
    assert history.picture("ann", SHA) == picture
    for forbidden in (
        lambda: history.exchanges("bob", chat),
        lambda: history.exchange("bob", chat, 0),
        lambda: history.add("bob", chat, exchange("mine")),
        lambda: history.truncate("bob", chat, 0),
        lambda: history.remove("bob", chat),
        lambda: history.title("bob", chat),
    ):
        with pytest.raises(BadInput):
            forbidden()
    assert [e.question for e in history.exchanges("ann", chat)] == ["secret"]


def test_chats_are_found_by_all_their_words_taken_literally(history: ChatHistory) -> None:
    history.add("ann", None, exchange("the rent of May", "500 euro"))
    both = history.add("ann", None, exchange("100% of it_", "rent"))
    assert {c.title for c in history.find("ann", "rent")} == {"the rent of May", "100% of it_"}
    assert [c.title for c in history.find("ann", "rent EURO")] == ["the rent of May"]
    assert [c.id for c in history.find("ann", "100%")] == [both]
    assert [c.id for c in history.find("ann", "t_")] == [both]
    assert history.find("ann", "t_x") == []
    history.remove("ann", both)
    assert len(history.find("ann")) == 1


def test_the_file_of_chats_is_private(tmp_path: Path) -> None:
    ChatHistory(tmp_path / "chats.db").close()
    assert stat.S_IMODE((tmp_path / "chats.db").stat().st_mode) == 0o600


def test_a_chat_of_an_earlier_version_opens_and_its_form_is_kept(history: ChatHistory) -> None:
    """The pictures sent were called `asked`, what came of a step `told`."""
    picture = {"sha256": SHA, "width": 1, "height": 1, "format": "PNG"}
    line = {"title": "Reading text", "told": "Total 8.20", "seconds": 0.5, "failed": False}
    old = json.loads(exchange("one").model_dump_json())
    old |= {"pictures": [picture], "asked": [picture], "lines": [line]}
    chat = history.add("ann", None, exchange("one"))
    history._db.execute("UPDATE exchanges SET body = ?", (json.dumps(old),))
    (read,) = history.exchanges("ann", chat)
    assert read.lines == (Activity(title="Reading text", outcome="Total 8.20", seconds=0.5),)
    assert [p.sha256 for p in read.sent_pictures] == [SHA]
    assert json.loads(read.model_dump_json())["lines"] == [{"words": "", **line}]
    assert "asked" in json.loads(read.model_dump_json())
    history.add("ann", chat, read)
    assert history.exchange("ann", chat, 1) == read


def test_a_removed_chat_can_be_had_back_for_a_while(
    history: ChatHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = history.add("ann", None, exchange("the total"))
    history.remove("ann", chat)
    assert history.find("ann") == []
    with pytest.raises(BadInput):
        history.restore("bob", chat)
    history.restore("ann", chat)
    assert [c.id for c in history.find("ann")] == [chat]
    history.remove("ann", chat)
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 3600)
    with pytest.raises(BadInput, match="for good"):
        history.restore("ann", chat)


def test_a_chat_is_renamed_by_its_owner(history: ChatHistory) -> None:
    chat = history.add("ann", None, exchange("the total"))
    history.rename("ann", chat, "  Receipts\nof May ")
    assert history.title("ann", chat) == "Receipts of May"
    with pytest.raises(BadInput):
        history.rename("bob", chat, "mine")
    with pytest.raises(BadInput, match="name"):
        history.rename("ann", chat, " ")


def test_a_file_of_an_earlier_version_is_taken_on(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "chats.db") as db:
        db.execute(
            "CREATE TABLE chats (id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL,"
            " updated REAL NOT NULL)"
        )
        db.execute("INSERT INTO chats VALUES ('c', 'ann', 'old', 9e9)")
    opened = ChatHistory(tmp_path / "chats.db")
    opened.add("ann", "c", exchange("What?"))
    assert [c.title for c in opened.find("ann")] == ["old"]
    opened.close()
