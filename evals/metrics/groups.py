"""Figures of whole runs: pairs, wordings, multimodal gain, leakage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


def pair_consistency(scores: Iterable[tuple[str, float]]) -> float | None:
    """Share of the pairs of which every member is right; None without pairs.

    Args:
        scores: (name of the pair, score), "" for tasks of no pair.
    """
    pairs: defaultdict[str, list[float]] = defaultdict(list)
    for name, score in scores:
        if name:
            pairs[name].append(score)
    whole = [min(members) >= 1.0 for members in pairs.values() if len(members) > 1]
    return sum(whole) / len(whole) if whole else None


def wording_consistency(outcomes: Iterable[tuple[str, str]]) -> float | None:
    """Share of the tasks that come to the same however they are worded; None without other wordings.

    Args:
        outcomes: (the task it words, what came of it), "" for tasks that are asked once.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, outcome in outcomes:
        if name:
            found[name].append(outcome)
    same = [len(set(members)) == 1 for members in found.values() if len(members) > 1]
    return sum(same) / len(same) if same else None


def multimodal_gain(with_pictures: float, without: float) -> float:
    """MMStar's MG: what the pictures add to the score."""
    return with_pictures - without


def leakage(without: float, language_model: float) -> float:
    """MMStar's ML: what is known without the picture beyond the bare language model's knowledge."""
    return max(0.0, without - language_model)
