"""Runs the checks that apply over a draft, in order, and says what each found."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .base import PASS, Case, Check, Disagreement, Doubt, Finding, Replace

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Examined:
    """What came of all checks.

    Attributes:
        draft: as it stands after what was put right.
        doubts: by the name of the check.
        corrections: reasons for what was put right, by the name of the check.
    """

    draft: str
    doubts: tuple[tuple[str, Doubt], ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Of the checks that found something."""
        return frozenset(name for name, _ in (*self.doubts, *self.corrections))

    @property
    def reasons(self) -> tuple[str, ...]:
        """What is doubted, as sentences."""
        return tuple(doubt.reason for _, doubt in self.doubts)

    @property
    def of_its_words(self) -> tuple[Doubt, ...]:
        """Doubts that another look would not settle: the draft itself shows them."""
        return tuple(doubt for _, doubt in self.doubts if not doubt.where)

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """What tools have otherwise, and where."""
        return tuple(place for _, doubt in self.doubts for place in doubt.where)

    @property
    def told(self) -> str:
        """For the trace: which check said what."""
        found = [(name, f"put right, {reason}") for name, reason in self.corrections]
        found += [(name, doubt.reason) for name, doubt in self.doubts]
        return "; ".join(f"{name}: {what}" for name, what in found)


def _look(check: Check, case: Case) -> Finding:
    """What a check finds where it applies; one that breaks costs itself only, and is named in the log."""
    try:
        return check.look(case) if check.applies(case) else PASS
    except Exception as error:  # of a plug-in, or a slip of ours: the answer is worth more
        log.warning("check %s: %s: %s", check.name, type(error).__name__, error)
        return PASS


def examine(case: Case, checks: Iterable[Check]) -> Examined:
    """Hold a draft against each check; one that is put right goes on as it was put right.

    A model that sees is never overruled: what a check would replace becomes a doubt.
    """
    doubts: list[tuple[str, Doubt]] = []
    corrections: list[tuple[str, str]] = []
    for check in checks:
        finding = _look(check, case)
        if isinstance(finding, Replace) and not case.sees:
            case = replace(case, draft=finding.text)
            corrections.append((check.name, finding.reason))
        elif isinstance(finding, Replace):
            doubts.append((check.name, Doubt(finding.reason)))
        elif isinstance(finding, Doubt):
            doubts.append((check.name, finding))
    return Examined(case.draft, tuple(doubts), tuple(corrections))
