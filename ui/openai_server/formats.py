"""In which form a client wants its reply: words, a JSON object, or JSON of a schema."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ...agent.assistant import Assistant
from ...agent.extraction.records.schemas.requests import RecordRequest
from ...agent.extraction.records.schemas.sources import load_schema
from ...control import Control
from ...errors import UsageError
from ...prompts import render
from ...schema import Answer
from ..http.errors import RequestError

_OBJECT: dict[str, Any] = {"type": "object"}
_FENCE = "```"


@dataclass(frozen=True)
class ReplyFormat:
    """What the reply is written in.

    Attributes:
        schema: of a JSON object; None for words.
        param: the field that asked for it, for messages.
    """

    schema: dict[str, Any] | None = None
    param: str = "response_format"

    @property
    def record(self) -> RecordRequest:
        """What is to be read out of pictures or a document.

        Raises:
            RequestError: the schema holds what cannot be extracted.
        """
        try:
            return RecordRequest(json_schema=load_schema(self.schema or {}))
        except UsageError as error:
            raise RequestError(f"{self.param}: {error}", param=self.param) from None

    @property
    def can_be_read(self) -> bool:
        """Whether the schema is one that pictures and documents can be read into."""
        try:
            return bool(self.record)
        except RequestError:
            return False

    @property
    def is_record(self) -> bool:
        """Whether its fields are named."""
        return self.schema is not None and self.schema is not _OBJECT

    def shaped(self, answer: Answer, assistant: Assistant, control: Control) -> Answer:
        """An answer in words as JSON; its evidence, confidence and status stay."""
        if self.schema is None or answer.status == "failed":
            return answer
        if self.schema is _OBJECT and (own := _json_in(answer.text)) is not None:
            return answer.model_copy(update={"text": own, "citations": ()})
        prompt = render("as_json", question=answer.question, answer=answer.text)
        written = assistant.complete(prompt, self.schema, None, control)
        return answer.model_copy(update={"text": written.text, "citations": ()})


def format_of(given: Any, param: str = "response_format") -> ReplyFormat:
    """The format of a request: `{"type": "text" | "json_object" | "json_schema", ...}`.

    Raises:
        RequestError: it is none of these, or lacks its schema.
    """
    if given is None:
        return ReplyFormat()
    kind = given.get("type", "text") if isinstance(given, dict) else None
    if kind == "text":
        return ReplyFormat()
    if kind == "json_object":
        return ReplyFormat(_OBJECT, param)
    if kind != "json_schema":
        raise RequestError(
            f"{param}: expected the type text, json_object or json_schema", param=param
        )
    inner = given.get("json_schema", given)
    schema = inner.get("schema") if isinstance(inner, dict) else None
    if not isinstance(schema, dict):
        raise RequestError(f"{param}: expected json_schema with name and schema", param=param)
    return ReplyFormat(schema, param)


def _json_in(text: str) -> str | None:
    """The JSON object that an answer is already, without a code fence."""
    inner = text.strip()
    if inner.startswith(_FENCE) and inner.endswith(_FENCE):
        inner = inner.strip("`").removeprefix("json")
    try:
        value = json.loads(inner)
    except ValueError:
        return None
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else None
