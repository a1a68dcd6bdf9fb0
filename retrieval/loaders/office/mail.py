"""Mails as documents: who wrote to whom and when, what was written, and what is attached.

EML by Python's own `email`, MSG (Outlook) through olefile: [MS-OXMSG] names the streams that hold each
property. Pictures inside a mail's text come with the text; attachments are documents of their own.
"""

from __future__ import annotations

import email
import email.policy
import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from .flowing import FlowLine, plain_lines
from .rtf import rtf_lines
from .web import html_lines, parse_html

__all__ = ["Letter", "read_eml", "read_msg"]

_MOST_PARTS = 1000
_HEADS = ("From", "To", "Cc", "Bcc", "Reply-To", "Date")


@dataclass
class Letter:
    """A mail.

    Attributes:
        subject, date: the date as ISO.
        heads: names and values of what stands above the text.
        lines: the text.
        attached: names and contents of what comes with it.
    """

    subject: str = ""
    date: str = ""
    heads: list[tuple[str, str]] = field(default_factory=list)
    lines: list[FlowLine] = field(default_factory=list)
    attached: list[tuple[str, bytes]] = field(default_factory=list)

    def all_lines(self) -> Iterator[FlowLine]:
        """The mail as a document."""
        if self.subject:
            yield FlowLine(self.subject, "heading", 1, begins=True)
        for name, value in self.heads:
            if value:
                yield FlowLine(f"{name}: {value}")
        yield from self.lines
        if self.attached:
            names = ", ".join(name for name, _ in self.attached)
            yield FlowLine(f"Attached: {names}", begins=True)


def read_eml(data: bytes) -> Letter:
    """A mail as it travels (RFC 5322)."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    letter = Letter(_head(message, "Subject"), _iso(_head(message, "Date")))
    letter.heads = [(name, _head(message, name)) for name in _HEADS]
    bodies, pictures = {}, {}
    for at, part in enumerate(_parts(message)):
        if at >= _MOST_PARTS:
            break
        kind, name = part.get_content_type(), _file_name(part)
        inside = (part.get("Content-ID") or "").strip("<> ")
        attached = part.get_content_disposition() == "attachment"
        if kind in ("text/plain", "text/html") and not attached and not name and kind not in bodies:
            bodies[kind] = _text(part)
        elif kind == "message/rfc822":
            inner = part.get_payload()
            inner = inner[0] if isinstance(inner, list) and inner else None
            if inner is not None:
                title = _head(inner, "Subject") or "mail"
                letter.attached.append((name or f"{title}.eml", inner.as_bytes()))
        elif kind.startswith("image/") and inside and not attached:
            pictures[inside] = _bytes(part)
        elif data := _bytes(part):
            extension = _EXTENSIONS.get(kind, "")
            letter.attached.append((name or f"part {at}{extension}", data))
    letter.lines = _lines_of(bodies.get("text/html", ""), bodies.get("text/plain", ""), pictures)
    return letter


_EXTENSIONS = {"text/html": ".html", "text/plain": ".txt", "application/pdf": ".pdf",
               "text/csv": ".csv", "image/png": ".png", "image/jpeg": ".jpg"}  # fmt: skip


def _parts(message: EmailMessage) -> Iterator[Any]:
    """The parts of a mail that hold something, without those of a mail inside it."""
    waiting: list[Any] = [message]
    while waiting:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += reversed(part.get_payload())
        else:
            yield part


def _lines_of(html: str, plain: str, pictures: dict[str, bytes]) -> list[FlowLine]:
    """The text of a mail: as it looks, or as plain text where that is all there is."""
    if html.strip():

        def held(address: str) -> bytes | None:
            return pictures.get(address[4:]) if address[:4].lower() == "cid:" else None

        lines = list(html_lines(parse_html(html), held))
        if any(line.text.strip() for line in lines):
            return lines
    return list(plain_lines(plain.splitlines()))


def _head(message: Any, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except Exception:  # a header may be broken in ways its parser does not expect
        return ""


def _file_name(part: Any) -> str:
    try:
        return " ".join(str(part.get_filename() or "").split())
    except Exception:  # as above
        return ""


def _bytes(part: Any) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except Exception:  # an encoding that is none
        return b""
    return data if isinstance(data, bytes) else b""


def _text(part: Any) -> str:
    data = _bytes(part)
    for encoding in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("cp1252", "replace")


def _iso(text: str) -> str:
    try:
        return email.utils.parsedate_to_datetime(text).date().isoformat()
    except (TypeError, ValueError, IndexError):
        return ""


# Outlook

_TEXTS = ("001F", "001E")
"""Types of property that are text: UTF-16, and in the mail's own code page."""
_SUBJECT, _BODY, _HTML, _RTF, _SENDER, _SENDER_MAIL = "0037", "1000", "1013", "1009", "0C1A", "5D01"
_TO, _CC, _HEADERS, _NAME, _LONG_NAME, _CONTENT_ID = "0E04", "0E03", "007D", "3704", "3707", "3712"
_DATA = "3701"
_SENT, _DELIVERED, _CODE_PAGE = 0x0039, 0x0E06, 0x3FFD
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]{2,30})", re.IGNORECASE)


def read_msg(path: Path) -> Letter:
    """A mail that Outlook saved."""
    import olefile

    with olefile.OleFileIO(str(path)) as ole:
        return _Outlook(ole, path.stat().st_size).letter("")


