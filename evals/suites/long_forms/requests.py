"""What is asked of the papers: five requests a form, in wordings and languages of many kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ...task import Match, Task, Truth
from .. import names
from ..maker import Maker
from ..paper import Face
from . import papers, words
from .papers import Paper
from .words import Text

_PAPERS = "ab"
"""Each request is put to two drawings of its papers, with other names and numbers."""


@dataclass(frozen=True)
class Request:
    """A question about one paper or two, and the parts of a right answer."""

    question: str
    papers: tuple[Paper, ...]
    parts: str
    shape: Match = "prose"


def generate(make: Maker) -> list[Task]:
    """All tasks; `kind` is the form of the answer."""
    forms: dict[str, Callable[[Maker], Iterator[Request]]] = {
        "list": lists,
        "table": tables,
        "translation": translations,
        "transcription": transcriptions,
        "comparison": comparisons,
        "explanation": accounts,
    }
    return [
        task(make, f"{form}-{number}{paper}", form, number, request)
        for paper in _PAPERS
        for form, requests in forms.items()
        for number, request in enumerate(requests(make), 1)
    ]


def task(make: Maker, name: str, form: str, number: int, request: Request) -> Task:
    """A task, its papers drawn."""
    faces: tuple[Face, ...] = ("sans", "serif", "mono")
    images = [
        make.picture(
            paper.draw(faces[number % 3]).image, f"pictures/{name}-{at}.jpg", quality=90
        )
        for at, paper in enumerate(request.papers, 1)
    ]  # fmt: skip
    truth = Truth(
        answers=(said(request), request.parts),
        match=request.shape,
        tools=(frozenset({"read_text"}),),
    )
    return Task(id=name, kind=form, question=request.question, images=tuple(images), truth=truth)


def said(request: Request) -> str:
    """How somebody who knows the parts would say them, in the shape that is wanted."""
    lines = [
        [piece.split("<OR>")[0] for piece in part.split("<WITH>")]
        for part in request.parts.split("<AND>")
    ]
    if request.shape == "table":
        first, *others = [f"| {' | '.join(line)} |" for line in lines]
        return "\n".join([first, "|" + "---|" * len(lines[0]), *others])
    return "\n".join(f"- {', '.join(line)}" for line in lines)


def written(make: Maker, text: Text, kind: str = "") -> tuple[Paper, str]:
    """A text with its blanks filled, and its parts of that kind; without one, its own words."""
    fill = {
        "town": make.rng.choice(names.TOWNS),
        "hour": str(make.rng.randrange(3, 12)),
        "name": make.rng.choice(names.PEOPLE).split()[1],
    }
    lines = [line.format(**fill) for line in text.lines]
    paper = papers.letter(text.title.format(**fill), lines)
    return paper, text.parts[kind].format(**fill) if kind else paper.words


def lists(make: Maker) -> Iterator[Request]:
    """What is there, each thing with what belongs to it."""
    food, parcel, trains = papers.menu(make, "TODAY"), papers.parcel(make), papers.departures(make)
    yield Request("What can I order here, and how much is each dish?", (food,),
                  food.entries(0, 1), "list")  # fmt: skip
    card = Paper("PANCAKES, YOU NEED", words.INGREDIENTS)
    yield Request("Welche Zutaten brauche ich dafür und wie viel jeweils?", (card,),
                  card.entries(0, 1).replace("Flour", "Flour<OR>Mehl").replace("Milk", "Milk<OR>Milch")
                  .replace("Eggs", "Eggs<OR>Eier").replace("Honey", "Honey<OR>Honig"), "list")  # fmt: skip
    paper, people, _ = meeting(make)
    yield Request("Who took part in the meeting? One name per line, please.", (paper,),
                  "<AND>".join(people), "list")  # fmt: skip
    yield Request("Énumère ce que contient le colis, avec les quantités.", (parcel,),
                  "<AND>".join(row[1] for row in parcel.rows), "list")  # fmt: skip
    yield Request("Run me through every departure and its time.", (trains,),
                  trains.entries(0, 1), "list")  # fmt: skip


def tables(make: Maker) -> Iterator[Request]:
    """The same as rows and columns, and several papers in one."""
    opened, food = papers.hours(make, "SWIMMING POOL"), papers.menu(make, "LUNCH")
    trains = papers.departures(make)
    yield Request("Could you lay out the opening hours as a table?", (opened,),
                  "<AND>".join(f"{day}<WITH>{time.split()[0]}" for day, time in opened.rows),
                  "table")  # fmt: skip
    yield Request("Bring die Speisen mit ihren Preisen in Tabellenform.", (food,),
                  "<AND>".join(price for _, price in food.rows), "table")  # fmt: skip
    bikes = two_bicycles(make)
    yield Request("Set price, weight and warranty of these two bicycles side by side in a table.",
                  bikes, values(bikes, "Price", "Weight", "Warranty"), "table")  # fmt: skip
    yield Request("Haz una tabla con destino, hora y andén.", (trains,),
                  "<AND>".join(f"{row[0]}<WITH>{row[1]}<WITH>{row[2].split()[1]}"
                               for row in trains.rows), "table")  # fmt: skip
    plans = papers.plans(make)
    yield Request("Turn what this paper says about the two plans into a Markdown table.", (plans,),
                  plans.entries(1, 2), "table")  # fmt: skip


def translations(make: Maker) -> Iterator[Request]:
    """Texts of four languages, into four languages."""
    for question, text, into in (
        ("What does this letter say in English?", words.GERMAN_LETTER, "English"),
        ("Please put this notice into English.", words.FRENCH_NOTICE, "English"),
        ("Traduis ce texte en français.", words.ENGLISH_NOTICE, "French"),
        ("Kannst du diesen Brief ins Deutsche übertragen?", words.SPANISH_LETTER, "German"),
    ):
        paper, parts = written(make, text, into)
        yield Request(question, (paper,), parts)
    food = papers.menu(make, "DINNER")
    spanish = "<AND>".join(words.SPANISH_DISHES[dish] for dish, _ in food.rows)
    yield Request("How would this menu read in Spanish?", (food,), spanish)


def transcriptions(make: Maker) -> Iterator[Request]:
    """Every word as it stands."""
    trains, parcel = papers.departures(make), papers.parcel(make)
    for question, paper in (
        ("Type this notice out for me exactly as it is written.",
         written(make, words.ENGLISH_NOTICE)[0]),
        ("Gib den Text der Tafel wörtlich wieder.", trains),
        ("Copy out the whole text of this card, please.", written(make, words.PANCAKES)[0]),
        ("Was steht in diesem Brief? Bitte Wort für Wort abschreiben.",
         written(make, words.GERMAN_LETTER)[0]),
        ("Recopie tout ce qui est écrit sur cette feuille.", parcel),
    ):  # fmt: skip
        yield Request(question, (paper,), paper.words)


def comparisons(make: Maker) -> Iterator[Request]:
    """Two things against each other, on two papers or on one."""
    bikes, plans = two_bicycles(make), papers.plans(make)
    yield Request(
        "How do these two bicycles differ?",
        bikes,
        "Aura<OR>first<AND>Nova<OR>second<AND>" + values(bikes, "Price", "Weight"),
    )
    velos = (papers.bicycle(make, "VELO KIRSCH", range(310, 900)),
             papers.bicycle(make, "VELO BIRKE", range(310, 900)))  # fmt: skip
    yield Request("Was unterscheidet das Kirsch vom Birke?", velos,
                  "Kirsch<AND>Birke<AND>" + values(velos, "Price", "Weight"))  # fmt: skip
    yield Request(
        "What separates the plan Basic from the plan Plus?",
        (plans,),
        plans.entries(1, 2).replace("<WITH>", "<AND>").removeprefix("Basic<AND>Plus<AND>"),
    )
    shops = (papers.hours(make, "BAKERY"), papers.hours(make, "BOOKSHOP"))
    yield Request(
        "Contrast the opening hours of the bakery with those of the bookshop.",
        shops,
        "<AND>".join(time.split()[0] for shop in shops for _, time in shop.rows),
    )
    rooms = (papers.room(make, "ROOM A"), papers.room(make, "ROOM B"))
    yield Request("Compare ambas habitaciones: ¿en qué se distinguen?", rooms,
                  values(rooms, "Size", "Rent"))  # fmt: skip


def accounts(make: Maker) -> Iterator[Request]:
    """Explained, or in short."""
    recipe, steps = written(make, words.PANCAKES, "gist")
    yield Request("Talk me through how this is made.", (recipe,), steps)
    invitation, gist = written(make, words.GERMAN_LETTER, "gist")
    yield Request("In two sentences: what is this letter about?", (invitation,), gist)
    paper, people, decided = meeting(make)
    yield Request("What was agreed at the meeting, in short?", (paper,),
                  "<AND>".join([*decided, people[1]]))  # fmt: skip
    fire, parts = written(make, words.SAFETY, "German")
    yield Request("Erkläre mir auf Deutsch, was ich hier tun soll.", (fire,), parts)
    syrup, dose = written(make, words.MEDICINE, "gist")
    yield Request("I am an adult with a child; how do we take this and what must we mind?", (syrup,),
                  dose)  # fmt: skip


def meeting(make: Maker) -> tuple[Paper, list[str], tuple[str, str]]:
    """Minutes, who was there, and what was decided: a town and a price."""
    people = make.rng.sample(names.PEOPLE, 4)
    decided = (make.rng.choice(names.TOWNS), f"{make.rng.randrange(11, 98)}00 euros")
    return papers.minutes(people, *decided), people, decided


def two_bicycles(make: Maker) -> tuple[Paper, Paper]:
    """Papers about a dear and a cheap one."""
    return (
        papers.bicycle(make, "CITY BIKE AURA", range(310, 590)),
        papers.bicycle(make, "TOURING BIKE NOVA", range(610, 990)),
    )


def values(of: Sequence[Paper], *fields: str) -> str:
    """The numbers of these fields, as parts."""
    return "<AND>".join(row[1].split()[0] for paper in of for row in paper.rows if row[0] in fields)
