"""Which form of answer a question asks for, learned from labelled examples in several languages.

A ridge classifier over what a question means (its embedding) and how it is put (its words and pairs of
words, hashed): neighbours by meaning alone share the topic, not the form. Where no embedder is installed,
the examples that share most words vote.
"""

from __future__ import annotations

import re
import threading
import zlib
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from ..prompts import examples
from ..retrieval.embeddings.text import Embedder, Vectors
from ..schema import FormName
from .example_vectors import kept_rows
from .forms import FACT, FORMS, Form
from .similarity import ByWords

MARGIN = 0.15
"""By how much the best form must lead. On 1,540 labelled questions, each left out in turn, 82 of 100 lead
by it, and 90 of 100 of these are right."""
_BUCKETS = 2048  # a quarter as many, and too many pairs of words share one
_WORDING = 0.7  # weight of how a question is put beside what it means
_BIAS = 0.3
_RIDGE = 0.3
_WIDE = 0x2E7F  # scripts without spaces lie above: pairs of signs stand for words
_VOTERS, _SHARPNESS = 7, 4
_ALIKE = 0.5
"""Of words, from which an example of small talk counts: "capital of France" shares one with reports."""
_LONGEST = 200  # words, or signs, of a question that are looked at


def labelled() -> list[tuple[str, FormName]]:
    """Questions and their forms: the planner's examples, those made for forms, and of summaries."""
    found: list[tuple[str, FormName]] = [
        (example["question"], example["form"])  # type: ignore[misc]  # a wrong name fails in FORMS
        for name in ("plan_examples", "form_examples")
        for example in examples(name)
    ]
    found += [(example["request"], "summary") for example in examples("summary_requests")]
    return list(dict.fromkeys(found))


class FormClassifier:
    """Says which form a question asks for; fitted when it is first asked.

    Args:
        embedder: gives the meaning of questions; without one the wording alone decides.
        cache: folder that keeps what was fitted; None keeps nothing.
    """

    def __init__(self, embedder: Embedder | None, cache: Path | None = None) -> None:
        self._embedder, self._cache = embedder, cache
        self._lock = threading.Lock()
        self._fitted: _Ridge | _Vote | None = None

    def form(self, question: str) -> Form:
        """The form that leads clearly; a fact where none does.

        An explanation or a summary is better than a fact where one of both is wanted: a long form need
        not lead the other long ones.
        """
        with self._lock:
            if self._fitted is None:
                embedder = self._embedder
                self._fitted = _Ridge(embedder, self._cache) if embedder is not None else _Vote()
        scores = self._fitted.scores(question)
        best, *others = sorted(scores, key=scores.__getitem__, reverse=True)
        rivals = [o for o in others if not (FORMS[best].worked and FORMS[o].worked)]
        lead = scores[best] - max((scores[rival] for rival in rivals), default=0.0)
        return FORMS[best] if lead >= MARGIN else FACT


class _Ridge:
    """Ridge regression onto the forms, in its dual form."""

    def __init__(self, embedder: Embedder, cache: Path | None) -> None:
        self._embedder = embedder
        known = labelled()
        self._names: list[FormName] = sorted({form for _, form in known})
        # How it is fitted is written in this file.
        made_of = repr(known).encode() + Path(__file__).read_bytes()
        self._weights = kept_rows(
            lambda: self._fit(known),
            len(self._names),
            embedder,
            made_of,
            folder=cache,
            name="forms",
        )

    def _fit(self, known: Sequence[tuple[str, FormName]]) -> Vectors:
        """The weights of every form, one a row."""
        import numpy as np

        questions = [question for question, _ in known]
        labels = np.array([self._names.index(form) for _, form in known])
        features = _features(questions, self._embedder.embed(questions))
        rarity = 1 / np.sqrt(np.bincount(labels)[labels])  # facts are many; others count as much
        penalty = np.diag(_RIDGE * rarity.mean() / rarity).astype(np.float32)
        targets = np.eye(len(self._names), dtype=np.float32)[labels]
        weights: Vectors = np.linalg.solve(features @ features.T + penalty, targets).T @ features
        return weights

    def scores(self, question: str) -> dict[FormName, float]:
        """About 1 for the form it is, about 0 for the others."""
        features = _features([question], self._embedder.embed([question]))
        return dict(zip(self._names, (self._weights @ features[0]).tolist(), strict=True))


class _Vote:
    """The share of votes of the examples that share most words."""

    def __init__(self) -> None:
        questions, self._forms = zip(*labelled(), strict=True)
        self._similarity = ByWords(questions)

    def scores(self, question: str) -> dict[FormName, float]:
        """Shares of the votes, 0..1."""
        alike = [
            0.0 if form == "talk" and share < _ALIKE else share
            for form, share in zip(self._forms, self._similarity.to(question), strict=True)
        ]
        votes: defaultdict[FormName, float] = defaultdict(float)
        for n in sorted(range(len(alike)), key=lambda n: -alike[n])[:_VOTERS]:
            votes[self._forms[n]] += max(0.0, alike[n]) ** _SHARPNESS
        whole = sum(votes.values()) or 1.0
        return {form: vote / whole for form, vote in votes.items()}


def _features(questions: Sequence[str], meanings: Vectors) -> Vectors:
    """What each question means, how it is put, and a constant; one row a question."""
    import numpy as np

    wording = np.zeros((len(questions), _BUCKETS), dtype=np.float32)
    for row, question in zip(wording, questions, strict=True):
        for token in _tokens(question):
            row[zlib.crc32(token.encode("utf-8", "replace")) % _BUCKETS] += 1
    wording /= np.maximum(np.linalg.norm(wording, axis=1, keepdims=True), 1e-6)
    bias = np.full((len(questions), 1), _BIAS, dtype=np.float32)
    return np.concatenate([meanings, _WORDING * wording, bias], axis=1)


def _tokens(question: str) -> list[str]:
    """Words, pairs of words, what a question begins with, and pairs of signs of wide scripts."""
    words = re.findall(r"\w+", question[: 20 * _LONGEST].lower())[:_LONGEST]
    pairs = ["_".join(pair) for pair in pairwise(words)]
    short = question[:_LONGEST]
    signs = [short[i : i + 2] for i, sign in enumerate(short) if ord(sign) > _WIDE]
    return [*words, *(f"^{word}" for word in words[:2]), "^" + "_".join(words[:2]), *pairs, *signs]
