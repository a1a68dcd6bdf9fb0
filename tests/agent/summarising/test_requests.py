"""What kind of summary is asked for, and of what."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.agent.summarising.requests import SummaryRequests, topic_of
from looktwice.retrieval.embeddings.text import open_text_embedder
from looktwice.settings import Settings

BRIEF = ("What is report.pdf about?", "Sum it up in four sentences.", "Worum geht es darin?")
FULL = (
    "Summarise the handbook.",
    "Summarise the study chapter by chapter.",
    "Fasse das Buch zusammen.",
)
ALL = ("Summarise each of my files.", "What are all these documents about?")


@pytest.mark.parametrize("request_", BRIEF)
def test_a_few_sentences(request_: str) -> None:
    assert SummaryRequests(None).understood(request_) == (True, False)


@pytest.mark.weights
def test_requests_that_are_not_among_the_examples(
    starter_settings: Settings, tmp_path: Path
) -> None:
    requests = SummaryRequests(open_text_embedder(starter_settings), tmp_path)
    assert [requests.understood(one) for one in BRIEF] == [(True, False)] * len(BRIEF)
    assert [requests.understood(one).brief for one in FULL] == [False] * len(FULL)
    assert [requests.understood(one).of_all for one in ALL] == [True] * len(ALL)


def test_a_topic_is_what_no_request_for_a_summary_says() -> None:
    assert topic_of("Summarise the report in 5 sentences.") == set()
    assert topic_of("Summarise what it says about Harbour Street.") == {"harbour", "street"}
