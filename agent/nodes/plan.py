"""plan: which tools to ask, and with what arguments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from ...prompts import render
from ...schema import FormName, ToolCall
from ...tools.calculate import calculate
from ...tools.comparing import COMPARE
from ...tools.documents.duplicates import FIND_DUPLICATES
from ...tools.documents.pictures import FIND_PICTURES, FindsPictures
from ...tools.documents.search import OPEN
from ...tools.documents.summaries import SUMMARISE
from ...tools.documents.versions import COMPARE_DOCUMENTS, two_versions
from ...tools.documents.videos import WATCH, Watchable
from ...tools.documents.walking import WALKING_TOOLS
from ...tools.records.query import QUERY_RECORDS, READ_RECORDS
from ...tools.tables.query import FIND_TABLE, QUERY_TABLE
from ..arguments import fill
from ..backends.base import Message
from ..calls import every_look, spread, widest
from ..forms import FORMS, Form
from ..planner import (
    AGREEMENT,
    MOST_CALLS,
    MOST_STAGES,
    NEIGHBOURS,
    NO_PICTURE,
    Neighbour,
    list_tools,
    plan_schema,
    show_example,
    vote,
)
from ..query_rewriting import SURE_OF_TALK, at_hand, first_search, is_talk, names_a_page
from ..querying import can_ask_tables, share_for_tables, table_stages
from ..record_querying import asks_all, record_stages, without_records
from ..references import named_pages, named_sections, page_labels, plainly_named
from ..run import Run
from ..state import Stage, State
from ..structured_output import MalformedReply, ask_json
from ..summarising.planning import summary_call
from .base import Done

READ = "read_text"
LIKELY_TABLE = 0.25
"""Share of the nearest examples' vote from which a picture is first looked at for a table: where it has
none, that costs the reading that comes next anyway."""
_COMPARING: tuple[FormName, ...] = ("comparison", "choice")
_OF_EACH = frozenset[FormName]({"summary", "translation", "transcription"})
"""What is made of each document for itself, also where there are two."""
_COMPARES = frozenset({COMPARE, COMPARE_DOCUMENTS})
_FEWEST_COMPARED, _MOST_COMPARED = 2, 4
"""Pictures that are compared, where a question names none."""


class PlanReply(BaseModel):
    """What the model answers when it is asked for a plan."""

    stages: list[list[ToolCall]]


def plan(state: State, run: Run) -> Done:
    """Decide once, then make the next stage ready to run."""
    form = state["form"]
    if state["looked"]:
        stages, how = state["stages"], "next stage"
    else:
        plain = plainly_named(state["standalone_question"], state["documents"])
        form = run.forms.form(plain).name
        state = State(**{**state, "target_pictures": compared(state, form)})
        stages, how = decide(state, FORMS[form], run)
        stages = fitting(stages, FORMS[form])
    if how == NO_PICTURE:
        return Done(
            State(stop="unsupported", problem=NO_PICTURE), "a picture is meant, but there is none"
        )
    if not stages:
        update = State(stages=(), looked=False, form=form, target_pictures=state["target_pictures"])
        return Done(update, f"{form}: no tool needed ({how})")
    ready = tuple(
        call for wanted in stages[0] for call in spread(fill(wanted, state, run), state, run)
    )
    names = ", ".join(dict.fromkeys(call.tool for call in ready))
    update = State(stages=(ready, *stages[1:]), looked=True, form=form)
    update["target_pictures"] = state["target_pictures"]
    return Done(update, f"{form}: {names} ({how})")


def compared(state: State, form: FormName) -> tuple[int, ...]:
    """The pictures a question is about; one that compares is about all of a short conversation.

    Also where it names one of those that came with it: "What changed from the first picture?".
    """
    every = tuple(range(1, len(state["pictures"]) + 1))
    more = form == "comparison" and len(state["given"]) == len(every)
    if (state["given"] and not more) or form not in _COMPARING or len(every) > _MOST_COMPARED:
        return state["target_pictures"]
    return every if len(state["target_pictures"]) < _FEWEST_COMPARED else state["target_pictures"]


def fitting(stages: tuple[Stage, ...], form: Form) -> tuple[Stage, ...]:
    """The plan without sums where something is made of what was read: its neighbours share the topic."""
    if not form.worked:
        return stages
    left = (tuple(call for call in stage if call.tool != calculate.name) for stage in stages)
    return tuple(stage for stage in left if stage)


def decide(state: State, form: Form, run: Run) -> tuple[tuple[Stage, ...], str]:
    """The stages of tool calls, and how they were found.

    Facts bound the choice: without a picture no picture tool can run, and a question whose nearest
    examples all look at pictures is told so instead of being guessed at; with documents at hand they are
    asked instead, and whenever it is in doubt; a picture that came along is looked at unless the words
    are plainly small talk. What a model that reads is to work with has to be read first.
    """
    if looks_for_pictures(state, run):
        query = {"query": state["standalone_question"]}
        return ((ToolCall(tool=FIND_PICTURES, arguments=query),),), "pictures are looked for"
    if asks_video(state, run):
        question = {"question": state["standalone_question"], "document": the_video(state)}
        return ((ToolCall(tool=WATCH, arguments=question),),), "a video is watched"
    if (call := summary_call(state, form, run)) is not None:
        return ((call,),), "documents are summed up"
    ranked = run.planner.nearest(state["standalone_question"], len(run.planner.examples))
    versions = None if form.name in _OF_EACH else versions_to_compare(state, ranked, run)
    if versions is not None:
        names = dict(zip(("before", "after"), versions, strict=True))
        return ((ToolCall(tool=COMPARE_DOCUMENTS, arguments=names),),), "versions are compared"
    neighbours = possible(state, ranked)
    agreed = vote(neighbours)
    if agreed and COMPARE in named(agreed):
        return agreed, "pictures are compared"
    if agreed and FIND_DUPLICATES in named(agreed):
        return agreed, "copies are looked for"
    if asks_all(state, form, run):
        return record_stages(state["standalone_question"], run), "all documents are asked"
    agreed = without_records(agreed)
    if agreed == () and not state["given"] and run.index is None:
        # Asked in passing, in a conversation about a picture.
        return agreed, "examples agree"
    if form.worked and state["target_pictures"] and not run.model.sees_images and run.index is None:
        return (to_work_with(agreed, form, run),), "to be worked with"
    if agreed and FIND_TABLE in named(agreed) and not (form.brief and can_ask_tables(state, run)):
        agreed = None if can_ask_tables(state, run) or run.index is not None else ()
    reads = bool(state["target_pictures"]) and not run.model.sees_images
    asks_table = can_ask_tables(state, run) and (
        FIND_TABLE in named(agreed or ())
        or (reads and share_for_tables(neighbours) >= LIKELY_TABLE)
    )
    if asks_table and form.brief:
        alone = bool(state["target_pictures"])
        return table_stages(state["standalone_question"], alone), "a table is asked"
    if state["documents"] and not state["given"]:
        return ask_named(state, run), "documents are named"
    if not state["target_pictures"]:
        if run.index is None and means_a_picture(agreed, neighbours, run):
            return (), NO_PICTURE
        if run.index is not None and in_doubt(state, run, agreed, neighbours):
            return first_search(state), "documents are at hand"
    if agreed is not None and (
        agreed or not state["target_pictures"] or is_talk(agreed, neighbours)
    ):
        return agreed, "examples agree"
    if run.model.sees_images and state["target_pictures"] and only_looks(neighbours, run):
        return (every_look(run),), "the model looks itself, tools beside it"
    stages = ask_model(state, run, neighbours)
    if not stages and state["target_pictures"]:
        # A question that came with a picture is not answered from the model's memory.
        return (every_look(run),), "a picture is there"
    return stages, "model"


def looks_for_pictures(state: State, run: Run) -> bool:
    """Whether a question looks for pictures among the documents by what they show."""
    if state["target_pictures"] or FIND_PICTURES not in run.tools:
        return False
    index, question = run.index, state["standalone_question"]
    return isinstance(index, FindsPictures) and index.pictures(question, limit=1) is not None


def asks_video(state: State, run: Run) -> bool:
    """Whether a question asks a video when, how many or what is written; other documents come first."""
    if state["target_pictures"] or WATCH not in run.tools or not isinstance(run.index, Watchable):
        return False
    entries = run.index.documents() if run.index is not None else ()
    named = state["documents"]
    about = [entry for entry in entries if not named or entry.name in named]
    if not all(entry.type == "video" for entry in about):
        return False
    return bool(run.index.video_question(state["standalone_question"]).asks)


def the_video(state: State) -> str:
    """The video that is named, or the only one; "" for all."""
    return state["documents"][0] if len(state["documents"]) == 1 else ""


def versions_to_compare(
    state: State, ranked: Sequence[Neighbour], run: Run
) -> tuple[str, str] | None:
    """The two documents that a question compares; None where it does not, or there are not two."""
    if state["target_pictures"] or COMPARE_DOCUMENTS not in run.tools or run.index is None:
        return None
    nearest = ranked[:NEIGHBOURS]
    compares = sum(n.weight for n in nearest if named(n.example.stages) & _COMPARES)
    if compares < AGREEMENT * sum(n.weight for n in nearest):
        return None
    return two_versions(run.index.documents(), state["documents"])


def possible(state: State, ranked: Sequence[Neighbour]) -> list[Neighbour]:
    """The nearest examples; those that compare pictures only where there are two."""
    never = _COMPARES - ({COMPARE} if len(state["target_pictures"]) > 1 else set())
    return [n for n in ranked if not named(n.example.stages) & never][:NEIGHBOURS]


def to_work_with(agreed: tuple[Stage, ...] | None, form: Form, run: Run) -> Stage:
    """The words of pictures, and what else the nearest examples look for first."""
    if form.name == "description" or READ not in run.tools:
        return every_look(run)
    first = agreed[0] if agreed else ()
    others = tuple(call for call in first if call.tool not in (READ, calculate.name))
    return (widest(run.tools[READ]), *others)


def ask_named(state: State, run: Run) -> tuple[Stage, ...]:
    """The documents that a question names: the pages it names opened, else searched, the outline asked.

    A page is meant by the number that is printed on it, or by its place; what stands on other pages is
    then no answer.
    """
    assert run.index is not None, "documents are named only where there is an index"
    question = state["standalone_question"]
    calls: list[ToolCall] = []
    agreed = vote(run.planner.nearest(question)) or ()
    everywhere = False
    for document in state["documents"][:MOST_CALLS]:
        outline = run.index.outline(document)
        printed = [page for label in page_labels(question) for page in outline.labelled(label)]
        pages = dict.fromkeys((*printed, *named_pages(question, outline.pages)))
        headed = [section.page for section in named_sections(question, outline.sections)]
        headed += [caption.page for caption in outline.mentioned(question)]
        everywhere = everywhere or not pages
        calls += [
            ToolCall(tool=OPEN, arguments={"document": document, "page": page})
            for page in dict.fromkeys((*pages, *headed))
        ][:MOST_CALLS]
        calls += [
            ToolCall(tool=tool, arguments={"document": document})
            for tool in sorted(named(agreed) & {*WALKING_TOOLS})
        ]
    (searches,) = first_search(state) if everywhere else ((),)
    return ((*calls, *searches),)


def means_a_picture(
    agreed: tuple[Stage, ...] | None, neighbours: Sequence[Neighbour], run: Run
) -> bool:
    """Whether a question is about a picture: the examples agree, or most do and one is much like it."""
    alike = neighbours[0].similarity >= SURE_OF_TALK
    likely = agreed or (vote(neighbours, share=0.0) if alike else None) or ()
    return any(run.tools[tool].needs_picture for tool in named(likely))


def in_doubt(
    state: State, run: Run, agreed: tuple[Stage, ...] | None, neighbours: Sequence[Neighbour]
) -> bool:
    """Whether what the examples say cannot be relied on, where documents are and no picture is."""
    if agreed is None or any(run.tools[tool].needs_picture for tool in named(agreed)):
        return True
    if named(agreed) & {*WALKING_TOOLS}:
        return run.index is not None and len(run.index) != 1  # which of them, nobody says
    if OPEN in named(agreed):
        return not names_a_page(state["standalone_question"])
    return not agreed and not is_talk(agreed, neighbours)


def only_looks(neighbours: Sequence[Neighbour], run: Run) -> bool:
    """Whether the nearest examples want nothing but pictures to be looked at."""
    wanted = {tool for n in neighbours for tool in named(n.example.stages)}
    return all(run.tools[tool].needs_picture for tool in wanted)


def named(stages: Iterable[Stage]) -> set[str]:
    """The tools of a plan."""
    return {call.tool for stage in stages for call in stage}


def ask_model(state: State, run: Run, neighbours: Sequence[Neighbour]) -> tuple[Stage, ...]:
    """A plan from the model, under a schema, with the nearest examples before its eyes."""
    usable = [t for t in run.tools.values() if state["target_pictures"] or not t.needs_picture]
    if len(state["target_pictures"]) < 2:
        usable = [t for t in usable if t.name != COMPARE]
    unasked = (READ_RECORDS, QUERY_RECORDS, COMPARE_DOCUMENTS, FIND_DUPLICATES, SUMMARISE)
    usable = [t for t in usable if t.name not in unasked]
    if not can_ask_tables(state, run):
        usable = [t for t in usable if t.name not in (FIND_TABLE, QUERY_TABLE)]
    prompt = render(
        "plan",
        examples="\n".join(show_example(n.example) for n in reversed(neighbours)),
        documents=at_hand(run),
        question=state["standalone_question"],
    )
    about = "pictures" if run.index is None else "pictures and documents"
    system = render("system_plan", about=about, tools=list_tools(usable))
    messages = [Message(role="system", text=system), Message(role="user", text=prompt)]
    try:
        reply = ask_json(run.model, messages, plan_schema(usable), PlanReply)
    except MalformedReply:  # nonsense twice: the usual tools are asked
        return (every_look(run),) if state["target_pictures"] else ()
    known = {t.name for t in usable}
    # Bounded here as well: not every server keeps to a schema.
    stages = [
        tuple(call for call in stage if call.tool in known)[:MOST_CALLS]
        for stage in reply.stages[:MOST_STAGES]
    ]
    # What a later stage is to be given can only be known when the earlier ones are done.
    later = [tuple(ToolCall(tool=call.tool) for call in stage) for stage in stages[1:]]
    return tuple(stage for stage in [*stages[:1], *later] if stage)
