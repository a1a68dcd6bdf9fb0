"""Errors are for people and for code: one family, each with what a caller needs."""

from __future__ import annotations

import inspect

import pytest
from looktwice import errors

FAMILY = [c for _, c in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("kind", FAMILY, ids=lambda kind: str(kind.__name__))
def test_whoever_catches_one_catches_all_and_finds_it_in_the_tree(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.LooktwiceError)
    assert kind.__name__ in (errors.__doc__ or "")
    assert kind.__doc__


def test_a_bad_input_names_itself() -> None:
    error = errors.BadInput("lease.pdf", "is encrypted")
    assert (str(error), error.source, error.reason) == (
        "lease.pdf: is encrypted",
        "lease.pdf",
        "is encrypted",
    )


def test_a_tools_error_is_of_a_known_kind() -> None:
    assert errors.ToolError("no").kind == "failed"
    assert errors.ToolError("no", "timeout").kind == "timeout"
    assert {"failed", "timeout"} < set(errors.TOOL_ERROR_KINDS)


def test_a_missing_extra_says_which() -> None:
    error = errors.MissingExtra("pip install 'looktwice[ui]'", "ui")
    assert (str(error), error.extra) == ("pip install 'looktwice[ui]'", "ui")
