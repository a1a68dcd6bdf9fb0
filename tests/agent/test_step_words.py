"""What steps come to, in words for people."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from looktwice.agent.run import Run
from looktwice.agent.state import State, Verdict, fresh
from looktwice.agent.step_words import step_words
from looktwice.retrieval.pages import REPLACED
from looktwice.schema import Citation, Evidence, Node, Source, ToolCall

LABEL = f"{REPLACED} (12% alike); read by OCR"
PASSAGE = Evidence(id="E1", kind="passage", text="Rent", source=Source(document="a.pdf", page=2))


def run(sees: bool = False, label: str = "") -> Run:
    return cast(
        Run,
        SimpleNamespace(
            tools={"read_text": SimpleNamespace(title="Reading text")},
            model=SimpleNamespace(sees_images=sees),
            index=SimpleNamespace(page=lambda document, number: SimpleNamespace(label=label)),
        ),
    )


def told(node: Node, update: dict[str, Any], of: Run | None = None, **before: Any) -> str:
    state = {**fresh("What is due?", ()), "evidence": (), **before}
    return step_words(node, cast(State, state), cast(State, update), of or run())


def test_a_plan_says_what_is_done_first_and_then() -> None:
    stages = ((ToolCall(tool="read_text"),),)
    assert told("plan", {"stages": stages}) == "First: Reading text"
    assert told("plan", {"stages": stages}, looked=True) == "Then: Reading text"
    assert told("plan", {"stages": ()}) == "No tool is needed"
    assert told("intake", {"standalone_question": "What is due on 3 May?"}) == (
        "Understood as: What is due on 3 May?"
    )


def test_what_was_found_is_weighed_and_a_page_that_was_read_otherwise_is_named() -> None:
    assert told("gate", {"answerable": 0.9}) == "What was found answers the question"
    assert told("gate", {"answerable": 0.75}) == "What was found may answer the question"
    assert told("gate", {"stop": "unsupported"}) == "What was found does not answer the question"
    again = {"stages": ((ToolCall(tool="read_text"),),)}
    assert told("gate", again) == "Not enough yet, looking again"
    shown = {"answerable": 0.9, "shown": ("E1",)}
    said = told("gate", shown, run(label=LABEL), evidence=(PASSAGE,))
    assert said.endswith(f"; a.pdf, page 2: {LABEL}")
    assert REPLACED not in told("gate", shown, run(label="Slide 2"), evidence=(PASSAGE,))
    once_more = {**shown, "answerable": 0.5}  # it was said before
    assert REPLACED not in told(
        "gate", once_more, run(label=LABEL), evidence=(PASSAGE,), shown=("E1",)
    )


def test_a_check_says_what_it_doubts_and_what_follows() -> None:
    cited = Verdict(outcome="accept", citations=(Citation(evidence="E1", source=Source()),))
    assert told("check", {"verdict": cited}, draft="8") == "It agrees with what was found"
    assert told("check", {"verdict": cited, "draft": "8.20"}, draft="8") == (
        "Put right: “8” is now “8.20”"
    )
    doubt = Verdict(outcome="revise", critique="8 is not read anywhere")
    assert told("check", {"verdict": doubt}, draft="8") == (
        "A doubt: 8 is not read anywhere; writing it anew"
    )
    assert told("check", {"stop": "cancelled"}) == "Stopped"
    assert (
        told("plan", {"stop": "error", "problem": "the server is gone"}) == "Something went wrong"
    )
