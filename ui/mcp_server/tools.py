"""The tools that `looktwice mcp` offers: the assistant and its experts, one by one.

What is written here is offered once `server.py` lists it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, ContentBlock, ImageContent, TextContent
from pydantic import BaseModel, Field

from ... import tools as experts
from ...agent.assistant import Assistant
from ...agent.assurance import assess
from ...agent.evidence.rendering import in_words
from ...agent.extraction.records.schemas.requests import RecordRequest
from ...agent.extraction.records.schemas.sources import any_schema
from ...control import Control
from ...errors import LooktwiceError
from ...media.clock import with_place
from ...schema import (
    Answer,
    AnswerReady,
    Citation,
    Event,
    Evidence,
    ExtractedField,
    Picture,
    ToolCall,
    ToolProgress,
    ToolResult,
    ToolStarted,
)
from ...tools import Tool, search_tools
from ..http.answering import AnswerStreams
from .pictures import PictureInput, PictureLoader

_PAGE_PIXELS = 1_500_000


class AnswerOutput(BaseModel):
    """The assistant's answer as data; boxes are in pixels of the picture or points of the page."""

    text: str
    status: str
    confidence: float
    grade: str
    stop_reason: str
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]


class RecordOutput(BaseModel):
    """A typed record as data; every value with its box."""

    record: dict[str, Any]
    fields: tuple[ExtractedField, ...]
    doubts: tuple[str, ...]
    lacking: tuple[str, ...]


class ExpertOutput(BaseModel):
    """What an expert found as data; boxes as in an answer."""

    evidence: tuple[Evidence, ...]


OnePicture = Annotated[PictureInput, Field(description="what to look at")]


