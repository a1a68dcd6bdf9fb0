"""Text layers that are nonsense are doubted, those of any language are not."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

import pytest
from looktwice.retrieval.loaders.base import Scan
from looktwice.retrieval.loaders.pdf.trust import is_doubtful, likeness

from ... import pdf_kit
from .kit import Maker

SENSE = [
    "The lease of the boathouse ends in October and the deposit is returned within a month.",
    "Der Verein zahlt die Miete am ersten Tag jedes Vierteljahres und haftet für Schäden am Dach.",
    "Le conseil municipal a voté le budget de l'année prochaine après une longue discussion.",
    "La empresa entregará las piezas antes del quince de marzo si el cliente paga el anticipo.",
    "Hyresgästen ska betala hyran i förskott varje månad och hålla lägenheten i gott skick.",
    "Najemca płaci czynsz do piątego dnia każdego miesiąca i odpowiada za drobne naprawy.",
    "Kiracı her ayın beşinci gününe kadar kirayı öder ve küçük onarımlardan sorumludur.",
]


def shifted(by: int) -> Callable[[str], str]:
    return lambda text: "".join(chr(ord(c) + by) if " " < c < "\x7f" else c for c in text)


def exchanged(seed: int) -> Callable[[str], str]:
    letters = list(string.ascii_lowercase)
    random.Random(seed).shuffle(letters)
    table = str.maketrans(string.ascii_letters, "".join(letters) + "".join(letters).upper())
    return lambda text: text.translate(table)


NONSENSE: dict[str, Callable[[str], str]] = {
    "one on": shifted(1),
    "one back": shifted(-1),
    "three on": shifted(3),
    "29 back": lambda text: "".join(chr(ord(c) - 29) if c > ">" else c for c in text),
    "half round": lambda text: text.translate(
        str.maketrans(
            string.ascii_letters,
            string.ascii_lowercase[13:] + string.ascii_lowercase[:13]
            + string.ascii_uppercase[13:] + string.ascii_uppercase[:13],
        )
    ),
    "exchanged": exchanged(1),
    "exchanged otherwise": exchanged(2),
    "exchanged a third time": exchanged(3),
    "backwards": lambda text: text[::-1],
    "symbols": lambda text: "".join(chr(33 + ord(c) % 15) if c.isalpha() else c for c in text),
    "upside down": lambda text: text.translate(
        str.maketrans(string.ascii_lowercase, string.ascii_lowercase[::-1])
    ),
    "without vowels, then shifted": lambda text: shifted(2)(
        "".join(c for c in text if c not in "aeiou")
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", SENSE)
def test_text_of_many_languages_is_believed(text: str) -> None:
    assert not is_doubtful(text)


@pytest.mark.parametrize("name", NONSENSE)
def test_twelve_kinds_of_nonsense_are_doubted(name: str) -> None:
    text = " ".join(
        SENSE[0:1] * 2 + ["The harbour office keeps a log of every vessel that is held."]
    )
    assert is_doubtful(NONSENSE[name](text)), likeness(NONSENSE[name](text))


@pytest.mark.parametrize(
    "text",
    [
        "12.50 13.75 | 2019 2020 — (44) 1,204.00 " * 5,
        "",
        "ISBN 978-3",
        "Москва и Київ, договор аренды",
    ],
)
def test_figures_short_lines_and_other_scripts_are_no_nonsense(text: str) -> None:
    assert not is_doubtful(text)


def test_a_doubted_page_comes_with_its_picture_and_its_own_words(make: Maker) -> None:
    table = pdf_kit.unicode_map({code: chr(code + 1) for code in range(0x21, 0x7E)})
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding/ToUnicode 7 0 R>>"
    content = pdf_kit.text(60, 760, SENSE[0], 11, "F3") + pdf_kit.text(60, 740, SENSE[0], 11, "F3")
    page = make.raw(content, font, table, fonts=b"/F3 6 0 R")
    assert isinstance(page, Scan)
    assert page.layer is not None
    assert page.layer.text.startswith("Uif mfbtf")
