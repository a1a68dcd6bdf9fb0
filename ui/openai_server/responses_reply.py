"""What /v1/responses answers: a response, whole or as the events in which it comes about."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from ...schema import Answer, Usage
from .functions import FunctionCall
from .reply import Json, Outcome, content_of, extension
from .request import MODEL
from .responses_request import ResponsesRequest


class ResponseWriter:
    """Writes one response.

    Args:
        body: of the request; parts of it are told again.
        footnotes: whether citations are added to the words.
        ignored: parts of the request that had no effect.
    """

    def __init__(self, body: ResponsesRequest, footnotes: bool, ignored: Sequence[str]) -> None:
        self.id = f"resp_{uuid.uuid4().hex}"
        self._item = f"msg_{uuid.uuid4().hex}"
        self._created = int(time.time())
        self._body, self._footnotes, self._ignored = body, footnotes, list(ignored)
        self._number = -1

    def complete(self, outcome: Outcome) -> Json:
        """The whole response."""
        told = {"ignored": self._ignored}
        if isinstance(outcome, Answer):
            told = {**extension(outcome, self._body.looktwice.events), **told}
        spent = outcome.usage if isinstance(outcome, Answer) else Usage()
        return self._response("completed", [self._output(outcome)], spent) | {"looktwice": told}

    def begun(self) -> Iterator[str]:
        """The first events: somebody is there."""
        response = self._response("in_progress", [], None)
        yield self._event("response.created", response=response)
        yield self._event("response.in_progress", response=response)

    def ended(self, outcome: Outcome) -> Iterator[str]:
        """The events of the answer, and the response."""
        item = self._output(outcome)
        at: Json = {"output_index": 0, "item_id": item["id"]}
        empty: Json = {"content": []} if "content" in item else {"arguments": ""}
        yield self._event(
            "response.output_item.added",
            output_index=0,
            item={**item, "status": "in_progress", **empty},
        )
        if isinstance(outcome, FunctionCall):
            arguments = outcome.arguments
            yield self._event("response.function_call_arguments.delta", **at, delta=arguments)
            yield self._event(
                "response.function_call_arguments.done",
                **at,
                name=outcome.name,
                arguments=arguments,
            )
        else:
            yield from self._part(item["content"][0], at)
        yield self._event("response.output_item.done", output_index=0, item=item)
        yield self._event("response.completed", response=self.complete(outcome))

    def failed(self, message: str, code: str | None) -> str:
        """The event of a run that failed."""
        response = self._response("failed", [], None)
        response["error"] = {"code": code or "server_error", "message": message}
        return self._event("response.failed", response=response)

    def _part(self, part: Json, at: Json) -> Iterator[str]:
        kind, words = ("output_text", "text") if "text" in part else ("refusal", "refusal")
        at = {**at, "content_index": 0}
        empty = {**part, words: ""} | ({"annotations": []} if "annotations" in part else {})
        more: Json = {"logprobs": []} if kind == "output_text" else {}
        yield self._event("response.content_part.added", **at, part=empty)
        yield self._event(f"response.{kind}.delta", **at, delta=part[words], **more)
        yield self._event(f"response.{kind}.done", **at, **{words: part[words]}, **more)
        yield self._event("response.content_part.done", **at, part=part)

    def _output(self, outcome: Outcome) -> Json:
        if isinstance(outcome, FunctionCall):
            return {
                "type": "function_call",
                "id": f"fc_{outcome.id.removeprefix('call_')}",
                "call_id": outcome.id,
                "name": outcome.name,
                "arguments": outcome.arguments,
                "status": "completed",
            }
        text, refusal = content_of(outcome, self._footnotes)
        part: Json = {"type": "refusal", "refusal": refusal}
        if refusal is None:
            cited = [] if self._footnotes else _annotations(outcome)
            part = {"type": "output_text", "text": text, "annotations": cited, "logprobs": []}
        return {
            "type": "message",
            "id": self._item,
            "role": "assistant",
            "status": "completed",
            "content": [part],
        }

    def _response(self, status: str, output: list[Json], spent: Usage | None) -> Json:
        body = self._body
        return {
            "id": self.id,
            "object": "response",
            "created_at": self._created,
            "status": status,
            "model": MODEL,
            "output": output,
            "error": None,
            "incomplete_details": None,
            "instructions": body.instructions,
            "metadata": body.metadata or {},
            "parallel_tool_calls": False,
            "previous_response_id": body.previous_response_id,
            "store": body.store is not False,
            "text": body.text or {"format": {"type": "text"}},
            "tool_choice": body.tool_choice or "auto",
            "tools": body.tools or [],
            "temperature": None,
            "top_p": None,
            "truncation": "disabled",
            "usage": None if spent is None else usage(spent),
        }

    def _event(self, kind: str, **told: Any) -> str:
        self._number += 1
        data = {"type": kind, "sequence_number": self._number, **told}
        return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _annotations(answer: Answer) -> list[Json]:
    """Citations of documents as OpenAI knows them; all of them stand in the field `looktwice`."""
    return [
        {
            "type": "file_citation",
            "file_id": citation.source.document,
            "filename": citation.source.document,
            "index": citation.end,
        }
        for citation in answer.citations
        if citation.source.document
    ]


def usage(spent: Usage) -> Json:
    """Tokens of all model calls of the run."""
    return {
        "input_tokens": spent.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": spent.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": spent.prompt_tokens + spent.completion_tokens,
    }
