"""Conversations about receipts: follow-ups, other forms, a second picture to compare with."""

from __future__ import annotations

from ...task import Match, Task, Truth
from .. import names
from ..maker import Maker
from ..receipts import money
from .asking import IN_FULL, READ, keep
from .bills import bill
from .words import GERMAN

DIALOGS = 8


def generate(make: Maker) -> list[Task]:
    """Five turns each."""
    return [task for number in range(DIALOGS) for task in one(make, number)]


def one(make: Maker, number: int) -> list[Task]:
    """The total, the date, the goods in German, then another receipt."""
    name = f"dialog-{number:02}"
    shops = make.rng.sample(names.SHOPS, 2)
    first, second = bill(make, shops[0]), bill(make, shops[1])
    image = keep(make, f"{name}-1", first.sheet)
    other = keep(make, f"{name}-2", second.sheet)
    german = [GERMAN[good] for good in first.goods]
    more = shops[0] if first.total > second.total else shops[1]

    def turn(
        at: int, form: str, question: str, full: str, answers: tuple[str, ...], match: Match,
        images: tuple[str, ...] = (),
    ) -> Task:  # fmt: skip
        truth = Truth(answers=answers, match=match, answerable=bool(answers), tools=READ)
        about = IN_FULL + full if full else "receipt"
        return Task(id=f"{name}-{at}", kind=form, question=question, images=images, session=name,
                    about=about, truth=truth)  # fmt: skip

    return [
        turn(0, "fact", "What is the total on this receipt?", "", (money(first.total),), "number",
             (image,)),
        turn(1, "fact", "And the date?", "What is the date on this receipt?", (first.date,),
             "contains"),
        turn(2, "translation", "And what are the goods called in German?",
             "What are the goods on this receipt called in German?",
             (", ".join(german), "<AND>".join(german)), "grade"),
        turn(3, "fact", "What is the total on this one?", "", (money(second.total),), "number",
             (other,)),
        turn(4, "comparison", "Which of the two receipts has the larger total?",
             f"Which receipt has the larger total, that of {shops[0]} or that of {shops[1]}?",
             (f"The receipt of {more}.", more), "contains"),
    ]  # fmt: skip
