"""What went wrong with a server, in words for people."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

from ...errors import BadInput, LooktwiceError, ModelError
from .base import Message
from .http_client import StatusError, StreamError, TooSlow, Unreachable

_TOO_LONG = re.compile(
    r"exceed_context_size|context_length_exceeded|context (length|size|window)"
    r"|longer than the model|maximum.{0,20}(tokens|context)|too many tokens|prompt is too long",
    re.IGNORECASE,
)
_PICTURES = re.compile(r"image|multi-?modal|mmproj|vision", re.IGNORECASE)
_REASON_LENGTH = 300


class Failures:
    """Turns the client's exceptions into ours; never shows the key.

    Args:
        where: the server's address, as shown to people.
        model: the name asked for.
        secret: the API key, struck out wherever a server repeats it.
    """

    def __init__(self, where: str, model: str, secret: str) -> None:
        self.where = where
        self.model = model
        self._secret = secret

    def silent(self, seconds: float) -> ModelError:
        """Nothing came for `seconds`."""
        return ModelError(
            f"{self.where}: no answer within {seconds:g} s; the server may be overloaded or hung "
            "(LOOKTWICE_REQUEST_SECONDS sets how long to wait)"
        )

    def broken(self, reason: object) -> ModelError:
        """The reply did not arrive whole, or was no reply at all."""
        return ModelError(
            f"{self.where}: the reply broke off or made no sense ({self._say(reason)}); "
            "ask again, and look at the server's log if it happens twice"
        )

    def closed(self) -> ModelError:
        """The model was used after `close()`, or closed by another thread."""
        return ModelError(f"{self.where}: the connection was closed; open the model again")

    async def mapping(self, request: Awaitable[object]) -> Mapping[str, Any]:
        """The answer to a request, which has to be a JSON object.

        Raises:
            ModelError: it is something else.
        """
        answer = await request
        if not isinstance(answer, Mapping):
            raise self.broken(f"expected a JSON object, got {str(answer)[:80]!r}")
        return answer

    def translate(self, error: Exception, messages: Sequence[Message] = ()) -> LooktwiceError:
        """Our exception for one of the client's (or of the connection below it)."""
        if isinstance(error, LooktwiceError):
            return error
        if isinstance(error, StatusError):
            return self._status(error, messages)
        if isinstance(error, TooSlow):
            return ModelError(f"{self.where}: the server did not answer in time; is it overloaded?")
        if isinstance(error, Unreachable):
            return ModelError(
                f"{self.where}: cannot be reached ({self._say(error)}); "
                "check that the server runs and that the address is right"
            )
        if isinstance(error, StreamError) and _TOO_LONG.search(str(error)):
            return self.too_long(error)
        return self.broken(error)

    def _status(self, error: StatusError, messages: Sequence[Message]) -> LooktwiceError:
        code, reason = error.status, self._say(error)
        if code in (400, 413, 422, 500) and _TOO_LONG.search(_whole(error)):
            return self.too_long(error)
        if code in (401, 403):
            return ModelError(
                f"{self.where}: the API key was refused (HTTP {code}); set LOOKTWICE_API_KEY"
            )
        if code == 404:
            return ModelError(
                f"{self.where}: no model {self.model!r} at this address ({reason}); "
                "set LOOKTWICE_MODEL_NAME to one the server lists under /v1/models"
            )
        if code == 429:
            return ModelError(f"{self.where}: too busy, tried several times ({reason})")
        if code >= 500:
            return ModelError(f"{self.where}: the server failed, HTTP {code} ({reason})")
        pictures = [p for message in messages for p in message.pictures]
        if pictures and _PICTURES.search(_whole(error)):
            return BadInput(
                pictures[0].name or f"picture {pictures[0].sha256[:12]}",
                f"{self.where} did not take it: {reason}",
            )
        return ModelError(f"{self.where}: the request was refused, HTTP {code} ({reason})")

    def too_long(self, error: object) -> BadInput:
        """The prompt is more than the model can read."""
        return BadInput(
            "the prompt",
            f"it does not fit into what {self.model or 'the model'} at {self.where} can read "
            f"({self._say(error)}); ask about fewer pictures or pages",
        )

    def _say(self, error: object) -> str:
        text = " ".join(str(error).split()) or type(error).__name__
        if self._secret:
            text = text.replace(self._secret, "***")
        return text if len(text) <= _REASON_LENGTH else text[:_REASON_LENGTH] + " ..."


def _whole(error: StatusError) -> str:
    """An error's message and the server's full answer, to look for words in."""
    return f"{error} {json.dumps(error.body, default=str)}"
