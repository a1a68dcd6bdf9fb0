"""The arguments of a planned call: those that depend on the question, and on what was seen so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import RootModel

from ..prompts import render
from ..schema import ToolCall
from ..tools.base import Tool
from ..tools.documents.search import SEARCH
from ..tools.records.query import QUERY_RECORDS
from ..tools.tables.query import QUERY_TABLE
from .backends.base import Message
from .calls import widest
from .evidence.rendering import show_evidence
from .evidence.selection import keep
from .planner import object_schema, open_arguments
from .query_rewriting import document_names
from .querying import written_query
from .record_querying import written_record_query
from .run import Run
from .state import State
from .structured_output import MalformedReply, ask_json, json_value
from .text.facts import content_words
from .verification.wording import offered


class Arguments(RootModel[dict[str, Any]]):
    """What the model answers when it is asked for a call's arguments."""


def fill(call: ToolCall, state: State, run: Run) -> ToolCall:
    """The call with the arguments that depend on the question (and on what was seen so far)."""
    tool = run.tools[call.tool]
    if call.tool == SEARCH:
        call = call.model_copy(update={"arguments": {**scope(state, run), **call.arguments}})
    if call.tool == QUERY_TABLE and "sql" not in call.arguments:
        return written_query(call, state, run)
    if call.tool == QUERY_RECORDS and "sql" not in call.arguments:
        return written_record_query(call, state, run)
    if call.arguments.get("query") == "":  # as in the examples: the question itself
        call = call.model_copy(
            update={"arguments": {**call.arguments, "query": state["standalone_question"]}}
        )
    if only := only_document(tool, call, run):
        call = call.model_copy(update={"arguments": {**call.arguments, **only}})
    missing = open_arguments(tool, call)
    if not missing:
        return call
    if run.model.sees_images and tool.needs_picture and not tool.parameters.get("required"):
        return widest(
            tool
        )  # the model looks itself: what a tool sees beside it need not be narrowed
    if found := only_word(missing, state["standalone_question"]):
        return call.model_copy(update={"arguments": {**found, **call.arguments}})
    examples = run.planner.demonstrations(tool.name)
    prompt = render(
        "arguments",
        tool=f"{tool.name}: {tool.description.splitlines()[0]}",
        examples="\n".join(
            f"Question: {e.question}\nJSON: {json_value(c.arguments)}"
            for e in examples
            for stage in e.stages
            for c in stage
            if c.tool == tool.name
        ),
        evidence=names_needed(missing, state, run) + evidence_so_far(state, run),
        question=state["standalone_question"],
    )
    messages = [
        Message(role="system", text=render("system_arguments")),
        Message(role="user", text=prompt),
    ]
    try:
        found = ask_json(run.model, messages, object_schema(missing), Arguments, max_tokens=80).root
    except MalformedReply:
        if tool.parameters.get("required"):
            raise
        return widest(tool)
    return call.model_copy(update={"arguments": {**found, **call.arguments}})


def scope(state: State, run: Run) -> dict[str, Any]:
    """Which documents a search looks into, and whether a model wants to see their pages."""
    return {
        **({"documents": [*state["documents"]]} if state["documents"] else {}),
        **({"pictures": True} if run.model.sees_images else {}),
    }


def only_document(tool: Tool, call: ToolCall, run: Run) -> dict[str, Any]:
    """The one document there is, where a call needs one; {} where there are several."""
    if run.index is None or "document" not in open_arguments(tool, call) or len(run.index) != 1:
        return {}
    return {"document": next(iter(run.index.documents())).name}


def only_word(missing: Mapping[str, Any], question: str) -> dict[str, Any]:
    """A list that can only hold one word, since the question has no other; {} where it has more.

    "How many people are in the picture?" needs no model to find ["people"].
    """
    name, schema = next(iter(missing.items()))
    about = content_words(question) - offered(question)
    if len(missing) > 1 or schema.get("type") != "array" or len(about) != 1:
        return {}
    return {name: [*about]}


def evidence_so_far(state: State, run: Run) -> str:
    """What earlier stages saw, within the budget."""
    kept = keep(state["evidence"], run.model.room_for_evidence())
    return f"Evidence:\n{show_evidence(kept)}\n" if kept else ""


def names_needed(missing: Mapping[str, Any], state: State, run: Run) -> str:
    """Names of documents, where one has to be given."""
    if run.index is None or "document" not in missing:
        return ""
    return f"Documents:\n<data>\n{document_names(state['standalone_question'], run)}\n</data>\n"
