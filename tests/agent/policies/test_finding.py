"""What was found among the documents is listed as it was found, each place cited at its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.control import Control
from looktwice.retrieval.duplicates import Duplicates

from .. import fake_index, kit

BOOKS = {name: [fake_index.page(1, "a photograph")] for name in ("bus.jpg", "small.jpg", "sea.jpg")}


class CopiesIndex(fake_index.MemoryIndex):
    """An index that knows which of its documents are copies."""

    groups: tuple[Duplicates, ...] = ()

    def duplicates(self, control: Control | None = None) -> tuple[list[Duplicates], list[str]]:
        return [*self.groups], ["sea.jpg: its file is gone"]


@pytest.mark.parametrize("sees", [False, True])
def test_copies_are_listed_and_cited(tmp_path: Path, sees: bool) -> None:
    index = CopiesIndex(BOOKS)
    index.groups = (Duplicates(("bus.jpg", "small.jpg"), "look", 12),)
    model = kit.Script().model(sees_images=sees)
    with kit.make_assistant(tmp_path, model, index=index) as assistant:
        answer = assistant.ask("Which of my pictures are duplicates?")
    assert kit.ran(answer) == ["find_duplicates"]
    assert answer.text == (
        "1 group of copies:\n- bus.jpg, small.jpg (look the same)\n"
        "Not looked at: sea.jpg: its file is gone"
    )
    names = [answer.text[c.start : c.end] for c in answer.citations]
    assert names == [c.source.document for c in answer.citations] == ["bus.jpg", "small.jpg"]
    assert not model.calls, "the program knows"


def test_that_there_are_no_copies_is_an_answer(tmp_path: Path) -> None:
    with kit.make_assistant(tmp_path, kit.Script(), index=CopiesIndex(BOOKS)) as assistant:
        answer = assistant.ask("Which of my pictures are duplicates?")
    assert answer.text.startswith("No copies among 3 documents.")
    assert (answer.status, len(answer.citations)) == ("answered", 1)


def test_what_looks_alike_is_listed_where_the_model_cannot_look(tmp_path: Path) -> None:
    script = kit.Script(says={"draft": "I cannot see pictures.", "arguments": {"but": "at night"}})
    index = fake_index.MemoryIndex(BOOKS)
    with kit.make_assistant(tmp_path, script, index=index) as assistant:
        answer = assistant.ask("Find pictures like this one, but at night.", [kit.picture()])
    assert kit.ran(answer) == ["find_similar_images"]
    assert answer.text == (
        "picture 1: most like it: bus.jpg; small.jpg; sea.jpg\n"
        "“at night” was seen or read in none of them"
    )
    assert [answer.text[c.start : c.end] for c in answer.citations] == [*BOOKS]
    assert "draft" not in script.asked
