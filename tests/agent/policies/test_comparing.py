"""What was found to differ is said as it was found."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.schema import Box, Evidence, FoundDifference, Picture
from looktwice.tools.base import tool

from .. import fake_index, kit

FOUND = "1 difference found:\n1. bottom left: “WALNUT” became “BISON”"


@tool
def compare_pictures(picture: Picture, other: Picture) -> Evidence:
    """Find what differs between two pictures."""
    box = (Box(x1=1, y1=2, x2=30, y2=40),)
    told = FoundDifference(kind="changed", text=FOUND.splitlines()[1], first=box, second=box)
    return Evidence(kind="value", text=FOUND, score=0.9, differences=(told,), boxes=box)


@pytest.mark.parametrize(
    "question",
    ["What changed?", "What changed from the first picture to the second?"],
)
def test_differences_are_not_put_into_other_words(tmp_path: Path, question: str) -> None:
    script = kit.Script(says={"draft": "Both pictures have the same corner."})
    experts = [*kit.instant_experts(), compare_pictures]
    pictures = [kit.picture(shade) for shade in (0, 90)]
    with kit.make_assistant(tmp_path, script, experts=experts) as assistant:
        answer = assistant.ask(question, images=pictures)
    assert kit.ran(answer) == ["compare_pictures"]
    assert (answer.text, answer.status) == (f"pictures 1 and 2: {FOUND}", "answered")
    assert "draft" not in script.asked
    (cited,) = answer.citations
    assert answer.text[cited.start : cited.end] == FOUND.splitlines()[1]
    assert len(cited.boxes) == 1


@pytest.mark.parametrize("sees", [False, True])
def test_two_versions_of_a_document_are_compared_word_by_word(tmp_path: Path, sees: bool) -> None:
    lines = ["The flat is let from May.", "The rent is EUR 900 a month.", "It is paid in advance."]
    changed = [*lines[:1], "The rent is EUR 950 a month.", *lines[2:]]
    index = fake_index.MemoryIndex(
        {"lease.pdf": [fake_index.page(1, *lines)], "new.pdf": [fake_index.page(1, *changed)]}
    )
    script = kit.Script(says={"draft": "Nothing."})
    model = script.model(sees_images=sees)
    with kit.make_assistant(tmp_path, model, index=index) as assistant:
        answer = assistant.ask("What changed between the two versions of the contract?")
    assert kit.ran(answer) == ["compare_documents"]
    assert answer.text.startswith("lease.pdf and new.pdf: 1 change:\n1. page 1: “900” became “950”")
    places = [(c.source.document, c.source.page, c.quote) for c in answer.citations]
    assert places == [("lease.pdf", 1, "900"), ("new.pdf", 1, "950")]
    assert answer.rows[1] == ("1", "900", "950")


def test_documents_that_have_little_in_common_are_searched_as_ever(tmp_path: Path) -> None:
    index = fake_index.MemoryIndex(
        {
            "lease.pdf": [fake_index.page(1, "The flat is let from May to a teacher")],
            "boiler.pdf": [fake_index.page(1, "Service was done in March by Ms Lind")],
        }
    )
    with kit.make_assistant(tmp_path, index=index) as assistant:
        answer = assistant.ask("What changed between the two versions of the contract?")
    assert kit.ran(answer)[0] == "compare_documents"
    assert answer.results[0].error is not None
    assert "search_documents" in kit.ran(answer)
