"""Mails: who, when, what, and what is attached."""

from __future__ import annotations

import struct
from email.message import EmailMessage
from pathlib import Path

import pytest
from looktwice.benchmarks.fuzz.outlook import container
from looktwice.errors import BadInput
from looktwice.retrieval.loaders.base import Attachment
from looktwice.retrieval.loaders.load import open_document
from looktwice.retrieval.loaders.office.mail import _unpacked, read_eml
from looktwice.retrieval.pages import Page

from .kit import LIMITS, png


def mail(subject: str = "Offer 88-Ü") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "Ana Řeka <ana@x.example>", "b@x.example"
    message["Subject"], message["Date"] = subject, "Mon, 7 Apr 2025 09:12:00 +0200"
    return message


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-2", "koi8-r"])
def test_text_in_any_encoding(charset: str) -> None:
    text = {"utf-8": "Preis: 31,50 €", "iso-8859-2": "Cena: 31,50 zł", "koi8-r": "Цена: 31,50"}[
        charset
    ]
    message = mail()
    message.set_content(text, charset=charset)
    letter = read_eml(message.as_bytes())
    assert (letter.subject, letter.date) == ("Offer 88-Ü", "2025-04-07")
    found = [line.text for line in letter.all_lines()]
    assert found[:3] == ["Offer 88-Ü", "From: Ana Řeka <ana@x.example>", "To: b@x.example"]
    assert found[-1] == text


def test_tables_of_a_mail_and_pictures_in_its_text() -> None:
    message = mail()
    message.set_content("plain")
    message.add_alternative(
        "<table><tr><th>Kind<th>Fee<tr><td>Boat<td>31</table><img src='cid:a1'>", subtype="html"
    )
    parts = message.get_payload()
    assert isinstance(parts, list)
    assert isinstance(parts[1], EmailMessage)
    parts[1].add_related(png(), "image", "png", cid="<a1>")
    lines = list(read_eml(message.as_bytes()).all_lines())
    assert [line.text for line in lines if line.kind == "row"] == ["Kind | Fee", "Boat | 31"]
    assert [line.picture for line in lines if line.picture] == [png()]


def test_attachments_are_documents_of_their_own(tmp_path: Path) -> None:
    inner = mail("Inner")
    inner.set_content("The code is 5512.")
    message = mail()
    message.set_content("See below.")
    message.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="prices ß.csv")
    message.add_attachment(inner)
    path = tmp_path / "a.eml"
    path.write_bytes(message.as_bytes())
    with open_document(path, LIMITS) as opened:
        page, *attached = opened.pages()
    assert isinstance(page, Page)
    assert page.text.split("\n")[-1] == "Attached: prices ß.csv, Inner.eml"
    assert [one.name for one in attached if isinstance(one, Attachment)] == [
        "prices ß.csv",
        "Inner.eml",
    ]
    assert isinstance(attached[1], Attachment)
    assert b"5512" in attached[1].data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Subject: =?bad?Q?x?=\nDate: never\nContent-Type: text/plain; charset=nonsense\n\nwords",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=x\n",
        b"Content-Transfer-Encoding: base64\n\n!!!!",
    ],
)
def test_broken_mails_give_what_they_have(data: bytes) -> None:
    list(read_eml(data).all_lines())


def text(name: str, value: str) -> tuple[str, bytes]:
    return f"__substg1.0_{name}001F", value.encode("utf-16-le")


def outlook(**more: bytes) -> bytes:
    sent = (1_744_009_920 + 11_644_473_600) * 10_000_000  # 7 April 2025, 07:12 UTC
    numbers = bytes(32) + struct.pack("<HHIQ", 0x40, 0x39, 6, sent)
    attachment = "__attach_version1.0_#00000000"
    streams = dict(
        [
            ("__properties_version1.0", numbers),
            text("0037", "Ankunft des Kahns"),
            text("0C1A", "Mara"),
            text("0E04", "Jon"),
            ("/".join([attachment, "__substg1.0_37010102"]), b"berth,31\n"),
            (f"{attachment}/__substg1.0_3707001F", "liste.csv".encode("utf-16-le")),
            (f"{attachment}/__properties_version1.0", bytes(8)),
        ]
    )
    return container(streams | more)


@pytest.mark.parametrize(
    "body",
    [
        {"__substg1.0_1000001F": "Please book berth 31.".encode("utf-16-le")},
        {"__substg1.0_10130102": b"<html><p>Please book <b>berth</b> 31.</p></html>"},
        {
            "__substg1.0_10090102": struct.pack("<III4x", 60, 40, 0x414C454D)
            + rb"{\rtf1 Please book berth 31.\par}"
        },
    ],
)
def test_mails_of_outlook(tmp_path: Path, body: dict[str, bytes]) -> None:
    path = tmp_path / "a.msg"
    path.write_bytes(outlook(**body))
    with open_document(path, LIMITS) as opened:
        assert (opened.about.type, opened.about.title) == ("msg", "Ankunft des Kahns")
        assert opened.about.date == "2025-04-07"
        page, attached = opened.pages()
    assert isinstance(page, Page)
    assert "From: Mara" in page.text
    assert "Please book berth 31." in page.text
    assert isinstance(attached, Attachment)
    assert (attached.name, attached.data) == ("liste.csv", b"berth,31\n")


def test_a_part_longer_than_its_mail_is_not_read_in_circles(tmp_path: Path) -> None:
    path, body = tmp_path / "a.msg", "Please book berth 31.".encode("utf-16-le")
    sound = outlook(**{"__substg1.0_1000001F": body})
    entry = sound.index("__substg1.0_1000001F".encode("utf-16-le"))
    path.write_bytes(sound[: entry + 120] + struct.pack("<I", 2**30) + sound[entry + 124 :])
    with pytest.raises(BadInput, match=r"a\.msg.*1,073,741,824 bytes"):
        list(open_document(path, LIMITS).pages())


def test_packed_rtf_of_outlook() -> None:
    """The example of [MS-OXRTFCP] 3.1.1."""
    data = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af3206865"
        "6c090020627705b06c647d0a800fa0"
    )
    assert _unpacked(data) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
