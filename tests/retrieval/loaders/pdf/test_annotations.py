"""What was typed into forms and written onto pages is read at its place, as what it is."""

from __future__ import annotations

import pytest

from ... import pdf_kit
from .kit import Maker


def widget(name: str, y: float, value: bytes, kind: bytes = b"/Tx", x: float = 180) -> bytes:
    return (
        b"<</Type/Annot/Subtype/Widget/FT%s/T(%s)/V%s/F 4/P 3 0 R/Rect[%g %g %g %g]"
        b"/DA(/F1 10 Tf 0 g)>>" % (kind, name.encode(), value, x, y, x + 200, y + 16)
    )


def form(make: Maker, content: bytes, *fields: bytes) -> str:
    kids = b" ".join(b"%d 0 R" % (6 + at) for at in range(len(fields)))
    page = make.raw(
        content,
        *fields,
        page=b"/Annots[%s]" % kids,
        catalog=b"/AcroForm<</Fields[%s]/DR<</Font<</F1 4 0 R>>>>/DA(/F1 10 Tf 0 g)>>" % kids,
    )
    assert len(page.boxes) >= len(page.text.split()) - page.text.count("[ ]")
    return str(page.text)


def test_typed_values_stand_behind_their_labels(make: Maker) -> None:
    content = (
        pdf_kit.text(60, 730, "Tenant:")
        + pdf_kit.text(60, 700, "Rooms")
        + pdf_kit.text(60, 670, "Rent a month (EUR)")
    )
    text = form(
        make,
        content,
        widget("a", 726, b"(Wanda Okonkwo)"),
        widget("b", 696, b"(4)"),
        widget("c", 666, b"(1,365.00)"),
    )
    assert text.split("\n") == ["Tenant: Wanda Okonkwo", "Rooms 4", "Rent a month (EUR) 1,365.00"]


def test_chosen_and_ticked_things_are_told(make: Maker) -> None:
    content = (
        pdf_kit.text(60, 730, "Delivery:")
        + pdf_kit.text(90, 700, "Insured")
        + pdf_kit.text(90, 670, "Express")
    )
    tick = (
        b"<</Type/Annot/Subtype/Widget/FT/Btn/T(%s)/V/%s/AS/%s/F 4/P 3 0 R/Rect[60 %d 74 %d]"
        b"/AP<</N<</Yes 9 0 R/Off 9 0 R>>>>>>"
    )
    choice = widget("how", 726, b"(sea)", b"/Ch/Ff 131072/Opt[[(air)(By air)][(sea)(By sea)]]")
    text = form(
        make,
        content,
        choice,
        tick % (b"i", b"Yes", b"Yes", 696, 710),
        tick % (b"e", b"Off", b"Off", 666, 680),
        pdf_kit.stream(b"", b"/Type/XObject/Subtype/Form/BBox[0 0 14 14]"),
    )
    assert text.split("\n")[:3] == ["Delivery: By sea", "[x] Insured", "[ ] Express"]


def test_a_page_of_nothing_but_fields_is_read(make: Maker) -> None:
    text = form(
        make,
        b"",
        widget("Ship", 726, b"(Aurelia)", x=60),
        widget("Load", 696, b"(318 t of barley)", x=60),
    )
    assert text.split("\n") == ["Ship: Aurelia", "Load: 318 t of barley"]


def test_passwords_and_hidden_fields_are_not_told(make: Maker) -> None:
    secret = widget("pin", 726, b"(4711)", b"/Tx/Ff 8192")
    hidden = widget("old", 696, b"(9000)").replace(b"/F 4", b"/F 2")
    text = form(make, pdf_kit.text(60, 650, "Account of the choir"), secret, hidden)
    assert text == "Account of the choir"


@pytest.mark.parametrize(
    ("annotation", "line"),
    [
        (b"/Subtype/Text/T(M. Ivers)/Contents(Ask for a second offer)/Rect[400 735 418 753]",
         "note by M. Ivers: Ask for a second offer"),
        (b"/Subtype/FreeText/Contents(Paid on 4 May, 88.20)/DA(/F1 9 Tf)/Rect[60 600 300 620]",
         "typed: Paid on 4 May, 88.20"),
        (b"/Subtype/Highlight/Contents(too dear?)/Rect[58 696 140 712]"
         b"/QuadPoints[58 712 140 712 58 696 140 696]",
         "highlight: “Oak beams” too dear?"),
        (b"/Subtype/Stamp/Name/Approved/Contents(RECEIVED 12 June)/Rect[300 500 400 540]",
         "stamp: RECEIVED 12 June"),
    ],
)  # fmt: skip
def test_annotations_are_told_as_what_they_are(make: Maker, annotation: bytes, line: str) -> None:
    content = pdf_kit.text(60, 700, "Oak beams", 14) + pdf_kit.text(160, 700, "for the hall", 14)
    page = make.raw(content, b"<</Type/Annot/F 4%s>>" % annotation, page=b"/Annots[6 0 R]")
    assert line in page.text.split("\n")
    assert "Oak beams for the hall" in page.text
