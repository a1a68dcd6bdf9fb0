"""Written pages: notices to read, translate, explain and summarise."""

from __future__ import annotations

from typing import Any

from ....schema import Box
from ...task import Task
from .. import names
from ..maker import Maker
from ..paper import Sheet
from .asking import Ask, keep, missing, parted, tasks, turn_about
from .words import DAYS, NOTICES

PICTURES = 12


def generate(make: Maker) -> list[Task]:
    """Notices of three kinds, each with other days, towns and hours."""
    return [task for number in range(PICTURES) for task in one(make, number)]


def one(make: Maker, number: int) -> list[Task]:
    """Four questions about a notice, or three and one that it does not answer."""
    notice: dict[str, Any] = NOTICES[number % len(NOTICES)]
    fill = {
        "day": make.rng.choice(sorted(DAYS)),
        "town": make.rng.choice(names.TOWNS),
        "hour": str(make.rng.randrange(7, 22)),
    }
    sheet = Sheet(1000, 700, "#fcfbf6")
    sheet.write(500, 60, notice["title"], 44, face="bold", anchor="ma")
    lines = [line.format(**fill) for line in notice["lines"]]
    boxes = [
        sheet.write(80, 180 + 90 * at, line, 32, face="serif") for at, line in enumerate(lines)
    ]
    name = f"page-{number:02}"
    chosen = turn_about(asks(notice, fill, lines, boxes), number, 4)
    if number % 3 == 0:
        chosen.append(missing(notice["missing"]))
    return tasks(name, "page", [keep(make, name, sheet)], chosen)


def asks(
    notice: dict[str, Any], fill: dict[str, str], lines: list[str], boxes: list[Box]
) -> list[Ask]:
    """All that can be asked of a notice."""
    question, because, reason = notice["why"]
    fact, field = notice["fact"]
    asked, answer = notice["yes_no"]
    german = {**fill, "day": DAYS[fill["day"]]}
    translated = " ".join(line.format(**german) for line in notice["German"])
    at = next(n for n, line in enumerate(notice["lines"]) if f"{{{field}}}" in line)
    return [
        parted("translation", "Translate the text into German.", translated,
               [part.format(**german) for part in notice["parts"]], *boxes),
        parted("summary", "Summarise the notice in one sentence.", notice["summary"].format(**fill),
               [point.format(**fill) for point in notice["points"]], *boxes),
        Ask("fact", fact, (f"At {fill[field]} o'clock.",), "number", (boxes[at],)),
        Ask("explanation", question, (f"{because.capitalize()}.", reason), "contains"),
        parted("transcription", "What does the notice say, word for word?",
               "\n".join([notice["title"], *lines]), [notice["title"], *lines], *boxes),
        Ask("yes_no", asked, (answer.capitalize(), answer), "yes_no"),
        Ask("fact", "Which day of the week is named?", (fill["day"],), "contains", (boxes[0],)),
    ]  # fmt: skip
