"""Receipts: totals, lists of what was bought, tables, translations, sums over several."""

from __future__ import annotations

from dataclasses import dataclass

from ....schema import Box
from ...task import Task
from .. import names
from ..maker import Maker
from ..paper import Sheet
from ..receipts import day, money
from .asking import READ, Ask, keep, missing, parted, tasks, turn_about
from .words import GERMAN

PICTURES, GROUPS = 14, 8
_SUM = (frozenset({"read_text", "calculate"}), *READ)
_MISSING = (
    "What is the telephone number of the shop?",
    "Who was the cashier?",
    "What is the VAT number?",
    "Which table did the guests sit at?",
)


@dataclass(frozen=True)
class Bill:
    """What a receipt says; prices in cents."""

    sheet: Sheet
    shop: str
    date: str
    goods: tuple[str, ...]
    prices: tuple[int, ...]
    boxes: tuple[Box, ...]
    total_box: Box
    paid: str

    @property
    def total(self) -> int:
        return sum(self.prices)

    @property
    def items(self) -> list[tuple[str, str]]:
        """What was bought and its price."""
        return [(g, money(p)) for g, p in zip(self.goods, self.prices, strict=True)]


def generate(make: Maker) -> list[Task]:
    """Single receipts and groups of them."""
    made = [one(make, number) for number in range(PICTURES)]
    groups = [several(make, number) for number in range(GROUPS)]
    return [task for tasks_of in (*made, *groups) for task in tasks_of]


def bill(make: Maker, shop: str) -> Bill:
    """Draw a receipt."""
    rng = make.rng
    goods = tuple(rng.sample(sorted(GERMAN), rng.randrange(3, 6)))
    prices = tuple(rng.sample(range(80, 2500), len(goods)))
    date, paid = day(make), rng.choice(("Cash", "Card"))
    sheet = Sheet(560, 720, "#fdfdfb")
    sheet.write(280, 40, shop, 34, face="bold", anchor="ma")
    sheet.write(280, 90, f"{rng.randrange(2, 90)} {rng.choice(names.STREETS)}", 22, anchor="ma")
    sheet.write(40, 150, date, 22, face="mono")
    boxes, y = [], 210
    for good, price in zip(goods, prices, strict=True):
        sheet.write(40, y, good, 24, face="mono")
        boxes.append(sheet.write(520, y, money(price), 24, face="mono", anchor="ra"))
        y += 42
    sheet.pen.line((40, y + 6, 520, y + 6), fill="#404040", width=2)
    sheet.write(40, y + 20, "TOTAL", 28, face="bold")
    total = sheet.write(520, y + 20, money(sum(prices)), 28, face="bold", anchor="ra")
    sheet.write(40, y + 80, f"Paid by {paid.lower()}", 22, face="mono")
    sheet.write(280, y + 150, "Thank you and see you soon", 20, anchor="ma")
    return Bill(sheet, shop, date, goods, prices, tuple(boxes), total, paid)


def one(make: Maker, number: int) -> list[Task]:
    """Five questions about a receipt, and now and then one that it does not answer."""
    made = bill(make, names.SHOPS[number % len(names.SHOPS)])
    name = f"bill-{number:02}"
    chosen = turn_about(asks(make, made), number, 5)
    if number % 2 == 0:
        chosen.append(missing(_MISSING[number // 2 % len(_MISSING)]))
    return tasks(name, "receipt", [keep(make, name, made.sheet)], chosen)


def asks(make: Maker, made: Bill) -> list[Ask]:
    """All that can be asked of a receipt."""
    items, total = made.items, money(made.total)
    at = make.rng.randrange(len(items))
    absent = make.rng.choice([good for good in sorted(GERMAN) if good not in made.goods])
    dear = max(range(len(items)), key=lambda n: made.prices[n])
    priced = [f"{good} {price}" for good, price in items]
    german = [GERMAN[good] for good in made.goods]
    return [
        Ask("fact", "What is the total?", (total,), "number", (made.total_box,)),
        parted("list", "List every item with its price.",
               "\n".join(f"- {good}: {price}" for good, price in items), priced, *made.boxes),
        parted("translation", "Translate the names of the goods into German.",
               ", ".join(german), german),
        Ask("yes_no", f"Did they buy {absent.lower()}?", ("No.", "no"), "yes_no"),
        parted("transcription", "Write down all the text on the receipt, line by line.",
               "\n".join([made.shop, made.date, *(f"{g} {p}" for g, p in items), f"TOTAL {total}",
                          f"Paid by {made.paid.lower()}", "Thank you and see you soon"]),
               [made.shop, made.date, *priced, f"TOTAL {total}"]),
        Ask("count", "How many different items were bought?", (f"{len(items)} items",), "number",
            made.boxes),
        parted("table", "Give the goods and prices as a table.",
               "| item | price |\n|---|---|\n" + "\n".join(f"| {g} | {p} |" for g, p in items),
               priced, *made.boxes),
        Ask("fact", f"What does the item {made.goods[at]} cost?",
            (f"The item {made.goods[at]} costs {money(made.prices[at])}.",), "number",
            (made.boxes[at],)),
        parted("record", "Give the shop, the date and the total as JSON.",
               f'{{"shop": "{made.shop}", "date": "{made.date}", "total": "{total}"}}',
               [made.shop, made.date, total]),
        Ask("fact", "What is the most expensive item?",
            (f"{made.goods[dear]} for {money(made.prices[dear])}", made.goods[dear]), "contains",
            (made.boxes[dear],)),
        Ask("choice", "How was it paid? A) by card B) in cash C) by cheque",
            (f"{'AB'[made.paid == 'Cash']}", f"{'by card' if made.paid == 'Card' else 'in cash'}"),
            "choice"),
        parted("summary", "Summarise this receipt in one sentence.",
               f"{len(items)} items were bought at {made.shop} on {made.date} for {total} in all, "
               f"paid by {made.paid.lower()}.", [made.shop, made.date, total]),
    ]  # fmt: skip


def several(make: Maker, number: int) -> list[Task]:
    """Three receipts: the dearest, the sum."""
    shops = make.rng.sample(names.SHOPS, 3)
    made = [bill(make, shop) for shop in shops]
    name = f"bills-{number:02}"
    images = [keep(make, f"{name}-{at}", b.sheet) for at, b in enumerate(made, 1)]
    dear = max(made, key=lambda b: b.total)
    totals = [money(b.total) for b in made]
    ask = [
        Ask("fact", "Which of these three receipts has the largest total, and from which shop is it?",
            (f"The one from {dear.shop} with {money(dear.total)}.", dear.shop), "contains"),
        Ask("fact", "What do the three receipts come to altogether?",
            (money(sum(b.total for b in made)),), "number", tools=_SUM),
        parted("list", "List the shop and the total of each of the three receipts.",
               "\n".join(f"- {b.shop}: {t}" for b, t in zip(made, totals, strict=True)),
               [f"{b.shop} {t}" for b, t in zip(made, totals, strict=True)]),
        parted("comparison", "Compare the three receipts by their totals.",
               f"{dear.shop} is the dearest with {money(dear.total)}; the totals are "
               + ", ".join(f"{t} ({b.shop})" for b, t in zip(made, totals, strict=True)) + ".",
               totals),
    ][number % 4]  # fmt: skip
    return tasks(name, "three receipts", images, [ask])
