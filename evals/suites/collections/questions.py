"""Questions to all papers at once, with answers worked out from what is on them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from ...task import EvidencePage, Match, Task, Truth
from .papers import BusinessPaper

__all__ = ["questions", "unanswerable"]

Made = Sequence[BusinessPaper]
Of = Callable[[BusinessPaper], bool]


def questions(papers: Made, files: tuple[str, ...]) -> list[Task]:
    """Those with an answer; the pages of their truth are all that count."""
    ask = _Asker(papers, files)
    shop = Counter(p.issuer for p in papers if p.kind == "receipt").most_common(1)[0][0]
    firm = Counter(p.issuer for p in papers if p.kind == "invoice").most_common(1)[0][0]
    buyer = Counter(p.recipient for p in papers if p.kind == "invoice").most_common(1)[0][0]
    month = Counter((p.day.year, p.day.month) for p in papers if p.kind == "receipt")
    year, in_month = month.most_common(1)[0][0]
    named = next(p.day for p in papers if (p.day.year, p.day.month) == (year, in_month))
    line = sorted(p.cents for p in papers if p.kind == "invoice")[4]
    for kind in ("receipt", "invoice"):
        of = _is(kind)
        ask.count(f"How many {kind}s are there?", of)
        ask.count(f"How many {kind}s are from 2022?", _of_year(of, 2022))
        ask.total(f"What is the sum of all {kind}s?", of)
        ask.total(f"What do the {kind}s of 2023 come to altogether?",
                  _of_year(of, 2023))  # fmt: skip
        ask.best(f"What is the highest total of all {kind}s?", of, max)
        ask.first(f"What is the date of the earliest {kind}?", of, min)
    ask.count(f"How many receipts are from {shop}?", lambda p: p.issuer == shop)
    ask.total(f"How much was spent at {shop} in total?", lambda p: p.issuer == shop)
    ask.total(
        f"What is the sum of the invoices by {firm}?", lambda p: p.issuer == firm and bool(p.cents)
    )
    ask.count(f"How many invoices went to {buyer}?",
              lambda p: p.kind == "invoice" and p.recipient == buyer)  # fmt: skip
    ask.count(f"How many receipts are from {named:%B %Y}?",
              lambda p: p.kind == "receipt" and (p.day.year, p.day.month) == (year, in_month))  # fmt: skip
    ask.files("Which receipts state no tax?", lambda p: p.kind == "receipt" and p.tax is None)
    ask.count("How many receipts give no tax?", lambda p: p.kind == "receipt" and p.tax is None)
    ask.taxes("How much tax is on the invoices altogether?", _is("invoice"))
    ask.count(f"How many invoices are over {line / 100:.2f}?",
              lambda p: p.kind == "invoice" and p.cents > line)  # fmt: skip
    ask.by_issuer("What do the receipts of each shop come to?", _is("receipt"))
    ask.by_month("How many receipts are there in each month?", _is("receipt"))
    ask.most("Which company sent the most expensive invoice?", _is("invoice"))
    return ask.tasks


def unanswerable(files: tuple[str, ...]) -> list[Task]:
    """What no paper says."""
    asked = (
        "How many receipts were paid by credit card?",
        "Which cashier sold the most?",
        "How many kilometres were driven according to the invoices?",
        "What is the average age of the customers?",
        "Which receipts were paid in Swiss francs?",
        "How many of the invoices were delivered late?",
    )
    return [
        Task(id=f"none-{n}", kind="not there", question=question, documents=files,
             truth=Truth(answerable=False))
        for n, question in enumerate(asked)
    ]  # fmt: skip


def _is(kind: str) -> Of:
    return lambda paper: paper.kind == kind


def _of_year(of: Of, year: int) -> Of:
    return lambda paper: of(paper) and paper.day.year == year


class _Asker:
    """Collects tasks; each knows the pages of all papers that it counts."""

    def __init__(self, papers: Made, files: tuple[str, ...]) -> None:
        self._papers, self._files = papers, files
        self.tasks: list[Task] = []

    def count(self, question: str, of: Of) -> None:
        chosen = self._chosen(of)
        self._add("how many", question, chosen, (str(len(chosen)),), "number")

    def total(self, question: str, of: Of) -> None:
        chosen = self._chosen(of)
        self._add("sum", question, chosen, (_money(sum(p.cents for p in chosen)),), "number")

    def taxes(self, question: str, of: Of) -> None:
        chosen = self._chosen(of)
        total = _money(sum(p.tax or 0 for p in chosen))
        self._add("sum", question, chosen, (total,), "number")

    def best(self, question: str, of: Of, choose: Callable[[list[int]], int]) -> None:
        best = choose([p.cents for p in self._chosen(of)])
        chosen = self._chosen(lambda p: of(p) and p.cents == best)
        self._add("largest", question, chosen, (_money(best),), "number")

    def most(self, question: str, of: Of) -> None:
        best = max(self._chosen(of), key=lambda paper: paper.cents)
        self._add("largest", question, [best], (best.issuer,), "contains")

    def first(self, question: str, of: Of, choose: Callable[..., BusinessPaper]) -> None:
        paper = choose(self._chosen(of), key=lambda paper: paper.day)
        written = (paper.day.isoformat(), f"{paper.day:%d.%m.%Y}", f"{paper.day:%d %B %Y}")
        self._add("first", question, [paper], written, "contains")

    def files(self, question: str, of: Of) -> None:
        chosen = self._chosen(of)
        self._add("which", question, chosen, ("<AND>".join(p.name for p in chosen),), "grade")

    def by_issuer(self, question: str, of: Of) -> None:
        sums: dict[str, int] = defaultdict(int)
        for paper in self._chosen(of):
            sums[paper.issuer] += paper.cents
        self._add("by group", question, self._chosen(of), _lines(sums, _ways), "list")

    def by_month(self, question: str, of: Of) -> None:
        counted = Counter(f"{paper.day:%Y-%m}" for paper in self._chosen(of))
        self._add("by month", question, self._chosen(of), _lines(counted, str), "list")

    def _chosen(self, of: Of) -> list[BusinessPaper]:
        return [paper for paper in self._papers if of(paper)]

    def _add(
        self, kind: str, question: str, counted: Made, answers: tuple[str, ...], match: Match
    ) -> None:
        pages = tuple(EvidencePage(document=f"{p.name}.pdf", page=1) for p in counted)
        truth = Truth(answers=answers, match=match, pages=pages)
        number = len(self.tasks)
        self.tasks.append(
            Task(
                id=f"all-{number:02}",
                kind=kind,
                question=question,
                documents=self._files,
                truth=truth,
            )
        )


def _lines(values: Mapping[str, int], written: Callable[[int], str]) -> tuple[str, str]:
    """A right answer of lines, and the parts that any right one has."""
    ways = {name: written(value) for name, value in values.items()}
    text = "\n".join(f"{name}: {way.partition('<OR>')[0]}" for name, way in ways.items())
    return text, "<AND>".join(f"{name}<WITH>{way}" for name, way in ways.items())


def _ways(cents: int) -> str:
    """An amount with two places, and without noughts at its end."""
    return f"{_money(cents)}<OR>{cents / 100:g}"


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
