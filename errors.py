"""Every exception the library raises on purpose.

    LooktwiceError
    ├── UsageError          the call itself was wrong (arguments, settings, unknown names)
    │   └── MissingExtra    a part of the program is not installed; names the command that brings it
    ├── BadInput            a file, picture or text that cannot be used; other inputs go on
    ├── WeightsError        weights are missing, damaged or cannot be fetched
    │   └── OfflineError    a download or a remote address was needed while offline
    ├── ModelError          the chat model failed, is gone, or kept returning nonsense
    ├── ToolError           a tool could not do what it was asked; told to the model as data
    └── Stopped             the run was ended from outside
        ├── Cancelled       somebody pressed stop
        └── DeadlinePassed  the time limit was reached

A message says what was wrong, with which input, and what to do about it.
"""

from __future__ import annotations

from typing import Literal, get_args

ToolErrorKind = Literal["bad_arguments", "not_found", "timeout", "unavailable", "failed"]
TOOL_ERROR_KINDS: tuple[str, ...] = get_args(ToolErrorKind)


class LooktwiceError(Exception):
    """Base of everything raised on purpose; its text is meant for people."""


class UsageError(LooktwiceError):
    """The call itself was wrong."""


class MissingExtra(UsageError):
    """A part of the program is not installed.

    Attributes:
        extra: which one, as in `pip install 'looktwice[experts]'`.
    """

    def __init__(self, message: str, extra: str) -> None:
        super().__init__(message)
        self.extra = extra


class BadInput(LooktwiceError):
    """One input cannot be used.

    Attributes:
        source: the file name or other origin of the input.
    """

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class WeightsError(LooktwiceError):
    """Weights are missing, damaged or cannot be fetched."""


class OfflineError(WeightsError):
    """The network was needed while LOOKTWICE_OFFLINE forbids it."""


class ModelError(LooktwiceError):
    """The chat model failed and one repair did not help."""


class ToolError(LooktwiceError):
    """A tool could not do what it was asked.

    Raised by tools, turned into data for the model by `tools.execution`, never fatal.

    Attributes:
        kind: one of the closed set `TOOL_ERROR_KINDS`.
    """

    def __init__(self, message: str, kind: ToolErrorKind = "failed") -> None:
        super().__init__(message)
        self.kind: ToolErrorKind = kind


class Stopped(LooktwiceError):
    """The run was ended from outside."""


class Cancelled(Stopped):
    """Somebody asked the run to stop."""


class DeadlinePassed(Stopped):
    """The run's time limit was reached."""
