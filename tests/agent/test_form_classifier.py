"""Which form a question asks for, with and without an embedder."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.agent.form_classifier import FormClassifier, labelled
from looktwice.agent.forms import FORMS
from looktwice.retrieval.embeddings.text import open_text_embedder
from looktwice.settings import Settings

from . import kit

ASKED = {
    "Translate the certificate into Polish.": "translation",
    "List all members with their addresses.": "list",
    "Summarise the minutes in three sentences.": "summary",
    "Write out everything on the label.": "transcription",
    "How many boats are in the harbour?": "count",
    "What is the height of the tower?": "fact",
    "Put the scores into a table.": "table",
    "Explain how this pump works.": "explanation",
}
"""None of them is among the examples."""


def test_every_label_is_a_form() -> None:
    questions = labelled()
    assert {form for _, form in questions} == set(FORMS)
    assert len(questions) == len({question for question, _ in questions})
    assert not {question for question, _ in questions} & set(ASKED)


@pytest.mark.parametrize("classifier", [FormClassifier(None), kit.shared_forms()])
def test_clear_questions(classifier: FormClassifier) -> None:
    right = [classifier.form(question).name == form for question, form in ASKED.items()]
    assert sum(right) >= len(ASKED) - 2


def test_one_word_in_common_is_no_small_talk() -> None:
    classifier = FormClassifier(None)
    assert classifier.form("What was the capital expenditure in 2018?").name == "fact"
    assert classifier.form("What is the capital of France?").name == "talk"


@pytest.mark.weights
def test_clear_questions_in_several_languages(starter_settings: Settings) -> None:
    cache = starter_settings.home / "cache"
    classifier = FormClassifier(open_text_embedder(starter_settings), cache)
    more = {
        "Übersetze die Urkunde ins Englische.": "translation",
        "Liste alle Mitglieder auf.": "list",
        "Fasse das Protokoll zusammen.": "summary",
        "Traduis la lettre en allemand.": "translation",
    }
    for question, form in {**ASKED, **more}.items():
        assert classifier.form(question).name == form, question
    assert list(cache.glob("forms-*.npy")), "what was fitted is kept"


def test_what_was_fitted_is_kept_for_this_embedder_and_file(tmp_path: Path) -> None:
    """The next start embeds no example again, and says the same."""
    first, second = kit.WordEmbedder(), kit.WordEmbedder()
    forms = [FormClassifier(e, tmp_path).form("List all members.").name for e in (first, second)]
    assert forms == ["list", "list"]
    assert second.embedded == 2, "the probe of the embedder, and the question"
    assert first.embedded > len(labelled())


@pytest.mark.parametrize("question", ["", "zzz", "\ud800", "字" * 5_000, "a " * 50_000])
def test_anything_has_a_form(question: str) -> None:
    for classifier in (FormClassifier(None), kit.shared_forms()):
        assert classifier.form(question) in FORMS.values()
