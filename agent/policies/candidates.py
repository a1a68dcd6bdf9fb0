"""Several drafts of a contested answer, each from other evidence; the one the model prefers wins.

After Internet-augmented few-shot QA (several evidences, several answers, the best wins) and Divide, Conquer
and Combine: one draft from the picture without the notes of tools, one from each large piece of it. Two are
always held against each other in both orders (after JudgeLM), after a short debate where `stages.debate` is
on. Off by default (`stages.drafts`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ...schema import Evidence
from ...tools.execution.results import picture_source
from ...tools.looking.guided_search import RegionMatch, cut
from ...tools.looking.regions import Region
from ...tools.tiles import pieces
from ..backends.base import Message
from ..closer_look.second_look import Settled, preferred
from ..evidence.prompting import answer_messages
from ..run import Run
from ..state import State, numbered_evidence, targets
from ..verification.wording import gives_up
from .base import form_of
from .debate import ARGUMENTS, debated

_PIECE = 0.6
"""Of the long side of a picture: two pieces of most pictures, four of a square one."""
_MOST = 4
_LEAST_SIDE, _PIXELS = 512, 1_000_000
_CALLS = 5
"""A draft, two choices, and what is asked about the winner."""


def best_draft(settled: Settled, state: State, evidence: Sequence[Evidence], run: Run) -> Settled:
    """The best of the draft as it stands and others; the trace names them all.

    Args:
        settled: what a second look came to.
        evidence: what the draft rests on.
    """
    best, rests_on = settled.draft, tuple[Evidence, ...]()
    drafts, told = Counter([_plain(best)]), [f"“{best}”"]
    for part in _grounds(state, settled, run):
        if not run.model.can_call(_CALLS):
            break
        draft = _drafted(state, [*evidence, part] if part is not None else [], run)
        drafts[_plain(draft)] += 1
        if not _plain(draft) or gives_up(draft) or drafts[_plain(draft)] > 1:
            continue
        own = (part,) if part is not None else ()
        ask = _question(best, draft, state, [*evidence, *rests_on, *own], run)
        share = preferred(ask, best, draft, run)
        told.append(f"“{draft}” ({1 - share:.2f})")
        if share < 0.5:
            best, rests_on = draft, own
    came_of = f"{sum(drafts.values())} drafts: {', '.join(told)}; “{best}” given"
    return replace(
        settled,
        draft=best,
        evidence=(*settled.evidence, *rests_on),
        came_of=(*settled.came_of, came_of),
    )


def _question(
    best: str, draft: str, state: State, shown: Sequence[Evidence], run: Run
) -> Callable[[str, str], list[Message]]:
    """Which of two drafts is right; argued for before, where that is wanted and calls are left."""
    if run.settings.stages.debate and run.model.can_call(_CALLS + ARGUMENTS):
        return debated(best, draft, state, shown, run)

    def ask(a: str, b: str) -> list[Message]:
        return answer_messages(state, shown, run, "choose_answer", a=a, b=b)

    return ask


def _grounds(state: State, settled: Settled, run: Run) -> Iterator[Evidence | None]:
    """What each further draft rests on beside the pictures; None is nothing else."""
    yield None
    for at, part in enumerate(_pieces(state, run)):
        if at >= _MOST:
            return
        (numbered,) = numbered_evidence([part], state, settled.evidence)
        yield numbered


def _pieces(state: State, run: Run) -> Iterator[Evidence]:
    for picture in targets(state):
        length = _PIECE * max(picture.width, picture.height)
        for x1, y1, x2, y2 in pieces(picture.width, picture.height, length):
            box = picture.box(x1, y1, x2, y2)
            most = run.model.picture_pixels or _PIXELS
            found = RegionMatch(picture, Region("piece", box))
            part = cut(run.store, found, least_side=_LEAST_SIDE, most_pixels=most)
            if part is not None:
                source = picture_source(picture)
                yield Evidence(
                    kind="region", text="a part of it", source=source, boxes=(box,), picture=part
                )


def _drafted(state: State, shown: Sequence[Evidence], run: Run) -> str:
    messages = answer_messages(state, shown, run, task=f"form_{state['form']}")
    return run.model.generate(messages, max_tokens=form_of(state).tokens).text.strip()


def _plain(draft: str) -> str:
    """A draft by its letters and digits, so that a full stop makes no other answer."""
    return " ".join("".join(c if c.isalnum() else " " for c in draft.casefold()).split())
