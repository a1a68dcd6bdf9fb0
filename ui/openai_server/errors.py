"""Errors in OpenAI's shape."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from ..http.access_log import REQUEST_ID
from ..http.errors import InternalError, RequestError

_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def error_body(error: RequestError) -> dict[str, object]:
    """The body of the reply, or of a chunk."""
    other = "server_error" if error.status >= 500 else "invalid_request_error"
    return {
        "error": {
            "message": str(error),
            "type": _TYPES.get(error.status, other),
            "param": error.param,
            "code": error.code,
        }
    }


def render_error(error: RequestError) -> Response:
    """The reply; OpenAI's clients try again unless they are told not to."""
    if error.retry_after is not None:
        headers = {"retry-after": str(error.retry_after)}
    else:
        headers = {"x-should-retry": "false"}
    return JSONResponse(error_body(error), error.status, headers)


def add_error_handlers(app: FastAPI, routes: tuple[str, ...]) -> None:
    """Let an application answer with such errors, whatever goes wrong in it.

    Args:
        app: the application.
        routes: named to who asks for another.
    """

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestError)
        return render_error(error)

    async def invalid(request: Request, error: Exception) -> Response:
        """A request of the wrong form, in words; what was sent is not repeated."""
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
        reason = first.get("ctx", {}).get("error", "") if first["type"] == "json_invalid" else ""
        words = f"{where}: {first['msg']}{f' ({reason})' if reason else ''}"
        return render_error(RequestError(words, 400, "invalid_request", where))

    async def wrong_route(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        path = request.url.path[:80]
        words = {
            404: f"there is nothing at {path!r}; this server has {', '.join(routes)}",
            405: f"{request.method} is not for {path!r}",
        }.get(error.status_code, str(error.detail))
        return render_error(RequestError(words, error.status_code))

    async def failed(request: Request, error: Exception) -> Response:
        return render_error(InternalError(request.scope.get(REQUEST_ID, "")))

    app.add_exception_handler(RequestError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, wrong_route)
    app.add_exception_handler(Exception, failed)
