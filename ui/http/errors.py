"""Why a request is refused: one family for all servers, which each renders in its own protocol.

LooktwiceError
└── RequestError         400, or another status
├── WrongHost        403   asked under a name that is none of the server's
├── WrongOrigin      403   sent by a page of another site
├── NotAuthorized    401   no API key, or none of ours
├── BodyTooLarge     413
├── BodyTooSlow      408
├── QueueFull        429   asking again in a moment may help
├── TooBusy          503   likewise
└── InternalError    500   the fault is ours
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...errors import BadInput, LooktwiceError, UsageError

if TYPE_CHECKING:
    from starlette.responses import Response

_RETRY_SECONDS = 5


class RequestError(LooktwiceError):
    """A request that is answered with an error.

    Args:
        message: for people: what was wrong and what to do.
        status: of HTTP.
        code: a stable word for programs.
        param: the field that was wrong.
        retry_after: seconds after which trying again may help.
    """

    def __init__(
        self,
        message: str,
        status: int = 400,
        code: str | None = None,
        param: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.param = status, code, param
        self.retry_after = retry_after


Render = Callable[[RequestError], "Response"]
"""How a server answers with an error, in its own protocol."""


class WrongHost(RequestError):
    """The Host header names somebody else."""

    def __init__(self) -> None:
        super().__init__(
            "this server does not answer to this name; LOOKTWICE_SERVE__HOSTS adds one",
            403,
            "wrong_host",
        )


class WrongOrigin(RequestError):
    """A page of another site sent it."""

    def __init__(self) -> None:
        super().__init__(
            "this came from another site; LOOKTWICE_SERVE__ORIGINS names those that may ask",
            403,
            "wrong_origin",
        )


class NotAuthorized(RequestError):
    """There is no API key, or none of ours."""

    def __init__(self) -> None:
        super().__init__(
            "an API key is needed: send the header Authorization: Bearer KEY",
            401,
            "invalid_api_key",
        )


class BodyTooLarge(RequestError):
    """More bytes than a request may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"the request is larger than {limit // 2**20} MiB; send fewer or smaller files",
            413,
            "too_large",
        )


class BodyTooSlow(RequestError):
    """It did not arrive in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the request did not arrive in {seconds:g} seconds", 408, "too_slow")


class QueueFull(RequestError):
    """All slots and all places in the queue are taken."""

    def __init__(self, running: int, waiting: int) -> None:
        super().__init__(
            f"{running} questions are being answered and {waiting} wait already; "
            "try again in a moment",
            429,
            "busy",
            retry_after=_RETRY_SECONDS,
        )


class TooBusy(RequestError):
    """More requests are in progress than the server takes."""

    def __init__(self) -> None:
        super().__init__(
            "too many requests are in progress; try again in a moment",
            503,
            "busy",
            retry_after=_RETRY_SECONDS,
        )


class InternalError(RequestError):
    """What a caller is told when the fault is ours; the log tells more under the request's id."""

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"something went wrong here; the server's log tells more under {request_id}",
            500,
            "internal_error",
        )


def as_request_error(error: LooktwiceError) -> RequestError:
    """What the library raised, as an answer to the request."""
    if isinstance(error, RequestError):
        return error
    if isinstance(error, BadInput | UsageError):
        return RequestError(str(error), 400, "bad_input")
    return RequestError(str(error), 503, "unavailable")
