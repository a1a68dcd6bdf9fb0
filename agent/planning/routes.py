"""The routes a question can take, in order: the first that fits gives its first calls of tools.

Facts bound the choice: without a picture no picture tool can run, and a question whose nearest examples
all look at pictures is told so instead of being guessed at; with documents at hand they are asked
instead, and whenever it is in doubt; a picture that came along is looked at unless the words are plainly
small talk. The model is asked last, where nothing else decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...schema import ToolCall
from ...tools.calculate import calculate
from ...tools.comparing import COMPARE
from ...tools.documents.duplicates import FIND_DUPLICATES
from ...tools.documents.pictures import FIND_PICTURES
from ...tools.documents.versions import COMPARE_DOCUMENTS
from ...tools.documents.videos import WATCH
from ...tools.tables.query import FIND_TABLE
from ..calls import every_look, widest
from ..planner import NO_PICTURE, vote
from ..query_rewriting import SURE_OF_TALK, first_search, is_talk
from ..querying import can_ask_tables, share_for_tables, table_stages
from ..record_querying import asks_all, record_stages
from ..summarising.planning import summary_call
from .context import RoutingContext, Stages, tools_of
from .documents import (
    in_doubt,
    looks_for_pictures,
    named_documents,
    the_video,
    versions_to_compare,
    watches,
)
from .model import planned_by_model

READ = "read_text"
LIKELY_TABLE = 0.25
"""Share of the nearest examples' vote from which a picture is first looked at for a table: where it has
none, that costs the reading that comes next anyway."""


@dataclass(frozen=True)
class Route:
    """One way to the first calls.

    Attributes:
        why: for the trace.
        find: the stages of calls; None where this route does not fit.
    """

    why: str
    find: Callable[[RoutingContext], Stages | None]


def route(context: RoutingContext) -> tuple[Stages, str]:
    """The stages of calls for a question, and which route found them."""
    for each in ROUTES:
        if (stages := each.find(context)) is not None:
            return stages, each.why
    raise AssertionError("the model's route always fits")


def _pictures_of_documents(context: RoutingContext) -> Stages | None:
    if not looks_for_pictures(context):
        return None
    return _one(FIND_PICTURES, query=context.question)


def _video(context: RoutingContext) -> Stages | None:
    if not watches(context):
        return None
    return _one(WATCH, question=context.question, document=the_video(context.state))


def _summary(context: RoutingContext) -> Stages | None:
    call = summary_call(context.state, context.form, context.run)
    return None if call is None else ((call,),)


def _versions(context: RoutingContext) -> Stages | None:
    versions = versions_to_compare(context)
    return versions and _one(COMPARE_DOCUMENTS, before=versions[0], after=versions[1])


def _voted_for(tool: str) -> Callable[[RoutingContext], Stages | None]:
    return lambda context: context.voted if tool in tools_of(context.voted or ()) else None


def _all_documents(context: RoutingContext) -> Stages | None:
    if not asks_all(context.state, context.form, context.run):
        return None
    return record_stages(context.question, context.run)


def _in_passing(context: RoutingContext) -> Stages | None:
    """Small talk in a conversation about a picture."""
    alone = not context.state["given"] and context.run.index is None
    return () if alone and context.agreed == () else None


def _to_work_with(context: RoutingContext) -> Stages | None:
    """The words of pictures that something is made of, and what else the nearest examples look for."""
    if not (
        context.form.worked and context.pictures and context.reads and context.run.index is None
    ):
        return None
    if context.form.name == "description" or READ not in context.run.tools:
        return (every_look(context.run),)
    first = context.agreed[0] if context.agreed else ()
    others = tuple(call for call in first if call.tool not in (READ, calculate.name))
    return ((widest(context.run.tools[READ]), *others),)


def _table(context: RoutingContext) -> Stages | None:
    if not (context.form.brief and can_ask_tables(context.state, context.run)):
        return None
    by_look = bool(context.pictures) and context.reads
    likely = by_look and share_for_tables(context.neighbours) >= LIKELY_TABLE
    if not likely and FIND_TABLE not in tools_of(context.settled or ()):
        return None
    return table_stages(context.question, bool(context.pictures))


def _named_documents(context: RoutingContext) -> Stages | None:
    if not context.state["documents"] or context.state["given"]:
        return None
    return named_documents(context)


def _no_picture(context: RoutingContext) -> Stages | None:
    """A question about a picture where there is none, nor documents to ask instead.

    The examples agree on a picture, or most do and one is much like it.
    """
    if context.pictures or context.run.index is not None:
        return None
    alike = context.neighbours[0].similarity >= SURE_OF_TALK
    likely = context.settled or (vote(context.neighbours, share=0.0) if alike else None) or ()
    looks = any(context.run.tools[tool].needs_picture for tool in tools_of(likely))
    return () if looks else None


def _documents_in_doubt(context: RoutingContext) -> Stages | None:
    if context.pictures or context.run.index is None or not in_doubt(context):
        return None
    return first_search(context.state)


def _examples(context: RoutingContext) -> Stages | None:
    settled = context.settled
    if settled or not context.pictures or is_talk(settled, context.neighbours):
        return settled
    return None


def _looks_itself(context: RoutingContext) -> Stages | None:
    """A picture for a model that sees, where the nearest examples want nothing but looks at it."""
    wanted = {tool for n in context.neighbours for tool in tools_of(n.example.stages)}
    looks = all(context.run.tools[tool].needs_picture for tool in wanted)
    return (every_look(context.run),) if context.pictures and not context.reads and looks else None


def _model(context: RoutingContext) -> Stages | None:
    """A question that came with a picture is not answered from the model's memory: see the next."""
    stages = planned_by_model(context)
    return None if not stages and context.pictures else stages


def _picture(context: RoutingContext) -> Stages | None:
    return (every_look(context.run),)


def _one(tool: str, **arguments: str) -> Stages:
    return ((ToolCall(tool=tool, arguments=arguments),),)


ROUTES = (
    Route("pictures are looked for", _pictures_of_documents),
    Route("a video is watched", _video),
    Route("documents are summed up", _summary),
    Route("versions are compared", _versions),
    Route("pictures are compared", _voted_for(COMPARE)),
    Route("copies are looked for", _voted_for(FIND_DUPLICATES)),
    Route("all documents are asked", _all_documents),
    Route("said in passing", _in_passing),
    Route("to be worked with", _to_work_with),
    Route("a table is asked", _table),
    Route("documents are named", _named_documents),
    Route(NO_PICTURE, _no_picture),
    Route("documents are at hand", _documents_in_doubt),
    Route("examples agree", _examples),
    Route("the model looks itself, tools beside it", _looks_itself),
    Route("model", _model),
    Route("a picture is there", _picture),
)
