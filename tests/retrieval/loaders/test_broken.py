"""Broken documents of every ending are read or refused in words; `make fuzz` tries many more."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from looktwice.benchmarks.fuzz.__main__ import main
from looktwice.benchmarks.fuzz.mutations import mutated
from looktwice.benchmarks.fuzz.originals import is_made, original, originals
from looktwice.benchmarks.fuzz.trial import Outcomes, Trial, finding_in
from looktwice.errors import BadInput
from looktwice.retrieval.loaders.registry import formats

EACH = 3


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    made = Trial(tmp_path_factory.mktemp("broken"))
    yield made
    made.close()


def test_every_kind_is_among_the_originals() -> None:
    endings = originals()
    assert all(set(known.endings) & set(endings) for known in formats() if known.endings)
    assert len(set(endings.values())) == len(endings)


@pytest.mark.parametrize("ending", originals())
def test_sound_ones_are_read_and_broken_ones_read_or_refused(trial: Trial, ending: str) -> None:
    sound = Outcomes()
    trial.one(f"sound{ending}", original(ending), sound)
    assert (sound.counts["read"] or not is_made(ending), sound.findings) == (1, [])
    broken = Outcomes()
    for number in range(EACH):
        data = mutated(random.Random(f"test {number}"), original(ending))
        trial.one(f"{number}{ending}", data, broken)
    assert broken.findings == []
    assert sum(broken.counts.values()) == EACH


def test_the_same_seed_breaks_the_same_way() -> None:
    data = original(".docx")
    assert mutated(random.Random(1), data) == mutated(random.Random(1), data)
    assert len({mutated(random.Random(seed), data) for seed in range(20)}) == 20


@pytest.mark.parametrize(
    ("source", "reason", "found"),
    [
        ("a.pdf", "the reader crashed on page 1: ...", "crashed"),
        ("a.pdf", "the reader took more than 20 seconds on page 1", "took too long"),
        ("b.pdf", "is a damaged PDF; save it again", "says too little"),
        ("a.pdf", "KeyError", "says too little"),
        ("a.pdf", "is a damaged PDF; save it again", ""),
    ],
)
def test_crashes_hangs_and_empty_words_are_findings(source: str, reason: str, found: str) -> None:
    finding = finding_in(Path("a.pdf"), BadInput(source, reason))
    assert finding.startswith(found) if found else not finding


def test_the_command_reports_what_it_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--count", "2", "--only", ".txt", "--out", str(tmp_path)]) == 0
    assert "0 findings" in capsys.readouterr().out
    assert (tmp_path / "report.json").is_file()
