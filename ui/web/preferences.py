"""What users may set for their own questions: which checks look, how long and how often it looks again.

Budgets can be made smaller than those of the program, never larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...agent.verification.registry import all_checks, enabled
from ...settings import Settings


@dataclass(frozen=True)
class Preferences:
    """As the page sends them; a browser may send anything, so they are read with care.

    Attributes:
        checks: names of the checks that look; None for all that the program has switched on.
        seconds: a question may take.
        rounds: times the assistant may look again.
        model: who answers, see `ModelOption.value`; None for the program's own.
    """

    checks: Sequence[str] | None = None
    seconds: float | None = None
    rounds: float | None = None
    model: str | None = None


def check_names(settings: Settings) -> list[str]:
    """The checks a user may switch off: those that are on."""
    return [check.name for check in enabled(settings.checks.disabled)]


def preferred(settings: Settings, preferences: Preferences) -> Settings:
    """The settings of a question: the program's, within which the user's hold."""
    limits, off = settings.limits, set(settings.checks.disabled)
    if preferences.checks is not None:
        off |= {check.name for check in all_checks()} - set(preferences.checks)
    return settings.model_copy(
        update={
            "limits": limits.model_copy(
                update={
                    "seconds": _smaller(preferences.seconds, limits.seconds, least=1.0),
                    "rounds": int(_smaller(preferences.rounds, limits.rounds, least=0)),
                }
            ),
            "checks": settings.checks.model_copy(update={"disabled": tuple(sorted(off))}),
        }
    )


def _smaller(wanted: float | None, most: float, least: float) -> float:
    return most if wanted is None else min(most, max(least, wanted))
