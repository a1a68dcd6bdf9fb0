"""Where an answer of a model that sees comes from: words that were read, else its own eyes.

Of the pages it was shown it is asked on which the answer can be seen (CiteVQA counts an answer only with
its place): the words of a chart's value stand on many pages, its topic on more.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...schema import Citation, Evidence
from ..closer_look.second_look import Settled
from ..evidence.citation import WORDS_BESIDE, bears_out, cite, statements
from ..evidence.prompting import answer_messages, pages_shown
from ..evidence.provenance import seen_evidence, seen_on_page
from ..query_rewriting import page_finder
from ..run import Run
from ..state import State, numbered_evidence, targets
from ..text.facts import content_words


def sourced(
    settled: Settled, state: State, evidence: Sequence[Evidence], run: Run
) -> tuple[tuple[Evidence, ...], tuple[Citation, ...]]:
    """What the model saw itself, numbered, and a citation for every statement that has a source."""
    page = None if targets(state) else page_seen(settled.draft, state, evidence, run)
    carried = carried_by_words(settled.draft, state, evidence, page, run)
    seen, citations = _by_its_eyes(settled, carried, state, page)
    return seen, tuple(sorted([*carried, *citations], key=lambda c: (c.start, c.end)))


def carried_by_words(
    draft: str, state: State, evidence: Sequence[Evidence], page: Evidence | None, run: Run
) -> list[Citation]:
    """The citations of statements that what was read bears out.

    Where the model says which page it has an answer from, words of other pages count only where they are
    about the question: a "2" stands on many.
    """
    question = state["standalone_question"]

    def borne_out(among: Sequence[Evidence]) -> list[Citation]:
        cited = cite(draft, question, among, page_finder(run))
        return [c for c in cited if bears_out(c, draft, question, among)]

    every = borne_out(evidence)
    if page is None:
        return every
    found = borne_out([item for item in evidence if item.source == page.source])
    asked, places = content_words(question), {c.source for c in found}
    about = [c for c in every if len(content_words(c.quote) & asked) >= WORDS_BESIDE]
    return [*found, *(c for c in about if c.source not in places)]


def _by_its_eyes(
    settled: Settled, carried: Sequence[Citation], state: State, page: Evidence | None
) -> tuple[tuple[Evidence, ...], list[Citation]]:
    """Statements that no tool carries, as what the model saw, each with its citation."""
    spans = {(c.start, c.end) for c in carried}
    left = [span for span in statements(settled.draft) if span not in spans]
    if pictures := targets(state):
        items = [seen_evidence(settled.draft[a:b], pictures, settled.evidence) for a, b in left]
    elif page is not None:
        items = [seen_on_page(settled.draft[a:b], page.source) for a, b in left]
    else:
        return (), []
    seen = numbered_evidence(items, state, settled.evidence)
    citations = [
        Citation(evidence=e.id, source=e.source, boxes=e.boxes, start=a, end=b, known="seen")
        for e, (a, b) in zip(seen, left, strict=True)
    ]
    return seen, citations


def page_seen(draft: str, state: State, evidence: Sequence[Evidence], run: Run) -> Evidence | None:
    """What stands on the page that shows the answer best, of those the model was shown; it is asked."""
    ids = list(pages_shown(evidence))
    if len(ids) > 1 and run.model.can_call(1):
        options = {str(number): id_ for number, id_ in enumerate(ids, 1)}
        messages = answer_messages(state, evidence, run, task="task_which_picture", draft=draft)
        share = run.model.choose(messages, list(options)).probabilities
        ids = [options[max(options, key=share.__getitem__)]]
    return next((item for item in evidence if item.id in ids[:1]), None)
