"""What the controller knows about asking the user's documents: when, with which words, and again how.

Facts bound the choice: where documents are and a question is about something in the world, they are
searched rather than the model's memory or its guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import BadInput
from ..prompts import render
from ..retrieval.pages import Page
from ..schema import ToolCall
from ..tools.documents.search import FIRST_LOOK, OPEN, SEARCH, nearest_names
from .backends.base import Message
from .evidence.citation import FindPage
from .evidence.rendering import as_data
from .planner import Neighbour
from .run import Run
from .state import Stage, State
from .text.facts import numbers, squeezed, words

SURE_OF_TALK = 0.55
"""Similarity from which the nearest examples may say that a question needs no documents: of 64 questions
not among the examples, the 9 of small talk were at .64 or more, none about documents was taken for it."""
DEEPER_LOOK = 3 * FIRST_LOOK
"""Passages a second search asks for, those of the first among them."""
MOST_PARTS = 3
"""Searches that a question is taken apart into."""
_QUERY_TOKENS = 80
_MOST_NAMES = 20
_PAGE = frozenset("page pages pg seite seiten pagina paginas slide folie sheet blatt".split())
_ORDINALS = frozenset("first second third last erste ersten zweite premiere primera prima".split())


def search_call(query: str, limit: int = FIRST_LOOK, **scope: Any) -> ToolCall:
    """A search of the documents; all that the question is about, unless some are given."""
    return ToolCall(tool=SEARCH, arguments={"query": query, "limit": limit, **scope})


def first_search(state: State) -> tuple[Stage, ...]:
    """The plan that asks the documents the question itself, which is mostly the best query.

    Documents that are named are searched one by one: what is compared has to be found in each.
    """
    query, named = state["standalone_question"], state["documents"]
    if not 1 < len(named) <= MOST_PARTS:
        return ((search_call(query),),)
    each = FIRST_LOOK // len(named)
    return (tuple(search_call(query, each, documents=[name]) for name in named),)


def is_talk(stages: Sequence[Stage] | None, neighbours: Sequence[Neighbour]) -> bool:
    """Whether a plan without tools may be believed although documents are there."""
    return stages == () and neighbours[0].similarity >= SURE_OF_TALK


def names_a_page(question: str) -> bool:
    """Whether a question says which page it means; what names none is better searched."""
    said = set(words(question))
    return bool(_PAGE & said) and bool(numbers(question) or _ORDINALS & said)


def again(state: State, run: Run) -> Stage:
    """The next search where what was found does not answer: more of the same, then other words.

    A model that sees is shown a few pages at once: in a document that is named it turns to the next ones.

    After RePARe and Med-RwR: a query is rewritten when the answer is not sure, not before.
    """
    made = [r.call for r in state["results"] if r.call.tool == SEARCH]
    opened = any(r.call.tool == OPEN and r.evidence for r in state["results"])
    if opened and not made and state["documents"]:
        return ()  # the question names its page: what others say is no answer
    queries = [str(call.arguments.get("query", "")) for call in made]
    if not any(squeezed(q) == squeezed(state["standalone_question"]) for q in queries):
        return (search_call(state["standalone_question"]),)
    if all(call.arguments.get("limit", FIRST_LOOK) <= FIRST_LOOK for call in made):
        return (search_call(queries[0], DEEPER_LOOK),)
    if run.model.sees_images and state["documents"]:
        return (search_call(queries[0], len(queries) * DEEPER_LOOK),)  # the next pages of the same
    if not rewrites(run) or not run.model.can_call(3):  # the rewriting, the gate, and the draft
        return ()
    others = rewritten(state["standalone_question"], queries, run)
    return tuple(search_call(query, 2 * FIRST_LOOK // len(others)) for query in others)


def rewrites(run: Run) -> bool:
    """Whether other words are worth a call: the starter's own found nothing on 33 questions of reports."""
    wanted = run.settings.stages.rewrite
    return wanted if wanted is not None else run.pack != "starter" or bool(run.settings.model)


def rewritten(question: str, queries: Sequence[str], run: Run) -> tuple[str, ...]:
    """The model's other words for a query: one for each fact, where several are wanted.

    After HopRAG and Internet-augmented QA: what one passage does not answer is asked in parts.
    """
    prompt = render(
        "search_again",
        documents=document_names(question, run),
        question=question,
        queries="\n".join(f"- {query}" for query in queries),
    )
    reply = run.model.generate([Message(role="user", text=prompt)], max_tokens=_QUERY_TOKENS)
    lines = [line.strip().strip("\"'- ") for line in reply.text.split("\n\n")[0].splitlines()]
    tried = {squeezed(q) for q in queries} | {""}
    new = {squeezed(line): line for line in lines if squeezed(line) not in tried}
    return tuple(new.values())[:MOST_PARTS]


def document_names(question: str, run: Run) -> str:
    """Names of the documents as data, those most like the question first."""
    names = [document.name for document in run.index.documents()] if run.index else []
    return "\n".join(as_data(name) for name in nearest_names(question, names, _MOST_NAMES))


def at_hand(run: Run) -> str:
    """What is in the index, fenced; "" where there is none."""
    if run.index is None:
        return ""
    return f"Documents at hand:\n<data>\n{as_data(run.index.describe())}\n</data>\n"


def page_finder(run: Run) -> FindPage:
    """Gives pages of the run's index; None for what is not there any more."""

    def find(document: str, number: int) -> Page | None:
        try:
            return run.index.page(document, number) if run.index is not None else None
        except BadInput:
            return None

    return find
