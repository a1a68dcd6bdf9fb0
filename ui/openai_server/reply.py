"""What an OpenAI-compatible chat server answers: replies whole or in chunks, and its models.

Replies carry what OpenAI has no place for (evidence, citations, status) in a field `looktwice`.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Any

from ...agent.assurance import assess
from ...schema import Answer, Event, Usage
from .request import MODEL, ResponseOptions

Json = dict[str, Any]


class ReplyWriter:
    """Writes one reply, whole or in chunks.

    Args:
        options: what the caller asked for.
        ignored: parts of the request that had no effect; reported with the answer.
    """

    def __init__(self, options: ResponseOptions, ignored: Sequence[str] = ()) -> None:
        self.id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())
        self._options, self._ignored = options, list(ignored)

    def complete(self, answer: Answer) -> Json:
        """The reply to a request that does not stream."""
        content, refusal = _content(answer)
        message = {"role": "assistant", "content": content, "refusal": refusal}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return self._head("chat.completion") | {
            "choices": [choice],
            "usage": usage(answer.usage),
            "looktwice": self.extension(answer),
        }

    def first_chunk(self) -> Json:
        """The first chunk: somebody is there."""
        return self._chunk({"role": "assistant", "content": ""})

    def event_chunk(self, event: Event) -> Json:
        """A chunk without words that tells what happened."""
        return self._chunk({}) | {"looktwice": {"event": event.model_dump(mode="json")}}

    def last_chunks(self, answer: Answer) -> list[Json]:
        """The answer, then everything about it."""
        return [
            self._chunk(_delta(answer)),
            self._chunk({}, "stop") | {"looktwice": self.extension(answer)},
        ]

    def usage_chunk(self, answer: Answer) -> Json:
        """The chunk that only tells the usage."""
        return self._head("chat.completion.chunk") | {"choices": [], "usage": usage(answer.usage)}

    def extension(self, answer: Answer) -> Json:
        """The field `looktwice` of an answer."""
        left_out = {"question", "text"} | (
            set() if self._options.events else {"steps", "results", "usage"}
        )
        shown: Json = answer.model_dump(mode="json", exclude=left_out)
        assurance = assess(answer)
        return shown | {
            "grade": assurance.grade,
            "grade_detail": assurance.detail,
            "ignored": self._ignored,
        }

    def _chunk(self, delta: Json, finish: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return self._head("chat.completion.chunk") | {"choices": [choice]}

    def _head(self, kind: str) -> Json:
        return {"id": self.id, "object": kind, "created": self._created, "model": MODEL}


def _content(answer: Answer) -> tuple[str | None, str | None]:
    """Words, or the record as JSON; a refusal where the record lacks what its schema requires."""
    if not answer.records:
        return answer.text, None
    record = answer.records[0]
    if record.lacking:
        return None, f"not found in the pictures: {', '.join(record.lacking)}"
    return answer.text, None


def _delta(answer: Answer) -> Json:
    content, refusal = _content(answer)
    return {"content": content} if refusal is None else {"refusal": refusal}


def usage(spent: Usage) -> Json:
    """Tokens of all model calls of the run, the checks among them."""
    return {
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.completion_tokens,
        "total_tokens": spent.prompt_tokens + spent.completion_tokens,
    }


def models(created: int) -> Json:
    """The reply of /v1/models."""
    return {"object": "list", "data": [model(created)]}


def model(created: int) -> Json:
    """One entry of it."""
    return {"id": MODEL, "object": "model", "created": created, "owned_by": "looktwice"}
