"""A model that sees leads: tools doubt, a second look decides, nothing is overruled in silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import Message
from looktwice.schema import Box, Evidence, Picture, TextLine
from looktwice.tools.execution.results import picture_source

from .. import fake_index, kit

Make = Callable[..., Assistant]
TOTAL = "What is the total on this receipt?"
HOW_MANY = "How many dogs are there?"


class Eyes:
    """Drafts one answer, believes in it as told, and prefers one of two readings.

    Args:
        again: what it drafts when it is told what is wrong.
        prefers: what it takes where two readings are shown; "" finds both as likely, "first" takes
            whatever stands first.
    """

    def __init__(
        self,
        draft: str,
        prefers: str = "",
        sure: float = 0.95,
        sees: float = 0.95,
        again: str = "",
    ) -> None:
        says = {"draft": draft, "revise": again}
        self.script = kit.Script(says=says, yes={"answerable": sees, "right": sure})
        self.prefers, self.shown = prefers, list[tuple[Message, ...]]()
        self._usual = self.script.choice
        self.script.choice = self.choice

    def choice(self, messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        if options[0] != "A":
            return self._usual(messages, options)
        self.shown.append(tuple(messages))
        text = messages[-1].text
        first = text.split("A: ")[1].split("\n")[0]
        if self.prefers == "first" or (self.prefers and self.prefers == first):
            return {"A": 0.9, "B": 0.1}
        return {"A": 0.1, "B": 0.9} if self.prefers else {"A": 0.5, "B": 0.5}

    def model(self) -> Any:
        return self.script.model(sees_images=True)


def reads(*texts: str) -> Any:
    """A text reader whose lines stand inside the picture they were read from."""

    def read(picture: Picture) -> Evidence:
        lines = tuple(
            TextLine(text=t, score=0.9, box=Box(x1=5, y1=8 * n, x2=50, y2=8 * n + 6), row=n)
            for n, t in enumerate(texts)
        )
        text = "text read:\n" + "\n".join(texts)
        return Evidence(kind="text", text=text, lines=lines, source=picture_source(picture))

    return read


def counts(number: int) -> Any:
    def detect(picture: Picture) -> Evidence:
        return kit.people(number, "dog").model_copy(update={"source": picture_source(picture)})

    return detect


def ask(make: Make, eyes: Eyes, question: str, **tools: Any) -> Any:
    experts = kit.instant_experts(
        read=tools.get("read", reads("Total 37.50")), detect=tools.get("detect", counts(0))
    )
    return make(eyes.model(), experts=experts).ask(question, [kit.picture()])


@pytest.mark.parametrize("draft", ["199.99", "Two, I believe", "a red bus", "blau"])
def test_what_no_tool_read_stands_when_the_model_sees_it(make: Make, draft: str) -> None:
    answer = ask(make, Eyes(draft), "What is on it?")
    assert (answer.text, answer.status) == (draft, "answered")
    assert {citation.known for citation in answer.citations} == {"seen"}
    (seen,) = (e for e in answer.evidence if e.kind == "seen")
    assert seen.text == draft
    assert seen.source.picture == answer.pictures[0].sha256


def test_a_number_the_reader_has_otherwise_is_looked_at_again(make: Make) -> None:
    eyes = Eyes("It is 31.50.", prefers="37.50")
    answer = ask(make, eyes, TOTAL)
    assert (answer.text, answer.status) == ("It is 37.50.", "answered")
    assert len(eyes.shown) == 2  # both orders
    enlarged = eyes.shown[0][-1].pictures[-1]
    assert enlarged.origin is not None
    assert enlarged.origin.picture == answer.pictures[0].sha256
    assert "37.50 taken after a closer look" in answer.steps[-2].did


def test_the_model_may_keep_its_own_reading(make: Make) -> None:
    answer = ask(make, Eyes("31.50", prefers="31.50"), TOTAL)
    assert (answer.text, answer.status) == ("31.50", "answered")


@pytest.mark.parametrize("prefers", ["", "first"])
def test_what_stays_open_is_said(make: Make, prefers: str) -> None:
    """A model that cannot tell, or that takes whatever stands first, settles nothing."""
    answer = ask(make, Eyes("31.50", prefers=prefers), TOTAL)
    assert answer.status == "partial"
    assert answer.text.startswith("31.50\n")
    assert "a tool has 37.50, not 31.50" in answer.text
    assert answer.confidence < 0.6


def test_a_count_is_looked_at_with_numbered_marks(make: Make) -> None:
    eyes = Eyes("3", prefers="5")
    answer = ask(make, eyes, HOW_MANY, detect=counts(5))
    assert answer.text == "5"
    marked = eyes.shown[0][-1].pictures[-1]
    assert marked.sha256 != answer.pictures[0].sha256
    assert (marked.width, marked.height) == (answer.pictures[0].width, answer.pictures[0].height)


@pytest.mark.parametrize(("prefers", "text"), [("yes", "Yes, a small one."), ("No", "No")])
def test_a_yes_to_what_was_not_found(make: Make, prefers: str, text: str) -> None:
    answer = ask(make, Eyes("Yes, a small one.", prefers=prefers), "Is there a dog?")
    assert (answer.text, answer.status) == (text, "answered")


def test_what_cannot_be_seen_is_declined(make: Make) -> None:
    answer = ask(make, Eyes("31", sees=0.1, sure=0.9), "What is the room number?", read=reads())
    assert answer.status == "declined"
    assert "sees no answer" in answer.text


def test_a_draft_the_model_does_not_stand_by_is_given_as_unsure(make: Make) -> None:
    answer = ask(make, Eyes("a heron", sure=0.2), "What is on it?")
    assert answer.status == "partial"
    assert answer.text.startswith("a heron\n")
    assert "not sure" in answer.text


def test_a_run_without_calls_left_gives_the_draft_and_says_it_is_not_checked(make: Make) -> None:
    experts = kit.instant_experts(read=reads("Total 37.50"), detect=counts(0))
    assistant = make(Eyes("31.50").model(), experts=experts, limits={"model_calls": 1})
    answer = assistant.ask(TOTAL, [kit.picture()])
    assert (answer.status, answer.stop_reason) == ("partial", "budget")
    assert answer.text.startswith("31.50\n(Not checked: ")
    assert answer.usage.model_calls == 1


def test_the_picture_goes_along_in_small_talk(make: Make) -> None:
    model = Eyes("Hello, what a nice dog!").model()
    answer = make(model).ask("Hello!", [kit.picture()])
    assert answer.status == "answered"
    assert all(call.messages[-1].pictures for call in model.calls)


def test_every_prompt_of_a_question_begins_alike(make: Make) -> None:
    """So that the picture and the notes are read once, however many questions follow."""
    model = Eyes("a heron").model()
    make(model).ask("What is on it?", [kit.picture()])
    texts = [call.messages[-1].text for call in model.calls]
    shared = texts[0][: texts[0].rindex("\n")]
    assert len(texts) == 3
    assert all(text.startswith(shared) for text in texts)
    assert len({call.messages[0].text for call in model.calls}) == 1


def test_words_of_a_question_are_never_taken_for_the_place_of_a_reading(make: Make) -> None:
    eyes = Eyes("31.50", prefers="37.50")
    answer = ask(make, eyes, "What is the total, $a or $b?")
    assert answer.text == "37.50"
    assert all("$a or $b?" in messages[-1].text for messages in eyes.shown)


def test_a_sum_that_is_wrong_by_itself_is_written_anew(make: Make) -> None:
    eyes = Eyes("It is 37.50 = 30.00 + 8.50.", again="It is 38.50 = 30.00 + 8.50.")
    answer = ask(make, eyes, TOTAL, read=reads())
    assert (answer.text, answer.status) == ("It is 38.50 = 30.00 + 8.50.", "answered")
    assert "37.50 is not 30.00 + 8.50" in next(s.did for s in answer.steps if s.node == "check")


def test_one_that_stays_wrong_is_said(make: Make) -> None:
    eyes = Eyes("It is 37.50 = 30.00 + 8.50.", again="It is 37.50 = 30.00 + 8.50.")
    answer = ask(make, eyes, TOTAL, read=reads())
    assert answer.status == "partial"
    assert "37.50 is not 30.00 + 8.50" in answer.text


def test_another_language_is_tried_again_and_never_declined(make: Make) -> None:
    german = "Das Bild zeigt zwei Personen neben einem roten Bus vor einem großen Gebäude."
    eyes = Eyes(german, again=german)
    answer = ask(make, eyes, "Describe what can be seen in the picture.", read=reads())
    assert (answer.text, answer.status) == (german, "answered")
    assert eyes.script.asked.count("revise") == 1


@pytest.mark.parametrize("wanted", [7, 11])
def test_pages_without_the_answer_make_room_for_the_next_ones(make: Make, wanted: int) -> None:
    """A model that sees is shown a few pages at once; it turns to those that it did not see yet."""
    beside = (
        "cargo of many goods, timber, wool, coal and grain from far away: " * 6
    )  # nothing of it is put before the model
    texts = [
        f"what stands at the harbour, {beside}" if n == 3 else f"what stands at the harbour {n}"
        for n in range(13)
    ]
    pages = [fake_index.page(n, text) for n, text in enumerate(texts) if n]
    index = fake_index.MemoryIndex({"harbour.pdf": pages})

    def sees(messages: Sequence[Message]) -> bool:
        return any(p.origin and p.origin.page == wanted for p in messages[-1].pictures)

    def choice(messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        if options[0] != "yes":  # on which of the pictures
            pages = [p.origin.page for p in messages[-1].pictures if p.origin]
            return {options[pages.index(wanted)]: 1.0}
        return {"yes": 0.95, "no": 0.05} if sees(messages) else {"yes": 0.05, "no": 0.95}

    script = kit.Script(says={"draft": lambda m: "a crane" if sees(m) else "I can't tell."})
    script.choice = choice
    model = script.model(sees_images=True)
    answer = make(model, index=index).ask("In harbour.pdf: what stands at the harbour?")
    assert (answer.text, answer.status) == ("a crane", "answered")
    at_once = [
        {p.origin.page for p in call.messages[-1].pictures if p.origin} for call in model.calls
    ]
    looks = list(dict.fromkeys(map(frozenset, at_once)))
    assert looks[0] == {1, 2, 3, 4}
    assert wanted in looks[-1]
    assert max(map(len, looks)) == len(looks[0])
    assert sum(map(len, looks)) == len(frozenset().union(*looks))  # none is shown twice
    assert {c.source.page for c in answer.citations} == {wanted}
