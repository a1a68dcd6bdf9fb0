"""A conversation as a Word document, with its pictures; the only file that knows python-docx."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ....agent.assurance import assess
from ....agent.illustrating import in_pieces
from ....errors import BadInput
from ....extensions.extras import needs
from ....schema import Picture
from ..conversation import Exchange, source_name
from ..html.escaping import for_xml, markdown_tokens
from ..html.illustrated import caption_of

if TYPE_CHECKING:
    from markdown_it.token import Token
    from PIL import Image

Open = Callable[[Picture], "Image.Image"]
"""The pixels of a picture; BadInput where it is gone."""

_PICTURE_INCHES = 4.0
_PICTURE_PIXELS = (1200, 1200)
_LISTS = {"bullet_list_open": "List Bullet", "ordered_list_open": "List Number"}


def as_docx(title: str, exchanges: Sequence[Exchange], open_picture: Open) -> bytes:
    """Questions with their pictures, answers with lists and tables, and where each fact stands.

    Args:
        title: of the conversation.
        exchanges: what is exported.
        open_picture: gives the pixels of pictures; those that are gone are left out.
    """
    with needs("ui"):
        import docx
    document = docx.Document()
    document.add_heading(for_xml(title), 0)
    for exchange in exchanges:
        _add_exchange(document, exchange, open_picture)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _add_exchange(document: Any, exchange: Exchange, open_picture: Open) -> None:
    answer = exchange.answer
    assurance = assess(answer)
    document.add_heading(for_xml(exchange.question), 1)
    for picture in exchange.pictures:
        _add_picture(document, picture, open_picture)
    for _, text, shown in in_pieces(answer):
        _add_markdown(document, text)
        for one in shown:
            if _add_picture(document, one.picture, open_picture):
                document.add_paragraph(for_xml(caption_of(one)), style="Caption")
    worth = ": ".join(filter(None, (assurance.label, assurance.detail)))
    document.add_paragraph(style="Normal").add_run(for_xml(worth)).italic = True
    for n, citation in enumerate(answer.citations, 1):
        quote, where = " ".join(citation.quote.split()), source_name(citation, answer)
        document.add_paragraph(for_xml(f"[{n}] “{quote}” ({where})"))


def _add_picture(document: Any, picture: Picture, open_picture: Open) -> bool:
    """Whether it is there to be shown."""
    try:
        image = open_picture(picture).convert("RGB")
    except BadInput:
        return False
    image.thumbnail(_PICTURE_PIXELS)
    data = io.BytesIO()
    image.save(data, "JPEG", quality=88)
    data.seek(0)
    document.add_picture(data, width=_inches(_PICTURE_INCHES))
    return True


def _inches(width: float) -> Any:
    from docx.shared import Inches

    return Inches(width)


def _add_markdown(document: Any, text: str) -> None:
    """Paragraphs, headings, lists, tables and code of a Markdown text."""
    style = "Normal"
    rows: list[list[str]] = []
    tokens = markdown_tokens(text)
    for at, token in enumerate(tokens):
        if token.type in _LISTS:
            style = _LISTS[token.type]
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            style = "Normal"
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "table_close":
            _add_table(document, rows)
            rows = []
        elif token.type in ("fence", "code_block", "math_block"):
            document.add_paragraph(for_xml(token.content.rstrip()), style="No Spacing")
        elif token.type == "inline":
            before = tokens[at - 1].type
            if before in ("td_open", "th_open"):
                rows[-1].append(token.content)
            elif before == "heading_open":
                document.add_heading(for_xml(token.content), min(4, int(tokens[at - 1].tag[1]) + 1))
            else:
                _add_runs(document.add_paragraph(style=style), token.children or [])


def _add_table(document: Any, rows: Sequence[Sequence[str]]) -> None:
    width = max((len(row) for row in rows), default=0)
    if not width:
        return
    table = document.add_table(rows=len(rows), cols=width, style="Table Grid")
    for at, row in enumerate(rows):
        cells = table.rows[at].cells
        for column, content in enumerate(row):
            run = cells[column].paragraphs[0].add_run(for_xml(content))
            run.bold = at == 0


def _add_runs(paragraph: Any, tokens: Sequence[Token]) -> None:
    """Words with their emphasis."""
    bold = italic = False
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            bold = token.type == "strong_open"
        elif token.type in ("em_open", "em_close"):
            italic = token.type == "em_open"
        elif token.type in ("softbreak", "hardbreak"):
            paragraph.add_run().add_break()
        elif token.content:
            run = paragraph.add_run(for_xml(token.content))
            run.bold, run.italic = bold, italic
            if token.type in ("code_inline", "math_inline", "math_inline_double"):
                run.font.name = "Courier New"
