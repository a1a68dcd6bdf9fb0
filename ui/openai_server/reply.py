"""What /v1/chat/completions answers: replies whole or in chunks, and the models there are.

Replies carry what OpenAI has no place for (evidence, citations, status) in a field `looktwice`.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Any

from ...agent.assurance import assess
from ...schema import Answer, Event, Usage
from .footnotes import with_footnotes
from .functions import FunctionCall
from .request import MODEL, ResponseOptions

Json = dict[str, Any]
Outcome = Answer | FunctionCall


class ReplyWriter:
    """Writes one reply, whole or in chunks.

    Args:
        options: what the caller asked for.
        ignored: parts of the request that had no effect; reported with the answer.
        choices: how often the answer is told.
    """

    def __init__(
        self, options: ResponseOptions, ignored: Sequence[str] = (), choices: int = 1
    ) -> None:
        self.id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())
        self._options, self._ignored = options, list(ignored)
        self._choices = range(choices)

    def complete(self, outcome: Outcome) -> Json:
        """The reply to a request that does not stream."""
        message = {"role": "assistant", **self._delta(outcome, whole=True)}
        finish = _finish(outcome)
        choices = [
            {"index": at, "message": message, "finish_reason": finish, "logprobs": None}
            for at in self._choices
        ]
        return self._head("chat.completion") | {
            "choices": choices,
            "usage": usage(_spent(outcome)),
            "looktwice": self.extension(outcome),
        }

    def first_chunks(self) -> list[Json]:
        """The first chunks: somebody is there."""
        return [self._chunk({"role": "assistant", "content": ""}, at) for at in self._choices]

    def event_chunk(self, event: Event) -> Json:
        """A chunk without words that tells what happened."""
        return self._chunk({}) | {"looktwice": {"event": event.model_dump(mode="json")}}

    def reasoning_chunk(self, words: str) -> Json:
        """A chunk that tells what is being done, where clients show a model's reasoning."""
        return self._chunk({"reasoning_content": words})

    def last_chunks(self, outcome: Outcome) -> list[Json]:
        """The answer, then everything about it."""
        told = {"looktwice": self.extension(outcome)}
        delta, finish = self._delta(outcome, whole=False), _finish(outcome)
        return [
            *(self._chunk(delta, at) for at in self._choices),
            *(self._chunk({}, at, finish) | told for at in self._choices),
        ]

    def usage_chunk(self, outcome: Outcome) -> Json:
        """The chunk that only tells the usage."""
        spent = usage(_spent(outcome))
        return self._head("chat.completion.chunk") | {"choices": [], "usage": spent}

    def extension(self, outcome: Outcome) -> Json:
        """The field `looktwice` of an answer."""
        if isinstance(outcome, FunctionCall):
            return {"status": "answered", "ignored": self._ignored}
        return {**extension(outcome, self._options.events), "ignored": self._ignored}

    def _delta(self, outcome: Outcome, whole: bool) -> Json:
        """The answer as a message, or as a chunk that lacks what is nothing."""
        if isinstance(outcome, FunctionCall):
            called = {"name": outcome.name, "arguments": outcome.arguments}
            call: Json = {"id": outcome.id, "type": "function", "function": called}
            calls = [call if whole else {"index": 0, **call}]
            return {"content": None, "tool_calls": calls} | ({"refusal": None} if whole else {})
        content, refusal = content_of(outcome, bool(self._options.footnotes))
        if whole:
            return {"content": content, "refusal": refusal}
        return {"content": content} if refusal is None else {"refusal": refusal}

    def _chunk(self, delta: Json, at: int = 0, finish: str | None = None) -> Json:
        choice = {"index": at, "delta": delta, "finish_reason": finish, "logprobs": None}
        return self._head("chat.completion.chunk") | {"choices": [choice]}

    def _head(self, kind: str) -> Json:
        return {"id": self.id, "object": kind, "created": self._created, "model": MODEL}


def extension(answer: Answer, steps: bool) -> Json:
    """An answer as the field `looktwice` tells it; with steps and tool calls where they are asked for."""
    left_out = {"question", "text"} | (set() if steps else {"steps", "results", "usage"})
    shown: Json = answer.model_dump(mode="json", exclude=left_out)
    assurance = assess(answer)
    return shown | {"grade": assurance.grade, "grade_detail": assurance.detail}


def content_of(answer: Answer, footnotes: bool) -> tuple[str | None, str | None]:
    """Words, or the record as JSON; a refusal where the record lacks what its schema requires."""
    if not answer.records:
        return with_footnotes(answer) if footnotes else answer.text, None
    record = answer.records[0]
    if record.lacking:
        return None, f"not found in the pictures: {', '.join(record.lacking)}"
    return answer.text, None


def _finish(outcome: Outcome) -> str:
    return "tool_calls" if isinstance(outcome, FunctionCall) else "stop"


def _spent(outcome: Outcome) -> Usage:
    return outcome.usage if isinstance(outcome, Answer) else Usage()


def usage(spent: Usage) -> Json:
    """Tokens of all model calls of the run, the checks among them."""
    return {
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.completion_tokens,
        "total_tokens": spent.prompt_tokens + spent.completion_tokens,
    }


def model(name: str, created: int) -> Json:
    """One entry of /v1/models."""
    return {"id": name, "object": "model", "created": created, "owned_by": "looktwice"}
