"""What a model saw on a page is cited there, not where the same words happen to stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import Message
from looktwice.schema import Answer

from .. import fake_index, kit

Make = Callable[..., Assistant]
QUESTION = "How many ships lie in the harbour?"
PAGES = {
    1: "the harbour of Kiel, its ships and piers",
    2: "a chart of the harbour and the ships in it",
    3: "the harbour has 7 piers for ships",
}


def ask(make: Make, draft: str, page: int) -> Answer:
    """Ask a model that has its answer from the picture of a page."""

    def choice(messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        if options[0] == "yes":
            return {"yes": 0.95, "no": 0.05}
        pages = [p.origin.page for p in messages[-1].pictures if p.origin]
        return {options[pages.index(page)]: 1.0}

    script = kit.Script(says={"draft": draft})
    script.choice = choice
    index = fake_index.MemoryIndex(
        {"kiel.pdf": [fake_index.page(number, text) for number, text in PAGES.items()]}
    )
    return make(script.model(sees_images=True), index=index).ask(QUESTION)


def test_what_no_line_says_was_seen_on_the_page_that_the_model_names(make: Make) -> None:
    answer = ask(make, "12", page=2)
    (citation,) = answer.citations
    assert (citation.source.page, citation.known) == (2, "seen")
    (seen,) = (e for e in answer.evidence if e.kind == "seen")
    assert (seen.text, seen.source.document) == ("12", "kiel.pdf")


def test_words_on_the_page_that_the_model_names_are_quoted(make: Make) -> None:
    (citation,) = ask(make, "7", page=3).citations
    assert (citation.source.page, citation.known) == (3, "cited")
    assert "7 piers" in citation.quote
    assert citation.boxes


@pytest.mark.parametrize("draft", ["12 ships lie in the harbour of Kiel.", "About a dozen: 12"])
def test_the_topic_alone_bears_nothing_out(make: Make, draft: str) -> None:
    assert {c.source.page for c in ask(make, draft, page=2).citations} == {2}
