"""Reports of made-up firms, several pages each, alike but for their facts: every report distracts."""

from __future__ import annotations

from dataclasses import dataclass

from ..task import EvidencePage, Match, Task, Truth
from . import names
from .maker import Maker
from .pdf import PdfLine, write_pdf

YEARS = (2022, 2023)
SEARCH = (frozenset({"search_documents"}), frozenset({"search_documents", "open_page"}))
LIBRARY = "library"


@dataclass(frozen=True)
class ReportFact:
    """One statement of a report and the question it answers."""

    kind: str
    page: int
    question: str
    answer: str
    match: Match = "contains"


_UNKNOWN = (
    "How many patents does {firm} hold?",
    "Who audits the accounts of {firm}?",
    "What was the revenue of {firm} in 2031?",
    "What is the telephone number of {firm}?",
    "How much did {firm} donate to charity in {year}?",
)


def generate(make: Maker) -> list[Task]:
    """Facts of sixteen reports and three notes; twins ask what no report says."""
    library = {(firm, year): report(make, firm, year) for firm in names.FIRMS for year in YEARS}
    tasks: list[Task] = []
    for at, ((firm, year), facts) in enumerate(library.items()):
        for number, fact in enumerate(make.rng.sample(facts, 3)):
            pair = f"{slug(firm)}-{year}-{number}"
            places = (EvidencePage(document=f"{slug(firm)}-{year}.pdf", page=fact.page),)
            truth = Truth(answers=(fact.answer,), match=fact.match, pages=places, tools=SEARCH)
            tasks.append(
                Task(id=pair, kind=fact.kind, question=fact.question, documents=(LIBRARY,),
                     pair=pair, truth=truth)
            )  # fmt: skip
            twin = _UNKNOWN[(at + number) % len(_UNKNOWN)].format(firm=firm, year=year)
            tasks.append(
                Task(id=f"{pair}-twin", kind="unwritten", question=twin, documents=(LIBRARY,),
                     pair=pair, truth=Truth(answerable=False, tools=SEARCH))
            )  # fmt: skip
    make.file(note(make), f"{LIBRARY}/canteen.md")
    return tasks


def slug(firm: str) -> str:
    return firm.lower().replace(" ", "-")


def report(make: Maker, firm: str, year: int) -> list[ReportFact]:
    """Write one report of four pages; gives what it says."""
    rng = make.rng
    head, town, site = rng.choice(names.PEOPLE), *rng.sample(names.TOWNS, 2)
    revenue, profit = rng.randrange(1200, 9900) / 10, rng.randrange(110, 990) / 10
    people, plan = rng.randrange(300, 9000), rng.randrange(12, 95)
    founded, fire = rng.randrange(1890, 1999), rng.choice(("March", "July", "October"))
    pages: list[list[PdfLine | str]] = [
        [
            PdfLine(f"{firm} annual report {year}", 20, bold=True),
            f"{firm} was founded in {founded}. Its head office is in {town}.",
            f"In {year} the company was led by {head}, chief executive officer.",
            "This report describes the business, its results, its risks and its plans.",
            *filler(make, 8),
        ],
        [
            PdfLine(f"Results of the year {year}", 16, bold=True),
            f"In {year} {firm} had revenue of {revenue:.1f} million euro.",
            f"The net profit for {year} was {profit:.1f} million euro.",
            f"At the end of {year} the group employed {people} people.",
            *filler(make, 10),
        ],
        [
            PdfLine("Risks", 16, bold=True),
            f"A fire at the {site} plant stopped production for two weeks in {fire} {year}.",
            "Prices of energy and of freight may rise further.",
            *filler(make, 12),
        ],
        [
            PdfLine("Outlook", 16, bold=True),
            f"{firm} plans to invest {plan} million euro in the {site} plant next year.",
            *filler(make, 6),
        ],
    ]
    data = write_pdf(pages, title=f"{firm} annual report {year}", author=firm)
    make.file(data, f"{LIBRARY}/{slug(firm)}-{year}.pdf")
    asked = f"{firm} in {year}"
    return [
        ReportFact("name", 1, f"Who was the chief executive officer of {asked}?", head),
        ReportFact(
            "place",
            1,
            f"According to the {year} report, in which town is the head office of {firm}?",
            town,
        ),
        ReportFact(
            "number",
            2,
            f"What was the revenue of {asked}, in million euro?",
            f"{revenue:.1f}",
            "number",
        ),
        ReportFact(
            "number",
            2,
            f"What was the net profit of {asked}, in million euro?",
            f"{profit:.1f}",
            "number",
        ),
        ReportFact(
            "number",
            2,
            f"How many people did {firm} employ at the end of {year}?",
            str(people),
            "number",
        ),
        ReportFact("place", 3, f"At which plant of {firm} was there a fire in {year}?", site),
        ReportFact(
            "number",
            4,
            f"How many million euro does {firm} plan to invest after {year}?",
            str(plan),
            "number",
        ),
    ]


def filler(make: Maker, lines: int) -> list[PdfLine | str]:
    """Sentences of the kind reports are full of."""
    subjects = ("The board", "Management", "The group", "Our customers", "The market", "Suppliers")
    verbs = ("reviewed", "welcomed", "discussed", "supported", "observed", "followed")
    objects = (
        "the progress of ongoing projects", "changes in demand", "the quality programme",
        "training at all sites", "the new reporting rules", "steady conditions in the region",
    )  # fmt: skip
    pick = make.rng.choice
    return [f"{pick(subjects)} {pick(verbs)} {pick(objects)}." for _ in range(lines)]


def note(make: Maker) -> str:
    """A document about something else altogether."""
    goods = ", ".join(make.rng.sample(names.GOODS, 6)).lower()
    return f"# Canteen\n\nThis week there is {goods}. Please bring your own cup.\n"
