"""Which documents a request for a summary wants summed up as a whole."""

from __future__ import annotations

from ...schema import ToolCall
from ...tools.documents.summaries import SUMMARISE
from ..forms import Form
from ..references import named_pages, named_sections
from ..run import Run
from ..state import State
from ..text.facts import content_words
from .requests import SummaryRequests, topic_of

_FEWEST_PAGES = 2
"""Of a document: a single page is put before the model as it is."""

_LOOKED_AT = ("picture", "video")
"""Kinds of documents that are not made of sentences."""


def summary_call(state: State, form: Form, run: Run) -> ToolCall | None:
    """The call that sums up what is asked for; None where that is a page, or what is said about a topic."""
    if form.name != "summary" or SUMMARISE not in run.tools or run.index is None:
        return None
    if state["target_pictures"]:
        return None
    request = state["standalone_question"]
    entries = {e.name: e for e in run.index.documents() if e.type not in _LOOKED_AT}
    named = [name for name in state["documents"] if name in entries] or (
        list(entries) if len(entries) == 1 else []
    )
    if not named:
        requests = SummaryRequests(run.embedder, run.settings.home / "cache")
        every = requests.understood(request).of_all
        return _call(request, []) if every and not topic_of(request) else None
    if len(named) > 1:
        return _call(request, named) if not _topic(request, named) else None
    (name,) = named
    outline = run.index.outline(name)
    if entries[name].pages < _FEWEST_PAGES or named_pages(request, outline.pages):
        return None
    sections = named_sections(request, outline.sections)
    title = sections[0].title if len(sections) == 1 else ""
    return _call(request, named, title) if not _topic(request, [*named, title]) else None


def _topic(request: str, names: list[str]) -> set[str]:
    """What a request looks for, apart from the names of what is summed up."""
    return topic_of(request) - content_words(" ".join(names))


def _call(request: str, documents: list[str], section: str = "") -> ToolCall:
    arguments = {"request": request, "documents": documents, "section": section}
    return ToolCall(tool=SUMMARISE, arguments=arguments)
