"""Receipts and forms, written line by line, so that every price and date is known."""

from __future__ import annotations

from dataclasses import dataclass

from ...schema import Box
from ..task import Match, Task, Truth
from . import names
from .maker import Maker
from .paper import Sheet

RECEIPTS, FORMS = 12, 8
READ = (frozenset({"read_text"}),)
_EXTRA = {
    "Tel": "What is the telephone number of the shop?",
    "Cashier": "Who was the cashier?",
    "VAT no": "What is the VAT number?",
    "Table": "What is the table number?",
}
_FIELDS = {
    "Name": "What is the name of the applicant?",
    "Date of birth": "What is the date of birth?",
    "Street": "Which street is given in the address?",
    "Town": "Which town is given in the address?",
    "Policy number": "What is the policy number?",
    "Telephone": "What is the telephone number?",
}


@dataclass(frozen=True)
class PictureFact:
    """Something written in a picture: a question for it, what is right, where it stands."""

    kind: str
    question: str
    answer: str
    box: Box
    match: Match = "contains"


def generate(make: Maker) -> list[Task]:
    """Totals, dates, shops and prices of receipts; fields of forms; twins ask for what is left out."""
    tasks: list[Task] = []
    for number in range(RECEIPTS):
        facts, missing, sheet = receipt(make, number)
        tasks += about(make, f"receipt-{number:02}", sheet, facts, missing)
    for number in range(FORMS):
        facts, missing, sheet = form(make, number)
        tasks += about(make, f"form-{number:02}", sheet, facts, missing)
    return tasks


def about(
    make: Maker, name: str, sheet: Sheet, facts: list[PictureFact], missing: list[PictureFact]
) -> list[Task]:
    """The tasks of one picture: some of its facts, each with a twin that is not in it."""
    picture = make.picture(sheet.image, f"pictures/{name}.jpg", quality=88)
    chosen = make.rng.sample(facts, min(len(facts), len(missing), 3))
    tasks = []
    for number, (fact, gone) in enumerate(zip(chosen, missing, strict=False)):
        pair = f"{name}-{number}"
        truth = Truth(answers=(fact.answer,), match=fact.match, boxes=(fact.box,), tools=READ)
        tasks.append(
            Task(id=pair, kind=fact.kind, question=fact.question, images=(picture,), pair=pair,
                 truth=truth)
        )  # fmt: skip
        tasks.append(
            Task(id=f"{pair}-twin", kind=gone.kind, question=gone.question, images=(picture,),
                 pair=pair, truth=Truth(answerable=False, tools=READ))
        )  # fmt: skip
    return tasks


def receipt(make: Maker, number: int) -> tuple[list[PictureFact], list[PictureFact], Sheet]:
    """One receipt: what it says, what it does not say, and its picture."""
    rng = make.rng
    goods = rng.sample(names.GOODS, 6)
    prices = [rng.randrange(80, 2500) for _ in range(4)]
    shop, date = names.SHOPS[number % len(names.SHOPS)], day(make)
    held = rng.sample(sorted(_EXTRA), 2)
    sheet = Sheet(560, 760, "#fdfdfb")
    facts = [PictureFact("shop", "What is the name of the shop?", shop,
                  sheet.write(280, 40, shop, 34, face="bold", anchor="ma"))]  # fmt: skip
    sheet.write(280, 90, f"{rng.randrange(2, 90)} {rng.choice(names.STREETS)}", 22, anchor="ma")
    y = 130
    for label in held:
        value = extra(make, label)
        box = sheet.write(280, y, f"{label} {value}", 22, anchor="ma")
        facts.append(PictureFact("detail", _EXTRA[label], value, box))
        y += 34
    facts.append(PictureFact("date", "What is the date on the receipt?", date,
                      sheet.write(40, y + 16, date, 22, face="mono")))  # fmt: skip
    y += 70
    for good, price in zip(goods, prices, strict=False):
        sheet.write(40, y, good, 24, face="mono")
        box = sheet.write(520, y, money(price), 24, face="mono", anchor="ra")
        asked = f"What does the item {good} cost?"
        facts.append(PictureFact("price", asked, money(price), box, "number"))
        y += 40
    sheet.pen.line((40, y + 6, 520, y + 6), fill="#404040", width=2)
    sheet.write(40, y + 20, "TOTAL", 28, face="bold")
    box = sheet.write(520, y + 20, money(sum(prices)), 28, face="bold", anchor="ra")
    total = PictureFact("total", "What is the total?", money(sum(prices)), box, "number")
    paid = (sum(prices) // 1000 + 1) * 1000
    for at, (label, cents) in enumerate([("Cash", paid), ("Change", paid - sum(prices))]):
        sheet.write(40, y + 70 + 34 * at, label, 22, face="mono")
        sheet.write(520, y + 70 + 34 * at, money(cents), 22, face="mono", anchor="ra")
    sheet.write(280, y + 160, "Thank you and see you soon", 20, anchor="ma")
    gone = [label for label in _EXTRA if label not in held]
    missing = [PictureFact("detail", _EXTRA[label], "", box) for label in gone]
    missing += [PictureFact("price", f"What does the item {goods[4]} cost?", "", box)]
    return [total, *facts], rng.sample(missing, 3), sheet


def form(make: Maker, number: int) -> tuple[list[PictureFact], list[PictureFact], Sheet]:
    """A filled-in form; two of its possible fields are not on it."""
    rng = make.rng
    person = names.PEOPLE[number % len(names.PEOPLE)]
    values = {
        "Name": person,
        "Date of birth": day(make, 1950, 2000),
        "Street": f"{rng.randrange(2, 90)} {rng.choice(names.STREETS)}",
        "Town": rng.choice(names.TOWNS),
        "Policy number": f"P-{rng.randrange(10000, 99999)}",
        "Telephone": phone(make),
    }
    gone = rng.sample([label for label in values if label != "Name"], 3)
    sheet = Sheet(900, 700, "#fbfbf6")
    sheet.write(60, 40, "APPLICATION FORM", 36, face="bold")
    sheet.write(60, 100, f"Form {rng.randrange(100, 999)}", 20)
    facts, y = [], 180
    for label, value in values.items():
        if label in gone:
            continue
        sheet.write(60, y, f"{label}:", 26)
        box = sheet.write(340, y, value, 26, face="serif")
        sheet.pen.line((330, y + 38, 840, y + 38), fill="#909090", width=1)
        facts.append(PictureFact("form", _FIELDS[label], value, box))
        y += 80
    missing = [PictureFact("form", _FIELDS[label], "", facts[0].box) for label in gone]
    return facts, missing, sheet


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def day(make: Maker, first: int = 2019, last: int = 2025) -> str:
    """A date, written with the day first and unmistakably."""
    return (
        f"{make.rng.randrange(13, 29)}/{make.rng.randrange(1, 13):02}/"
        f"{make.rng.randrange(first, last + 1)}"
    )


def phone(make: Maker) -> str:
    return f"555 {make.rng.randrange(1000, 9999)}"


def extra(make: Maker, label: str) -> str:
    """A value for one of the details that receipts may have."""
    return {
        "Tel": phone(make),
        "Cashier": make.rng.choice(names.PEOPLE).split()[0],
        "VAT no": f"GB{make.rng.randrange(100000000, 999999999)}",
        "Table": str(make.rng.randrange(11, 60)),
    }[label]
