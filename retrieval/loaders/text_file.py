"""Plain text files: their encoding, and what they say about themselves in a front matter."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from pathlib import Path
from typing import TextIO

__all__ = ["front_matter", "open_text", "web_text", "wide_encoding"]

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SAMPLE = 2**18
_BLOCK = 2**20
_WESTERN = "cp1252"
_WIDE = (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2))
_ODD, _SHARED = 0.02, 0.8
"""Share of characters that are no writing, at most; and of those in a few blocks of 256, at least."""
_HEAD = 4096
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_FRONT = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"(?<!\w)(\w+):(.*)")


def open_text(path: Path) -> TextIO:
    """The file as text, whatever its encoding; bytes that do not fit it become "\ufffd"."""
    return path.open(encoding=_encoding_of(path), errors="replace", newline=None)


def web_text(path: Path) -> str:
    """A web page as text, in the encoding that it names, or else as any file."""
    with path.open("rb") as file:
        named = _CHARSET.search(file.read(_HEAD))
    try:
        encoding = codecs.lookup(named[1].decode("ascii")).name if named else ""
    except LookupError:
        encoding = ""
    own = _encoding_of(path)
    if encoding in ("", "ascii", "iso8859-1", "utf-8") or own not in ("utf-8", _WESTERN):
        encoding = own if own != _WESTERN or encoding != "iso8859-1" else _WESTERN
    elif own == "utf-8" and not encoding.startswith(("utf-16", "utf-32")):
        encoding = encoding if _fits(path, encoding) and not _is_utf8(path) else own
    return path.read_text(encoding, errors="replace")


def _fits(path: Path, encoding: str) -> bool:
    try:
        path.read_text(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """The fields before a Markdown text (names in lower case), and the text without them."""
    match = _FRONT.match(text)
    if match is None:
        return {}, text
    fields = {name.lower(): _unquoted(value) for name, value in _FIELD.findall(match[1])}
    return {name: value for name, value in fields.items() if value}, text[match.end() :]


def _unquoted(value: str) -> str:
    plain = value.strip(" \t")
    return plain[1:-1] if len(plain) > 2 and plain[0] == plain[-1] in "'\"" else plain


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    if wide := wide_encoding(start):
        return wide
    return "utf-8" if _is_utf8(path) else _guessed(start)


def wide_encoding(sample: bytes) -> str:
    """Which of UTF-16 and UTF-32 text without a mark is in; "" for what is none of them.

    Letters of one script share their upper byte, so that the right order of bytes has few different
    ones; blanks and line ends give every such text bytes of zero.
    """
    if b"\0" not in sample:
        return ""
    for encoding, width in _WIDE:
        whole = sample[: len(sample) // width * width]
        try:
            text = whole.decode(encoding)
        except UnicodeDecodeError as error:
            if len(whole) - error.start > width:  # not only a pair cut in two by the sample's end
                continue
            text = whole[: error.start].decode(encoding, "ignore")
        if text and _is_writing(text):
            return encoding
    return ""


def _is_writing(text: str) -> bool:
    odd = sum(not (char.isprintable() or char.isspace()) for char in text)
    known = sum(char.isspace() or char.isascii() for char in text)
    blocks = Counter(ord(char) >> 8 for char in text)
    common = sum(count for _, count in blocks.most_common(3))
    wide = sum(count for block, count in blocks.items() if 0x30 <= block <= 0x9F)
    even = common >= _SHARED * len(text) or wide + known >= _SHARED * len(text)
    return odd <= _ODD * len(text) and known > 0 and even


def _is_utf8(path: Path) -> bool:
    """Whether all of the file is; old text files often have their first accent far down."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guessed(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    found = from_bytes(sample)
    best = found.best()
    if best is None or best.encoding == "ascii":  # the accents come after the sample
        return _WESTERN
    # Most one-byte encodings fit a Western text, and the rarest of them often seems the tidiest.
    western = (one for one in found if _WESTERN in one.could_be_from_charset)
    if any(one.coherence >= best.coherence for one in western):
        return _WESTERN
    return best.encoding
