"""Two versions of documents: every changed word is found, none is invented."""

from __future__ import annotations

import random
from pathlib import Path

from looktwice.settings import DocumentLimits
from looktwice.tools.comparing import DocumentComparer, text_changes
from looktwice.tools.comparing.words import ComparedWord, in_one_line

WORDS = "the goods are sent on monday by road to the new store and paid within thirty days".split()


def words(text: str) -> list[ComparedWord]:
    return [ComparedWord(word) for word in text.split()]


def test_each_change_is_told_once() -> None:
    changes = text_changes(
        words("Pay 40 euros within 30 days to the seller"),
        words("Pay 45 euros within 30 working days to the"),
    )
    assert [in_one_line(change) for change in changes] == [
        "“40” became “45”", "“working” was added", "“seller” was removed",
    ]  # fmt: skip
    assert changes[0].context == "Pay … euros within 30 days to the"


def test_changed_words_of_ten_documents_are_found_and_none_is_invented(tmp_path: Path) -> None:
    rng = random.Random(2)
    comparer = DocumentComparer(DocumentLimits())
    before, after, changed = [], [], []
    for number in range(10):
        paragraph = [f"{word}{rng.randrange(100)}" for word in rng.choices(WORDS, k=40)]
        other = list(paragraph)
        at = rng.randrange(40)
        other[at] = f"changed{number}"
        changed.append((paragraph[at], other[at]))
        before.append(" ".join(paragraph))
        after.append(" ".join(other))
    paths = tmp_path / "before.txt", tmp_path / "after.txt"
    for path, paragraphs in zip(paths, (before, after), strict=True):
        path.write_text("\n\n".join(paragraphs), encoding="utf-8")
    found = comparer.compare(*paths)
    assert [(c.before[0].text, c.after[0].text) for c in found] == changed
    assert {len(c.before) for c in found} == {len(c.after) for c in found} == {1}
    assert comparer.compare(paths[0], paths[0]) == []
