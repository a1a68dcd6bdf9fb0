"""Conversations: one of 27 turns over 20 pictures, and short ones with follow-ups."""

from __future__ import annotations

from ..task import Task, Truth
from . import names
from .maker import Maker
from .paper import Sheet
from .receipts import READ, day, money

PICTURES, SHORT = 20, 6
_THEN = 7
"""Turns after the pictures; 20 and 7 are the longest that published conversations have (MMDU)."""


def generate(make: Maker) -> list[Task]:
    """Every turn is a task with a truth of its own."""
    return [*long_one(make), *(t for n in range(SHORT) for t in short_one(make, n))]


def ticket(make: Maker, name: str, shop: str) -> tuple[str, dict[str, str]]:
    """A small receipt; gives its file and what it says."""
    rng = make.rng
    says = {
        "shop": shop,
        "total": money(rng.randrange(300, 9900)),
        "date": day(make),
        "table": str(rng.randrange(11, 90)),
    }
    sheet = Sheet(480, 400, "#fdfdfa")
    sheet.write(240, 40, shop, 32, face="bold", anchor="ma")
    sheet.write(40, 120, f"Date {says['date']}", 26, face="mono")
    sheet.write(40, 180, f"Table {says['table']}", 26, face="mono")
    sheet.write(40, 260, "TOTAL", 30, face="bold")
    sheet.write(440, 260, says["total"], 30, face="bold", anchor="ra")
    return make.picture(sheet.image, f"pictures/{name}.jpg", quality=90), says


def long_one(make: Maker) -> list[Task]:
    """Twenty receipts shown one after the other, then questions about earlier ones."""
    tasks: list[Task] = []
    shown: list[dict[str, str]] = []
    for at in range(PICTURES):
        shop = f"{names.SHOPS[at % len(names.SHOPS)].split()[0]} {names.TOWNS[at % 12]}"
        picture, says = ticket(make, f"long-{at:02}", shop)
        shown.append(says)
        field = ("total", "date", "table")[at % 3]
        question = f"What is the {'table number' if field == 'table' else field} on this receipt?"
        tasks.append(turn("long", at, "new picture", question, says[field], picture))
    for at in range(PICTURES, PICTURES + _THEN):
        says = make.rng.choice(shown)
        question = f"What was the total on the receipt of {says['shop']}?"
        tasks.append(turn("long", at, "looking back", question, says["total"]))
    return tasks


def short_one(make: Maker, number: int) -> list[Task]:
    """One receipt, follow-ups that only make sense together, and one that has no answer."""
    name = f"short-{number}"
    picture, says = ticket(make, name, names.SHOPS[number])
    return [
        turn(name, 0, "new picture", "What is the total on this receipt?", says["total"], picture),
        turn(name, 1, "follow-up", "And the date?", says["date"]),
        turn(name, 2, "follow-up", "And which shop is it from?", says["shop"]),
        turn(name, 3, "unanswerable follow-up", "And the name of the cashier?", ""),
    ]


def turn(session: str, at: int, kind: str, question: str, answer: str, picture: str = "") -> Task:
    """One turn; no answer means it cannot be answered."""
    truth = (
        Truth(
            answers=(answer,),
            match="number" if answer.replace(".", "").isdigit() else "contains",
            tools=READ if picture else (),
        )
        if answer
        else Truth(answerable=False)
    )
    return Task(
        id=f"{session}-{at:02}",
        kind=kind,
        question=question,
        images=(picture,) if picture else (),
        session=session,
        truth=truth,
    )
