"""What the library raises, as answers to requests."""

from __future__ import annotations

import pytest
from looktwice.errors import BadInput, LooktwiceError, ModelError, UsageError
from looktwice.ui.http.errors import QueueFull, RequestError, as_request_error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (UsageError("no such index"), 400, "bad_input"),
        (BadInput("a.png", "is text"), 400, "bad_input"),
        (ModelError("the model is gone"), 503, "unavailable"),
        (RequestError("n: one answer", param="n"), 400, None),
        (QueueFull(2, 16), 429, "busy"),
    ],
)
def test_errors_keep_their_words_and_get_a_status(
    error: LooktwiceError, status: int, code: str | None
) -> None:
    answer = as_request_error(error)
    assert (str(answer), answer.status, answer.code) == (str(error), status, code)
