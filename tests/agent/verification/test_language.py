"""Answers in the language of the question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.verification.language import not_translated, of_another_language
from looktwice.schema import Evidence

ENGLISH = "The picture shows two people standing beside a red bus in front of a building."
GERMAN = "Das Bild zeigt zwei Personen neben einem roten Bus vor einem großen Gebäude."
RUSSIAN = "На картинке два человека стоят рядом с красным автобусом перед большим зданием."
SPANISH = "La imagen muestra a dos personas de pie junto a un autobús rojo delante de un edificio."


@pytest.mark.parametrize(
    ("question", "draft"),
    [
        ("Was ist auf dem Bild zu sehen?", ENGLISH),
        ("What can be seen in the picture?", GERMAN),
        ("What can be seen in the picture?", RUSSIAN),
        ("¿Qué se puede ver en la imagen?", ENGLISH),
        ("这张图片里有什么？", ENGLISH),
    ],
)
def test_another_language_is_found(question: str, draft: str) -> None:
    assert len(of_another_language(draft, question)) == 1


@pytest.mark.parametrize(
    ("question", "draft"),
    [
        ("What can be seen in the picture?", ENGLISH),
        ("Was ist auf dem Bild zu sehen?", GERMAN),
        ("Что изображено на картинке?", RUSSIAN),
        ("¿Qué se puede ver en la imagen?", SPANISH),
        ("Was steht auf dem Schild?", "NO PARKING AT ANY TIME"),  # read off, and short
        ("Wie heißt die Firma?", "Northern Paper and Office Supplies Ltd."),
        ("List all items.", "- Brötchen 1.20\n- Käse 3.40\n- Müsli 4.10"),
        ("Bild?", ENGLISH),  # of one word nobody can tell
        ("", ENGLISH),
        ("What is it?", ""),
    ],
)
def test_its_own_language_names_and_short_answers_are_left_alone(question: str, draft: str) -> None:
    assert of_another_language(draft, question) == []


@given(st.text(max_size=60), st.text(max_size=200))
def test_nothing_breaks_it(question: str, draft: str) -> None:
    of_another_language(draft, question)


@pytest.mark.parametrize(
    ("draft", "copied"),
    [
        (GERMAN, True),
        (f"{GERMAN} [translated]", True),
        (ENGLISH, False),
        ("Vor einem großen Gebäude", False),  # too short to tell
        ("Two Personen stand beside a rot Bus", False),
    ],
)
def test_a_translation_that_is_what_was_read_is_found(draft: str, copied: bool) -> None:
    read = Evidence(kind="passage", text=GERMAN)
    assert bool(not_translated(draft, [read])) == copied
