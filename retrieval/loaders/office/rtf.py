"""Rich Text Format: paragraphs, tables, notes and marks, without what was deleted or is hidden.

Control words are taken one after the other (RTF 1.9.1); the state of a group ends with it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ...text.marks import marked_text
from .flowing import FlowLine
from .grid import table_lines

__all__ = ["rtf_info", "rtf_lines"]

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_SILENT = frozenset(
    (
        *("fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "themedata", "datastore"),
        *(
            "listtable",
            "listoverridetable",
            "revtbl",
            "rsidtbl",
            "generator",
            "xmlnstbl",
            "fldinst",
        ),
        *("filetbl", "latentstyles", "colorschememapping", "pgptbl", "bkmkstart", "bkmkend"),
        *("mmathPr", "userprops", "docvar", "template", "listtext", "ftnsep", "ftnsepc", "aftnsep"),
        *("nonesttables", "shprslt", "atnid", "atnref", "atndate", "atrfstart", "atrfend", "sp"),
        *("blipuid", "picprop", "passwordhash", "wgrffmtfilter", "ffdata", "xe", "tc", "tcn"),
    )
)
"""Destinations that hold no text of the document."""
_NAMED = {
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), "header"),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), "footer"),
    "footnote": "footnote",
    "annotation": "comment",
}
_LETTERS = {
    "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "tab": "\t", "emspace": " ", "enspace": " ", "qmspace": " ", "line": "\n",
    "softline": "\n",
}  # fmt: skip
_SIGNS = {"~": "\u00a0", "_": "-", "-": "", "*": ""}
_CODES = {
    "mac": "mac_roman", "pc": "cp437", "pca": "cp850",
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250",
}  # fmt: skip
_DEEPEST = 500


@dataclass(frozen=True)
class _State:
    """What holds for a group: where its text goes, and how it looks."""

    target: str = ""
    silent: bool = False
    height: int = 0
    gone: bool = False
    skip: int = 1
    font: int = -1


@dataclass
class _Reader:
    code: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    pieces: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    lines: list[FlowLine] = field(default_factory=list)
    margins: dict[str, FlowLine] = field(default_factory=dict)
    row: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    behind: list[FlowLine] = field(default_factory=list)
    notes: int = 0
    author: str = ""

    def add(self, state: _State, text: str) -> None:
        if not state.silent and not state.gone and text:
            self.pieces.setdefault(state.target, []).append((state.height, text))

    def taken(self, target: str) -> str:
        return marked_text(self.pieces.pop(target, []))

    def paragraph(self) -> None:
        """End a paragraph of the text itself."""
        self.table()
        begins = True
        for part in self.taken("").split("\n"):
            if part.strip():
                self.lines.append(FlowLine(" ".join(part.split()), begins=begins))
                begins = False
        self.lines += self.behind
        self.behind.clear()

    def table(self) -> None:
        if self.rows:
            self.lines += table_lines(self.rows)
            self.rows = []

    def close(self, target: str) -> None:
        """End a group that stands beside the text."""
        text = " ".join(self.taken(target).split())
        if not text:
            return
        if target in ("header", "footer"):
            line = FlowLine(f"{target}: {text}", begins=True)
            self.margins.setdefault(line.text, line)
        elif target == "footnote":
            self.notes += 1
            self.pieces.setdefault("", []).append((0, f" [{self.notes}]"))
            self.behind.append(FlowLine(f"footnote {self.notes}: {text}", begins=True))
        elif target == "comment":
            by = f" by {self.author}" if self.author else ""
            self.behind.append(FlowLine(f"comment{by}: {text}", begins=True))
        elif target == "author":
            self.author = text


def rtf_lines(data: bytes) -> list[FlowLine]:
    """The lines of an RTF file."""
    reader, state = _Reader(), _State()
    stack: list[_State] = []
    pending = 0
    waiting = bytearray()
    starred = False

    def flush() -> None:
        if waiting:
            code = reader.fonts.get(state.font, reader.code)
            reader.add(state, waiting.decode(code, "replace"))
            waiting.clear()

    for word, number, code, sign, brace, plain in _tokens(data):
        if code:
            if pending:
                pending -= 1
            else:
                waiting += bytes.fromhex(code.decode())
            continue
        if plain and not state.silent and state.font in reader.fonts:
            kept = plain[pending:] if pending else plain
            pending = max(0, pending - len(plain))
            waiting += kept
            continue
        flush()
        if plain:
            kept = plain[pending:] if pending else plain
            pending = max(0, pending - len(plain))
            reader.add(state, kept.decode(reader.code, "replace"))
        elif brace == b"{":
            if len(stack) < _DEEPEST:
                stack.append(state)
            starred, pending = False, 0
        elif brace == b"}":
            ended = state
            state = stack.pop() if stack else _State()
            if ended.target != state.target and not ended.silent:
                reader.close(ended.target)
            starred, pending = False, 0
        elif sign:
            text = sign.decode("latin-1")
            if text == "*":
                starred = True
            elif pending:
                pending -= 1
            else:
                reader.add(state, _SIGNS.get(text, text if text in "\\{}" else ""))
        elif word:
            state, pending = _controlled(reader, state, word.decode(), number, starred, pending)
            starred = False
    flush()
    reader.paragraph()
    margins = list(reader.margins.values())
    heads = [line for line in margins if line.text.startswith("header")]
    return [*heads, *reader.lines, *(line for line in margins if line not in heads)]


def _tokens(data: bytes) -> Iterator[tuple[bytes, ...]]:
    """The tokens of a file; binary data is jumped over."""
    at = 0
    while found := _TOKEN.search(data, at):
        at = found.end()
        if found[1] == b"bin" and found[2]:
            at += max(0, int(found[2]))
            continue
        yield found.groups(b"")


def _controlled(
    reader: _Reader, state: _State, word: str, number: bytes, starred: bool, pending: int
) -> tuple[_State, int]:
    """The state after a control word."""
    value = int(number) if number else None
    if word == "u" and value is not None:
        point = value + 65536 if value < 0 else value
        reader.add(state, chr(point) if point < 0x110000 and not 0xD800 <= point < 0xE000 else "�")
        return state, state.skip
    if word in _LETTERS:
        reader.add(state, _LETTERS[word])
    elif word in ("par", "sect", "page") and not state.target and not state.silent:
        reader.paragraph()
    elif word in ("par", "sect"):
        reader.add(state, " ")
    elif word in ("cell", "nestcell") and not state.silent:
        reader.row.append(" ".join(reader.taken("").split()))
    elif word in ("row", "nestrow") and not state.silent:
        reader.rows.append(reader.row)
        reader.row = []
    elif word in ("super", "sub"):
        state = replace(state, height=(1 if word == "super" else -1) if value != 0 else 0)
    elif word in ("nosupersub", "plain"):
        state = replace(state, height=0, gone=state.gone and word != "plain")
    elif word in ("deleted", "v"):
        state = replace(state, gone=value != 0)
    elif word == "uc":
        state = replace(state, skip=max(0, min(value or 0, 10)))
    elif word == "ansicpg" and value:
        reader.code = _known(f"cp{value}", reader.code)
    elif word in ("mac", "pc", "pca"):
        reader.code = _CODES[word]
    elif word == "f" and value is not None:
        state = replace(state, font=value)
    elif word == "fcharset" and value in _CODES:
        reader.fonts[state.font] = _CODES[value]
    elif word in _NAMED:
        state = replace(state, target=_NAMED[word], height=0)
    elif word == "atnauthor":
        state = replace(state, target="author")
    elif word in _SILENT or (starred and word not in ("shppict", "shptxt", "ud", "nesttableprops")):
        state = replace(state, silent=True)
    return state, pending


def _known(code: str, otherwise: str) -> str:
    try:
        return codecs.lookup(code).name
    except LookupError:
        return otherwise


_TITLE = re.compile(rb"\{\\title ([^\\{}]{1,300})\}")
_MADE = re.compile(rb"\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")


def rtf_info(data: bytes) -> tuple[str, str]:
    """Title and ISO date of its making, "" for what it does not say."""
    head = data[:65536]
    title, made = _TITLE.search(head), _MADE.search(head)
    date = f"{int(made[1]):04d}-{int(made[2]):02d}-{int(made[3]):02d}" if made else ""
    return (title[1].decode("cp1252", "replace").strip() if title else ""), date
