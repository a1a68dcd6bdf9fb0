"""A plan from the model, where neither facts nor examples decide."""

from __future__ import annotations

from pydantic import BaseModel

from ...prompts import render
from ...schema import ToolCall
from ...tools.base import Tool
from ...tools.comparing import COMPARE
from ...tools.documents.duplicates import FIND_DUPLICATES
from ...tools.documents.summaries import SUMMARISE
from ...tools.documents.versions import COMPARE_DOCUMENTS
from ...tools.records.query import QUERY_RECORDS, READ_RECORDS
from ...tools.tables.query import FIND_TABLE, QUERY_TABLE
from ..backends.base import Message
from ..calls import every_look
from ..planner import MOST_CALLS, MOST_STAGES, list_tools, plan_schema, show_example
from ..query_rewriting import at_hand
from ..querying import can_ask_tables
from ..structured_output import MalformedReply, ask_json
from .context import RoutingContext, Stages

_HAVE_ROUTES = (READ_RECORDS, QUERY_RECORDS, COMPARE_DOCUMENTS, FIND_DUPLICATES, SUMMARISE)


class PlanReply(BaseModel):
    """What the model answers when it is asked for a plan."""

    stages: list[list[ToolCall]]


def planned_by_model(context: RoutingContext) -> Stages:
    """A plan from the model, under a schema, with the nearest examples before its eyes."""
    tools = usable(context)
    try:
        reply = ask_json(context.run.model, _prompt(context, tools), plan_schema(tools), PlanReply)
    except MalformedReply:  # nonsense twice: the usual tools are asked
        return (every_look(context.run),) if context.pictures else ()
    known = {tool.name for tool in tools}
    # Bounded here as well: not every server keeps to a schema.
    stages = [
        tuple(call for call in stage if call.tool in known)[:MOST_CALLS]
        for stage in reply.stages[:MOST_STAGES]
    ]
    # What a later stage is to be given can only be known when the earlier ones are done.
    later = [tuple(ToolCall(tool=call.tool) for call in stage) for stage in stages[1:]]
    return tuple(stage for stage in [*stages[:1], *later] if stage)


def usable(context: RoutingContext) -> list[Tool]:
    """The tools that the model may choose among: that can run, and have no route of their own."""
    never = {*_HAVE_ROUTES}
    if len(context.pictures) < 2:
        never.add(COMPARE)
    if not can_ask_tables(context.state, context.run):
        never |= {FIND_TABLE, QUERY_TABLE}
    return [
        tool
        for tool in context.run.tools.values()
        if tool.name not in never and (context.pictures or not tool.needs_picture)
    ]


def _prompt(context: RoutingContext, tools: list[Tool]) -> list[Message]:
    about = "pictures" if context.run.index is None else "pictures and documents"
    system = render("system_plan", about=about, tools=list_tools(tools))
    prompt = render(
        "plan",
        examples="\n".join(show_example(n.example) for n in reversed(context.neighbours)),
        documents=at_hand(context.run),
        question=context.question,
    )
    return [Message(role="system", text=system), Message(role="user", text=prompt)]
