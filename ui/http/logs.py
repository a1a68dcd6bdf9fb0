"""Logs of a server: a line an event on standard error, JSON or text, without contents and secrets."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Literal

_FACTS = "facts"
_log = logging.getLogger("looktwice.serve")


class JsonLogFormatter(logging.Formatter):
    """A record as one line of JSON.

    Of an exception its type and place are written, not its words: those may hold what
    somebody asked.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, _FACTS, {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["at"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(line, ensure_ascii=False, default=str)


def log_event(event: str, level: int = logging.INFO, exc_info: bool = False, **facts: Any) -> None:
    """Log something that happened with its facts."""
    _log.log(level, event, exc_info=exc_info, extra={_FACTS: facts})


class TextLogFormatter(JsonLogFormatter):
    """The same as a line for people."""

    def format(self, record: logging.LogRecord) -> str:
        """The line: time, level, what happened, and its facts."""
        line = json.loads(super().format(record))
        head = f"{line.pop('time')[11:19]} {line.pop('level'):<7} {line.pop('event')}"
        facts = (f"{name}={value}" for name, value in line.items() if value not in (None, [], ""))
        return "  ".join([head, " ".join(facts)]).rstrip()


class EndsQuietly(logging.Filter):
    """Leaves out what uvicorn says of open pages that are cut off when the program ends."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is to be shown."""
        cut = record.exc_info is not None and record.exc_info[0] is asyncio.CancelledError
        return not (cut or record.getMessage().startswith("Cancel "))


def set_up_logging(form: Literal["json", "text"] = "json") -> None:
    """Send the program's and the web server's records to standard error, a line each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLogFormatter() if form == "json" else TextLogFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in ("looktwice", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.INFO)
