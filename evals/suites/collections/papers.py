"""Receipts, invoices and letters as files: every value on them is known."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from .. import names
from ..pdf import PdfLine, PdfText, PlacedPage, write_pages, write_pdf

__all__ = ["BusinessPaper", "papers"]

RECEIPTS, INVOICES, LETTERS = 14, 8, 2
_WIDTHS = (60, 330, 420, 500)


@dataclass(frozen=True)
class BusinessPaper:
    """One paper.

    Attributes:
        cents: its total; tax is in it, None where the paper gives none.
        goods: names and cents of what was bought.
    """

    name: str
    kind: Literal["receipt", "invoice", "letter"]
    number: str
    day: date
    issuer: str
    recipient: str = ""
    cents: int = 0
    tax: int | None = None
    goods: tuple[tuple[str, int], ...] = ()

    def pdf(self) -> bytes:
        """The file."""
        layout = {"receipt": self._receipt, "invoice": self._invoice, "letter": self._letter}
        return layout[self.kind]()

    def _receipt(self) -> bytes:
        lines: list[PdfLine | str] = [
            PdfLine(self.issuer, 15, bold=True),
            f"Receipt {self.number}",
            f"{self.day:%d.%m.%Y}   14:{self.day.day + 20}",
            "",
            *(f"{name}    {_money(cents)}" for name, cents in self.goods),
            PdfLine(f"TOTAL    {_money(self.cents)} EUR", 13, bold=True),
        ]
        if self.tax is not None:
            lines.append(f"of which VAT    {_money(self.tax)}")
        return write_pdf([[*lines, "", "Thank you for shopping with us"]])

    def _invoice(self) -> bytes:
        net = self.cents - (self.tax or 0)
        rows = [("Item", "", "", "Amount"), *((name, "", "", _money(c)) for name, c in self.goods)]
        rows += [("Net", "", "", _money(net)), ("VAT", "", "", _money(self.tax or 0))]
        rows += [("Total", "", "EUR", _money(self.cents))]
        texts = [
            PdfText(60, 790, self.issuer, 14, bold=True),
            PdfText(60, 730, self.recipient),
            PdfText(60, 680, f"Invoice {self.number}", 16, bold=True),
            PdfText(400, 730, f"Date: {self.day:%d %B %Y}"),
            *(
                PdfText(x, 640 - 18 * at, words, 10)
                for at, row in enumerate(rows)
                for x, words in zip(_WIDTHS, row, strict=True)
                if words
            ),
        ]
        return write_pages([PlacedPage(texts)])

    def _letter(self) -> bytes:
        return write_pdf(
            [
                [
                    PdfLine(self.issuer, 13, bold=True),
                    f"{self.day:%d %B %Y}",
                    "",
                    f"Dear {self.recipient},",
                    "thank you for your letter. We shall come back to you next week.",
                    "Yours sincerely",
                ]
            ]
        )


def papers(rng: random.Random) -> list[BusinessPaper]:
    """Papers of two years; no two have the same total."""
    totals = rng.sample(range(900, 9_000), RECEIPTS)
    found = [_bought(rng, n, cents) for n, cents in enumerate(totals)]
    sums = rng.sample(range(20_000, 400_000), INVOICES)
    found += [_billed(rng, n, cents) for n, cents in enumerate(sums)]
    found += [
        BusinessPaper(f"letter-{n:02}", "letter", "", _day(rng), names.FIRMS[n], names.PEOPLE[n])
        for n in range(LETTERS)
    ]
    return found


def _bought(rng: random.Random, number: int, cents: int) -> BusinessPaper:
    tax = round(cents * 19 / 119) if number % 4 else None
    issuer = names.SHOPS[rng.randrange(6)]
    return BusinessPaper(
        f"receipt-{number:02}", "receipt", f"R{rng.randrange(10_000, 99_999)}", _day(rng), issuer,
        cents=cents, tax=tax, goods=_parts(rng, cents),
    )  # fmt: skip


def _billed(rng: random.Random, number: int, cents: int) -> BusinessPaper:
    tax = round(cents * 19 / 119)
    issuer, buyer = names.FIRMS[rng.randrange(4)], names.PEOPLE[rng.randrange(5)]
    return BusinessPaper(
        f"invoice-{number:02}", "invoice", f"INV-{rng.randrange(1_000, 9_999)}", _day(rng), issuer,
        buyer, cents, tax, _parts(rng, cents - tax),
    )  # fmt: skip


def _parts(rng: random.Random, cents: int) -> tuple[tuple[str, int], ...]:
    first = rng.randrange(cents // 5, cents // 2)
    one, other = rng.sample(names.GOODS, 2)
    return (one, first), (other, cents - first)


def _day(rng: random.Random) -> date:
    return date(2022, 1, 1) + timedelta(days=rng.randrange(730))


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
