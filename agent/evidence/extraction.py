"""Of the pages a search found, only the lines that bear on the question.

A page of a report is a thousand tokens, the answer mostly one line of it. Lines are ranked by meaning and
by the question's rare words, rows of figures lifted where a figure is asked for; the best of all pages go
before the model in their places, rows of tables with the periods of their columns. A small model reads
what is left quickly, and has fewer numbers to confuse.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ...retrieval.embeddings.text import Embedder
from ...retrieval.pages import Page, PageLine
from ...retrieval.ranking.document_names import without_names
from ...retrieval.ranking.figures import EXAMPLES, for_figures
from ...retrieval.table_rows import in_lines
from ...retrieval.text.periods import periods_in
from ...retrieval.text.row_figures import cells_of, share_of_figures
from ...schema import Box, Evidence, TextLine
from ..text.amounts import declared
from ..text.facts import content_words, squeezed
from ..text.rarity import rarity
from .citation import FindPage
from .contents import with_lines
from .rendering import estimate_tokens

WORDS_WEIGHT = 0.3
"""Of the share of the question's rare words a block holds, against a cosine of 1."""
FIGURES_BONUS = 0.2
"""For rows of figures, against a cosine of 1, where a figure is asked for."""
LEAST_FIGURES = 0.2
"""Share of a block's words from which it is a row of figures."""
RANK_WEIGHT = 0.03
"""What each rank of a page in the search costs its blocks."""
OPENED = 1.0
"""What the lines of a page that was opened gain, against a cosine of 1: the question names it, so they come
first, all of them where they fit."""
OTHER_DOCUMENT = 0.2
"""What not being of the document the question names costs."""
BESIDE_WEIGHT = 0.5
"""How far a block follows a better one beside it: the answer often stands next to the question's words."""
LEAST = 0.35
"""Of the best block's score; what is below only fills the page."""
MOST_PAGES = 8
"""Pages whose lines are looked at."""
_BLOCK_WORDS = 60
_FEWEST_WORDS = 4
_HEADER_LINES = 2
"""Lines above a table that may name its columns."""


@dataclass(frozen=True)
class Block:
    """Lines of a page that belong together: a paragraph, or one row of a table.

    Attributes:
        lines: places of its lines in the page.
        heading: what it stands under.
        header: of lines that say what its numbers are: unit, names of columns.
    """

    lines: tuple[int, ...]
    text: str
    heading: str = ""
    header: tuple[int, ...] = ()


def extracts(
    question: str,
    evidence: Sequence[Evidence],
    find_page: FindPage,
    embedder: Embedder,
    tokens: int,
    opened: Collection[str] = (),
) -> dict[str, Evidence]:
    """What of each retrieved page goes before the model.

    Args:
        evidence: passages, best first; several of one page count once.
        find_page: gives their pages; a passage whose page is gone stays whole.
        tokens: for all pages together.
        opened: ids of evidence that is a page the question names.

    Returns:
        By the id of the evidence it stands for; passages not named here have nothing to say.
    """
    best = _one_a_page(evidence)[:MOST_PAGES]
    found = {item.id: (item, _page(item, find_page)) for item in best}
    pages = {key: page for key, (_, page) in found.items() if page is not None}
    told = {key: in_lines(_texts(page), page.tables) for key, page in pages.items()}
    blocks = [
        (key, block)
        for key, page in pages.items()
        for block in blocks_of(page, told[key], whole=key in opened)
    ]
    rank = {key: n for n, key in enumerate(pages)}
    # The pages of the best document are about what it is named after; the lines need not say so.
    names = [item.source.document or "" for item in best[:1]]
    nameless = without_names(question, names)
    alone = _scores(nameless, [block for _, block in blocks], embedder)
    others = set() if nameless == question else _unnamed(question, best)
    ranked = [
        score
        + OPENED * (key in opened)
        - RANK_WEIGHT * rank[key]
        - OTHER_DOCUMENT * (key in others)
        for (key, _), score in zip(blocks, alone, strict=True)
    ]
    scores = _beside([key for key, _ in blocks], ranked)
    least = LEAST * max(scores, default=0.0)
    chosen: dict[str, set[int]] = {}
    said: set[str] = set()
    for n in sorted(range(len(blocks)), key=lambda n: (-scores[n], n)):
        key, block = blocks[n]
        if scores[n] < least:
            break
        if (same := squeezed(block.text)) in said:
            continue  # reports say the same in several places
        new = {*block.lines, *block.header} - chosen.get(key, set())
        cost = sum(estimate_tokens(told[key][at]) + 1 for at in new)
        if cost <= tokens:
            tokens -= cost
            chosen.setdefault(key, set()).update(new)
            said.add(same)
    return {
        key: item if page is None else _part(item, page, sorted(chosen[key]))
        for key, (item, page) in found.items()
        if page is None or key in chosen
    }


def _unnamed(question: str, evidence: Sequence[Evidence]) -> set[str]:
    """Ids of what is of documents a question does not name; where it names one, it is not about them."""
    return {
        e.id for e in evidence if without_names(question, [e.source.document or ""]) == question
    }


