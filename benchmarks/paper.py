"""Documents to measure with: reports of known length, as text and as scans, the same each time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from ..evals.suites.pdf import PdfLine, write_pdf
from ..retrieval.loaders.load import render
from ..settings import Settings

WORDS_A_LINE, LINES_A_PAGE = 13, 40
"""Some 520 words a page, as in a company's report."""
_COMMON = """the of and to in our for a as on we or is by with from that are were not which have other
at income be tax year company million cash may net total assets financial fiscal billion products its
operating business rate sales costs results interest credit market share value based consolidated
primarily increase customers statements expense related services debt including stock period certain
related plans management foreign currency segments risks changes impact future activities global
liabilities operations decrease reported accounting amounts effective revenue capital growth supply
recorded equity margin adjusted demand agreement inventory benefits investments common performance
retail stores pension lease goodwill quarter dividends estimates conditions manufacturing research
litigation obligations securities development technology acquisition restructuring suppliers notes"""
COMMON = tuple(dict.fromkeys(_COMMON.split()))
_SYLLABLES = "ba co dri fen gal hor im jas kel lum mor nar os per quin rud sal tor ulm vex".split()
_RARE = 0.05
_FIGURES = 0.06


def words(chance: random.Random) -> Iterator[str]:
    """Words without end: a few are frequent, figures and names come between them."""
    weights = [1 / (rank + 3) for rank in range(len(COMMON))]
    while True:
        for word in chance.choices(COMMON, weights, k=200):
            kind = chance.random()
            if kind < _RARE:
                yield name(chance)
            elif kind < _RARE + _FIGURES:
                yield f"{chance.randrange(1, 99_999):,}"
            else:
                yield word


def name(chance: random.Random) -> str:
    """A name that few passages hold."""
    return "".join(chance.choices(_SYLLABLES, k=3)).capitalize()


def pages(count: int, seed: int) -> list[list[PdfLine | str]]:
    """Pages of a report, each under a heading."""
    chance = random.Random(seed)
    flow = words(chance)
    made: list[list[PdfLine | str]] = []
    for number in range(1, count + 1):
        head: PdfLine | str = PdfLine(f"{number}. {' '.join(islice(flow, 4))}", 15, bold=True)
        body = [" ".join(islice(flow, WORDS_A_LINE)) for _ in range(LINES_A_PAGE)]
        made.append([head, *body])
    return made


def write_reports(folder: Path, counts: Sequence[int], seed: int = 0) -> None:
    """PDFs of text with so many pages each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, count in enumerate(counts):
        data = write_pdf(pages(count, seed + number), title=f"Report {number}")
        (folder / f"report_{number}.pdf").write_bytes(data)


def write_scan(path: Path, count: int, settings: Settings, seed: int = 0) -> None:
    """A PDF of pictures of pages, as from a scanner that knows no text."""
    text = path.with_suffix(".text.pdf")
    text.write_bytes(write_pdf(pages(count, seed)))
    drawn = [render(text, number + 1, settings.documents)[0] for number in range(count)]
    text.unlink()
    drawn[0].save(path, save_all=True, append_images=drawn[1:], resolution=150.0)
