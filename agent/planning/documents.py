"""What a question wants of documents: pictures in them, a video, two versions, pages, sections."""

from __future__ import annotations

from ...schema import FormName, ToolCall
from ...tools.documents.pictures import FIND_PICTURES, FindsPictures
from ...tools.documents.search import OPEN
from ...tools.documents.versions import COMPARE_DOCUMENTS, two_versions
from ...tools.documents.videos import WATCH, Watchable
from ...tools.documents.walking import WALKING_TOOLS
from ..planner import AGREEMENT, MOST_CALLS, vote
from ..query_rewriting import first_search, is_talk, names_a_page
from ..references import named_pages, named_sections, page_labels
from ..run import Run
from ..state import State
from .context import COMPARES, RoutingContext, Stages, tools_of

_OF_EACH = frozenset[FormName]({"summary", "translation", "transcription"})
"""What is made of each document for itself, also where there are two."""


def looks_for_pictures(context: RoutingContext) -> bool:
    """Whether a question looks for pictures among the documents by what they show."""
    if context.pictures or FIND_PICTURES not in context.run.tools:
        return False
    index = context.run.index
    return (
        isinstance(index, FindsPictures) and index.pictures(context.question, limit=1) is not None
    )


def watches(context: RoutingContext) -> bool:
    """Whether a question asks a video when, how many or what is written; other documents come first."""
    index, named = context.run.index, context.state["documents"]
    if context.pictures or WATCH not in context.run.tools or not isinstance(index, Watchable):
        return False
    about = [entry for entry in index.documents() if not named or entry.name in named]
    if not all(entry.type == "video" for entry in about):
        return False
    return bool(index.video_question(context.question).asks)


def the_video(state: State) -> str:
    """The video that is named, or the only one; "" for all."""
    return state["documents"][0] if len(state["documents"]) == 1 else ""


def versions_to_compare(context: RoutingContext) -> tuple[str, str] | None:
    """The two documents that a question compares; None where it does not, or there are not two."""
    index = context.run.index
    if context.form.name in _OF_EACH or context.pictures or index is None:
        return None
    if COMPARE_DOCUMENTS not in context.run.tools:
        return None
    nearest = context.nearest
    compares = sum(n.weight for n in nearest if tools_of(n.example.stages) & COMPARES)
    if compares < AGREEMENT * sum(n.weight for n in nearest):
        return None
    return two_versions(index.documents(), context.state["documents"])


def named_documents(context: RoutingContext) -> Stages:
    """The documents that a question names: the pages it names opened, else searched, the outline asked.

    A page is meant by the number that is printed on it, or by its place; what stands on other pages is
    then no answer.
    """
    walking = tools_of(vote(context.nearest) or ()) & {*WALKING_TOOLS}
    calls: list[ToolCall] = []
    everywhere = False
    for document in context.state["documents"][:MOST_CALLS]:
        pages, headed = _places(context.question, document, context.run)
        everywhere = everywhere or not pages
        calls += [
            ToolCall(tool=OPEN, arguments={"document": document, "page": page})
            for page in dict.fromkeys((*pages, *headed))
        ][:MOST_CALLS]
        calls += [ToolCall(tool=tool, arguments={"document": document}) for tool in sorted(walking)]
    (searches,) = first_search(context.state) if everywhere else ((),)
    return ((*calls, *searches),)


def _places(question: str, document: str, run: Run) -> tuple[list[int], list[int]]:
    """The pages that a question names, and those of sections and figures that it names."""
    assert run.index is not None, "documents are named only where there is an index"
    outline = run.index.outline(document)
    printed = [page for label in page_labels(question) for page in outline.labelled(label)]
    headed = [section.page for section in named_sections(question, outline.sections)]
    headed += [caption.page for caption in outline.mentioned(question)]
    return [*dict.fromkeys((*printed, *named_pages(question, outline.pages)))], headed


def in_doubt(context: RoutingContext) -> bool:
    """Whether what the examples say cannot be relied on, where documents are and no picture is."""
    settled, run = context.settled, context.run
    if settled is None or any(run.tools[tool].needs_picture for tool in tools_of(settled)):
        return True
    if tools_of(settled) & {*WALKING_TOOLS}:
        return run.index is not None and len(run.index) != 1  # which of them, nobody says
    if OPEN in tools_of(settled):
        return not names_a_page(context.question)
    return not settled and not is_talk(settled, context.neighbours)