class AssistantTools:
    """The functions behind the tools; clients read their docstrings.

    Args:
        assistant: whose experts are offered.
        pictures: takes pictures in.
        answers: keeps questions within their limits.
    """

    def __init__(
        self, assistant: Assistant, pictures: PictureLoader, answers: AnswerStreams
    ) -> None:
        self._assistant, self._pictures, self._answers = assistant, pictures, answers
        self._limiter = anyio.CapacityLimiter(assistant.settings.serve.running)

    async def ask(
        self,
        question: Annotated[str, Field(description="in any language")],
        ctx: Context,
        pictures: Annotated[
            Sequence[PictureInput], Field(description="what it is about; may be empty")
        ] = (),
    ) -> Annotated[CallToolResult, AnswerOutput]:
        """Answer a question about pictures, or about the user's own documents where some are indexed.

        Experts look first, the answer is checked against what they saw, and comes with evidence;
        where the evidence does not carry an answer, it says so.
        """
        given = await self._load(pictures)
        answer = None
        try:
            async with aclosing(self._answers.follow(question, given)) as events:
                async for event in events:
                    await _progress(ctx, event)
                    if isinstance(event, AnswerReady):
                        answer = event.answer
        except LooktwiceError as error:
            raise ToolError(str(error)) from None
        assert answer is not None
        if answer.status == "failed":
            raise ToolError(answer.text)
        output = AnswerOutput.model_validate(
            answer.model_dump(include=set(AnswerOutput.model_fields))
            | {"grade": assess(answer).grade}
        )
        return CallToolResult(
            content=[TextContent(text=answer_text(answer))],
            structured_content=output.model_dump(mode="json"),
        )

    async def extract(
        self,
        schema: Annotated[
            str | dict[str, Any],
            Field(
                description="what to read: invoice, receipt, id_card, business_card,"
                " bank_statement, form or document; a JSON Schema; or fields in words: 'number, date: date,"
                " total: money, lines[]: name, amount: money'"
            ),
        ],
        pictures: Annotated[
            Sequence[PictureInput], Field(min_length=1, description="pages of one document")
        ],
    ) -> Annotated[CallToolResult, RecordOutput]:
        """Read a document into a typed record: every value with its box, null for what is not there."""
        given = await self._load(pictures)
        try:
            request = RecordRequest(json_schema=any_schema(schema))
            async with aclosing(self._answers.extract(request, given)) as events:
                found = [event async for event in events if isinstance(event, AnswerReady)]
        except LooktwiceError as error:
            raise ToolError(str(error)) from None
        answer = found[-1].answer
        output = RecordOutput.model_validate(
            answer.records[0].model_dump(include=set(RecordOutput.model_fields))
        )
        return CallToolResult(
            content=[TextContent(text=answer.text)],
            structured_content=output.model_dump(mode="json"),
        )

    async def detect_objects(
        self,
        picture: OnePicture,
        labels: Annotated[
            Sequence[str], Field(description="kinds to look for; empty for all it knows")
        ] = (),
    ) -> Annotated[CallToolResult, ExpertOutput]:
        """Find and count objects in a picture; each comes with its box."""
        arguments: dict[str, Any] = {"labels": list(labels)} if labels else {}
        return await self._run_on_picture("detect_objects", arguments, picture)

    async def read_text(self, picture: OnePicture) -> Annotated[CallToolResult, ExpertOutput]:
        """Read all text in a picture (OCR); each line comes with its box."""
        return await self._run_on_picture("read_text", {}, picture)

    async def look_closer(
        self,
        picture: OnePicture,
        target: Annotated[str, Field(description="what to look at, in a few words")] = "",
        box: Annotated[
            Sequence[float], Field(description="or where: x1, y1, x2, y2 in pixels")
        ] = (),
    ) -> Annotated[CallToolResult, ExpertOutput]:
        """Cut out one part of a picture, enlarge it, and say what is there: colours, objects, text."""
        arguments: dict[str, Any] = {"target": target} if target else {}
        if box:
            arguments["box"] = list(box)
        return await self._run_on_picture("look_closer", arguments, picture)

    async def search_documents(
        self,
        query: Annotated[str, Field(description="the question, or the documents' own words")],
        limit: Annotated[int, Field(ge=1, le=20, description="most passages to give")] = 4,
    ) -> Annotated[CallToolResult, ExpertOutput]:
        """Search the user's own documents; passages come with document, page and boxes."""
        return await self._run_on_documents("search_documents", {"query": query, "limit": limit})

    async def open_page(
        self,
        document: Annotated[str, Field(description="its name")],
        page: Annotated[int, Field(ge=1, description="1 is the first")],
    ) -> Annotated[CallToolResult, ExpertOutput]:
        """Open one page of one of the user's documents: its whole text, and how it looks."""
        return await self._run_on_documents(
            "open_page", {"document": document, "page": page}, with_pictures=True
        )

    async def _run_on_picture(
        self, name: str, arguments: dict[str, Any], picture: PictureInput
    ) -> CallToolResult:
        given = await self._load([picture])
        return self._result(await self._run(self._assistant.tools[name], arguments, given), False)

    async def _run_on_documents(
        self, name: str, arguments: dict[str, Any], with_pictures: bool = False
    ) -> CallToolResult:
        index = self._assistant.index
        offered = search_tools(index, self._assistant.store) if index is not None else []
        tool = next((t for t in offered if t.name == name), None)
        if tool is None:
            raise ToolError("there are no documents; add some with `looktwice index add`")
        return self._result(await self._run(tool, arguments, ()), with_pictures)

    async def _load(self, given: Sequence[PictureInput]) -> tuple[Picture, ...]:
        try:
            return await anyio.to_thread.run_sync(self._pictures.load, given)
        except LooktwiceError as error:
            raise ToolError(str(error)) from None

    async def _run(
        self, tool: Tool, arguments: dict[str, Any], pictures: tuple[Picture, ...]
    ) -> ToolResult:
        """Run an expert in a thread; a client that gives up stops it."""
        seconds = self._assistant.settings.limits.tool_seconds
        control = Control()
        context = experts.Context(pictures, self._assistant.store, control)
        call = partial(experts.run_tool, tool, ToolCall(tool=tool.name, arguments=arguments))
        try:
            result = await anyio.to_thread.run_sync(
                call, context, seconds, abandon_on_cancel=True, limiter=self._limiter
            )
        finally:
            control.cancel()
        if result.error is not None:
            raise ToolError(result.error.message)
        return result

    def _result(self, result: ToolResult, with_pictures: bool) -> CallToolResult:
        content: list[ContentBlock] = [TextContent(text=in_words(e)) for e in result.evidence]
        for evidence in result.evidence if with_pictures else ():
            if evidence.picture is not None:
                content.append(self._image(evidence.picture))
        output = ExpertOutput(evidence=result.evidence)
        return CallToolResult(content=content, structured_content=output.model_dump(mode="json"))

    def _image(self, picture: Picture) -> ImageContent:
        head, _, data = self._assistant.store.data_url(picture, _PAGE_PIXELS).partition(",")
        return ImageContent(data=data, mime_type=head.removeprefix("data:").partition(";")[0])


def answer_text(answer: Answer) -> str:
    """The answer for a model or a person: text, how sure, and where each fact stands."""
    assurance = assess(answer)
    lines = [answer.text, f"({': '.join(filter(None, (assurance.label, assurance.detail)))})"]
    for citation in answer.citations:
        source = citation.source
        place = with_place(source.document or source.name or "picture", source)
        lines.append(f"- {place}: {citation.quote}")
    return "\n".join(lines)


async def _progress(ctx: Context, event: Event) -> None:
    if isinstance(event, ToolStarted):
        await ctx.report_progress(0, message=f"asking {event.call.tool}")
    elif isinstance(event, ToolProgress):
        await ctx.report_progress(0, message=event.text)