def blocks_of(page: Page, told: Sequence[str], whole: bool = False) -> list[Block]:
    """The paragraphs and rows of a page; running heads are none.

    Args:
        told: its lines as the model will see them.
        whole: headings and single words count, too, as on a page that was opened.
    """
    blocks: list[Block] = []
    paragraph: list[int] = []
    header: list[int] = []
    heading = ""

    def close() -> None:
        text = " ".join(told[n] for n in paragraph)
        tells = len(text.split()) >= _FEWEST_WORDS or any(c.isdigit() for c in text)
        if tells or (whole and paragraph):
            blocks.append(Block(tuple(paragraph), text, heading))
        paragraph.clear()

    for n, line in enumerate(page.lines):
        text = page.text[line.start : line.end]
        if line.kind in ("heading", "furniture"):
            close()
            heading = text if line.kind == "heading" else heading
            if whole and line.kind == "heading":
                blocks.append(Block((n,), text))
            header = [n] if declared(text) or periods_in(text) else []
        elif _is_row(line, text, told[n]):
            close()
            blocks.append(
                Block((n,), told[n], heading, _kept_header(header, page, told[n] != text))
            )
        else:
            if line.begins or sum(len(told[k].split()) for k in paragraph) >= _BLOCK_WORDS:
                close()
            paragraph.append(n)
            short = len(text.split()) < _BLOCK_WORDS // 4
            header = [*header, n][-2 * _HEADER_LINES :] if short else []
    close()
    return blocks


def _is_row(line: PageLine, text: str, told: str) -> bool:
    return line.kind == "row" or told != text or len(cells_of(text)[1]) > 1


def _kept_header(header: Sequence[int], page: Page, named: bool) -> tuple[int, ...]:
    """Of the lines above a table: its unit always, the rest where its columns have no names."""
    units = [n for n in header if declared(page.text[page.lines[n].start : page.lines[n].end])]
    return tuple(units if named else sorted({*units, *header[-_HEADER_LINES:]}))


def _scores(question: str, blocks: Sequence[Block], embedder: Embedder) -> list[float]:
    """How much each block bears on the question: meaning, under its heading, rare words, figures."""
    if not blocks:
        return []
    texts = [f"{block.heading}: {block.text}" if block.heading else block.text for block in blocks]
    rows = embedder.embed([question, *EXAMPLES, *texts])
    similar = rows[1 + len(EXAMPLES) :] @ rows[0]
    bonus = FIGURES_BONUS * for_figures(rows[0], rows[1 : 1 + len(EXAMPLES)])
    asked = content_words(question)
    there = [content_words(text) for text in texts]
    rare = rarity(asked, there)
    most = sum(rare.values()) or 1.0
    return [
        float(s)
        + WORDS_WEIGHT * sum(rare[w] for w in asked & words) / most
        + bonus * (share_of_figures(block.text) >= LEAST_FIGURES)
        for s, words, block in zip(similar, there, blocks, strict=True)
    ]


def _beside(pages: Sequence[str], scores: Sequence[float]) -> list[float]:
    """Scores, lifted towards those of better neighbours on the same page."""

    def lifted(n: int) -> float:
        beside = [scores[k] for k in (n - 1, n + 1) if 0 <= k < len(pages) and pages[k] == pages[n]]
        best = max(beside, default=scores[n])
        return scores[n] + BESIDE_WEIGHT * max(0.0, best - scores[n])

    return [lifted(n) for n in range(len(pages))]


def _one_a_page(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The first passage of every page, in order."""
    first: dict[tuple[str | None, int | None], Evidence] = {}
    for item in evidence:
        if item.kind == "passage":
            first.setdefault((item.source.document, item.source.page), item)
    return list(first.values())


def _page(item: Evidence, find_page: FindPage) -> Page | None:
    source = item.source
    if source.document is None or source.page is None:
        return None
    page = find_page(source.document, source.page)
    return page if page is not None and page.lines else None


def _texts(page: Page) -> list[str]:
    return [page.text[line.start : line.end] for line in page.lines]


def _part(item: Evidence, page: Page, lines: Sequence[int]) -> Evidence:
    """The evidence with these lines of its page instead of its own."""
    texts = _texts(page)
    kept = [n for n in lines if texts[n].strip()]
    boxes = {n: page.boxes_of(page.lines[n].start, page.lines[n].end) for n in kept}
    whole = item.model_copy(update={"text": "\n".join(texts), "tables": page.tables})
    return with_lines(whole, kept).model_copy(
        update={
            "lines": tuple(_line(page, n, boxes[n]) for n in kept if boxes[n]),
            "boxes": tuple(box for n in kept for box in boxes[n]),
        }
    )


def _line(page: Page, n: int, boxes: Sequence[Box]) -> TextLine:
    text = page.text[page.lines[n].start : page.lines[n].end]
    return TextLine(text=text, score=1.0, box=Box.around(boxes), row=n)