class _Outlook:
    def __init__(self, ole: Any, most: int) -> None:
        self._ole = ole
        self._most = most
        self._names = {"/".join(parts).lower(): parts for parts in ole.listdir(streams=True)}
        self._folders = ["/".join(parts) for parts in ole.listdir(streams=False, storages=True)]

    def letter(self, where: str, depth: int = 0) -> Letter:
        numbers = self._numbers(where, 32 if not where else 24)
        self._code = f"cp{numbers.get(_CODE_PAGE, 1252)}"
        sent = numbers.get(_SENT) or numbers.get(_DELIVERED) or 0
        date = _date(sent)
        sender, address = self._text(where, _SENDER), self._text(where, _SENDER_MAIL)
        letter = Letter(self._text(where, _SUBJECT), date[:10])
        by = f"{sender} <{address}>" if address and address != sender else sender
        letter.heads = [
            ("From", by),
            ("To", self._text(where, _TO)),
            ("Cc", self._text(where, _CC)),
            ("Date", date),
        ]
        pictures: dict[str, bytes] = {}
        for folder in self._attachments(where)[:_MOST_PARTS]:
            name = self._text(folder, _LONG_NAME) or self._text(folder, _NAME)
            data = self._stream(folder, f"{_DATA}0102")
            inside = self._text(folder, _CONTENT_ID)
            if (
                data is not None
                and inside
                and name.lower().endswith((".png", ".jpg", ".jpeg", ".gif"))
            ):
                pictures[inside] = data
            elif data is not None:
                letter.attached.append((name or "attachment", data))
            elif depth < 5 and f"{folder}/__substg1.0_{_DATA}000D".lower() in map(
                str.lower, self._folders
            ):
                inner = self.letter(f"{folder}/__substg1.0_{_DATA}000D", depth + 1)
                text = "\n".join(line.text for line in inner.all_lines())
                letter.attached.append((f"{inner.subject or name or 'mail'}.txt", text.encode()))
                letter.attached += inner.attached
        letter.lines = self._lines(where, pictures)
        return letter

    def _lines(self, where: str, pictures: dict[str, bytes]) -> list[FlowLine]:
        html = self._stream(where, f"{_HTML}0102")
        text = self._text(where, _HTML)
        if html is not None:
            named = _CHARSET.search(html[:4096])
            code = named[1].decode("ascii") if named else self._code
            text = _decoded(html, code)
        plain = self._text(where, _BODY)
        if not text and not plain and (packed := self._stream(where, f"{_RTF}0102")):
            return rtf_lines(_unpacked(packed))
        return _lines_of(text, plain, pictures)

    def _attachments(self, where: str) -> list[str]:
        start = f"{where}/" if where else ""
        begin = f"{start}__attach_version1.0_#".lower()
        return [
            f for f in self._folders if f.lower().startswith(begin) and "/" not in f[len(start) :]
        ]

    def _stream(self, where: str, name: str) -> bytes | None:
        full = f"{where}/__substg1.0_{name}" if where else f"__substg1.0_{name}"
        parts = self._names.get(full.lower())
        return None if parts is None else self._read(parts)

    def _read(self, parts: list[str]) -> bytes:
        """A stream; one that says it is longer than its file would be read in circles."""
        size = self._ole.get_size(parts)
        if size > self._most:
            raise ValueError(
                f"a part of it says that it is {size:,} bytes long, more than all of it"
            )
        data: bytes = self._ole.openstream(parts).read()
        return data

    def _text(self, where: str, name: str) -> str:
        for kind in _TEXTS:
            data = self._stream(where, name + kind)
            if data is not None:
                code = "utf-16-le" if kind == "001F" else self._code
                return _decoded(data, code).rstrip("\0")
        return ""

    def _numbers(self, where: str, head: int) -> dict[int, int]:
        """The properties that are numbers or times, by their ids."""
        full = f"{where}/__properties_version1.0" if where else "__properties_version1.0"
        parts = self._names.get(full.lower())
        data = self._read(parts) if parts else b""
        found = {}
        for at in range(head, len(data) - 15, 16):
            kind, name = int.from_bytes(data[at : at + 2], "little"), data[at + 2 : at + 4]
            size = 4 if kind == 3 else 8
            found[int.from_bytes(name, "little")] = int.from_bytes(
                data[at + 8 : at + 8 + size], "little"
            )
        return found


def _decoded(data: bytes, code: str) -> str:
    try:
        return data.decode(code, "replace")
    except LookupError:
        return data.decode("cp1252", "replace")


def _date(ticks: int) -> str:
    """A time in tenths of microseconds since 1601 as ISO date and time; "" for none."""
    try:
        return (
            (_EPOCH + timedelta(microseconds=ticks // 10)).strftime("%Y-%m-%d %H:%M")
            if ticks
            else ""
        )
    except OverflowError:
        return ""


_PREPARED = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_MOST = 64 * 2**20


def _unpacked(data: bytes) -> bytes:
    """RTF as Outlook packs it ([MS-OXRTFCP]); "" for what is none."""
    size, kind = int.from_bytes(data[4:8], "little"), data[8:12]
    if kind == b"MELA":
        return data[16 : 16 + size]
    if kind != b"LZFu":
        return b""
    window = bytearray(_PREPARED) + bytearray(4096 - len(_PREPARED))
    at, out, write = 16, bytearray(), len(_PREPARED)
    while at < len(data) and len(out) < min(size, _MOST):
        flags = data[at]
        at += 1
        for bit in range(8):
            if at >= len(data):
                break
            if flags >> bit & 1:
                pair = int.from_bytes(data[at : at + 2], "big")
                at += 2
                place, length = pair >> 4, (pair & 15) + 2
                if place == write % 4096:
                    return bytes(out)
                for k in range(length):  # what is copied may itself be what is being written
                    letter = window[(place + k) % 4096]
                    window[write % 4096] = letter
                    out.append(letter)
                    write += 1
            else:
                window[write % 4096] = data[at]
                out.append(data[at])
                at, write = at + 1, write + 1
    return bytes(out[:size])
