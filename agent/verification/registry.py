"""The checks there are, in the order in which they look at a draft.

What puts a draft right comes first, so that what is doubted is doubted of the draft as it will stand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ...errors import UsageError
from ...schema import Evidence
from ..evidence.prompting import calculated
from ..forms import COPIED
from . import (
    change,
    counts,
    directions,
    equations,
    extremes,
    language,
    names,
    numbers,
    periods,
    rows,
    shape,
    together,
    wording,
)
from .base import PASS, Case, Check, Doubt, Finding, Replace, brief, reading
from .plugins import plugin_checks


def doubts(find: Callable[[Case], Sequence[str]], mild: bool = False) -> Callable[[Case], Finding]:
    """A check of what is found wrong, as sentences."""

    def look(case: Case) -> Finding:
        found = find(case)
        return Doubt("; ".join(found), mild=mild) if found else PASS

    return look


def rewrites(right: Callable[[Case], str], reason: str) -> Callable[[Case], Finding]:
    """A check that puts the draft right, for one reason."""

    def look(case: Case) -> Finding:
        text = right(case)
        return Replace(text, reason) if text != case.draft else PASS

    return look


_Find = Callable[[str, str, Sequence[Evidence]], list[str]]
_Right = Callable[[str, str, Sequence[Evidence]], str]


def _found(find: _Find) -> Callable[[Case], Finding]:
    return doubts(lambda case: find(case.draft, case.question, case.evidence))


def _right(right: _Right, reason: str) -> Callable[[Case], Finding]:
    return rewrites(lambda case: right(case.draft, case.question, case.evidence), reason)


def seeing(case: Case) -> bool:
    """Whether a model that sees drafted one short statement."""
    return brief(case) and case.sees


def _from_pages(case: Case) -> bool:
    return reading(case) and any(item.kind == "passage" for item in case.evidence)


def _rests_on_reading(case: Case) -> bool:
    """Numbers of explanations, translations and code are not held against the text reader."""
    return case.sees and not case.form.own_words


def _not_computed(case: Case) -> bool:
    return reading(case) and calculated(case.evidence) is None


def _in_own_words(case: Case) -> bool:
    """Translations are in another language; what is copied or is code, in whatever it is."""
    return case.form.name not in COPIED


_READS = "short answers of a model that reads"
_SEES = "short answers of a model that sees"

CHECKS: tuple[Check, ...] = (
    Check("empty", "an answer has words", doubts(lambda case: wording.empty(case.draft))),
    Check(
        "not_found",
        "no yes to what was looked for and not found",
        rewrites(lambda case: counts.not_found(case.draft, case.evidence), "nothing was found"),
        reading,
        _READS,
    ),
    Check(
        "counts",
        "counts are those of the boxes",
        rewrites(lambda case: counts.right_count(case.draft, case.evidence), "boxes were counted"),
        reading,
        _READS,
    ),
    Check(
        "dates",
        "day and month stand as they were read",
        rewrites(lambda case: numbers.right_dates(case.draft, case.evidence), "as it is written"),
        reading,
        _READS,
    ),
    Check(
        "separators",
        "thousands are no decimals",
        _right(numbers.right_separators, "as the number is written"),
        reading,
        _READS,
    ),
    Check(
        "names",
        "no heading of a paper where a name is asked for",
        _right(names.right_name, "as the name is printed"),
        reading,
        _READS,
    ),
    Check(
        "extremes",
        "the highest is the highest of what was read",
        _right(extremes.right_extreme, "the values were compared"),
        reading,
        _READS,
    ),
    Check(
        "change",
        "what was handed over is not what was due",
        _right(change.right_total, "the change tells what was due"),
        reading,
        _READS,
    ),
    Check(
        "years",
        "of amounts that a sentence lists for several years, the one that was asked for",
        _right(periods.right_year, "the sentence lists the years in this order"),
        reading,
        _READS,
    ),
    Check(
        "rounding",
        "numbers as they are written in the row that was asked for",
        _right(rows.right_rounding, "as it is written in that row"),
        _not_computed,
        "short answers of a model that reads, not computed",
    ),
    Check("numbers", "numbers stand in the evidence", _found(numbers.unsupported), reading, _READS),
    Check(
        "periods",
        "numbers are of the year that was asked for",
        _found(periods.of_other_periods),
        reading,
        _READS,
    ),
    Check(
        "columns",
        "each part of a sentence gives the numbers of the year that it names",
        doubts(lambda case: periods.swapped_periods(case.draft, case.evidence)),
        lambda case: not case.sees and _in_own_words(case),
        "what a model that reads neither translates nor copies",
    ),
    Check(
        "rows",
        "numbers are of the row that was asked for",
        _found(rows.misplaced),
        _not_computed,
        "short answers of a model that reads, not computed",
    ),
    Check(
        "together",
        "what stands beside a number stands in its line",
        together.apart,
        reading,
        _READS,
    ),
    Check(
        "addresses",
        "web and mail addresses are copied, never made",
        _found(together.invented_addresses),
        lambda case: not case.sees and case.form.name != "code",
        "all forms but code, of a model that reads",
    ),
    Check(
        "example",
        "nothing is of the prompt's own example",
        doubts(
            lambda case: wording.leaked(
                case.draft, case.question, case.evidence, case.example_words
            )
        ),
        reading,
        _READS,
    ),
    Check(
        "echo",
        "more than the question again",
        doubts(lambda case: wording.echoes(case.draft, case.question)),
        _from_pages,
        "short answers from documents, of a model that reads",
    ),
    Check(
        "misread",
        "numbers as the text reader has them",
        numbers.misread,
        _rests_on_reading,
        "what a model that sees reads off: no explanations, translations or code",
    ),
    Check("counted", "counts as the detector has them", counts.counted_otherwise, seeing, _SEES),
    Check("found", "yes and no as the detector has them", counts.found_otherwise, seeing, _SEES),
    Check(
        "arithmetic",
        "equations in the answer are right",
        doubts(lambda case: equations.wrong_equations(case.draft)),
        lambda case: case.form.name != "code",
        "all forms but code",
    ),
    Check(
        "directions",
        "what went up went up, by the answer's own numbers",
        doubts(lambda case: directions.wrong_directions(case.draft)),
        _in_own_words,
        "what is neither translated nor copied",
    ),
    Check(
        "language",
        "the answer is in the language of the question",
        doubts(lambda case: language.of_another_language(case.draft, case.question), mild=True),
        _in_own_words,
        "what is neither translated nor copied",
    ),
    Check(
        "translated",
        "a translation is more than what was read",
        doubts(lambda case: language.not_translated(case.draft, case.evidence), mild=True),
        lambda case: case.form.name == "translation",
        "translations",
    ),
    Check(
        "form",
        "a list is a list, and a table a table",
        doubts(lambda case: shape.not_of_form(case.draft, case.form.name), mild=True),
        lambda case: case.form.name in ("list", "table"),
        "lists and tables",
    ),
)


OWN = frozenset(check.name for check in CHECKS)


def all_checks() -> tuple[Check, ...]:
    """The program's checks, then those of plug-ins."""
    return (*CHECKS, *plugin_checks(OWN))


def enabled(disabled: Collection[str] = (), literal: bool = True) -> tuple[Check, ...]:
    """The checks that are switched on, in their order.

    Args:
        disabled: names of those that are not.
        literal: False leaves only the one for empty drafts (the stage `literal` is off).

    Raises:
        UsageError: a name is not that of a check.
    """
    checks = all_checks()
    known = {check.name for check in checks}
    if unknown := sorted(set(disabled) - known):
        raise UsageError(
            f"checks.disabled: there is no check named {', '.join(unknown)}; "
            f"there are {', '.join(sorted(known))}"
        )
    return tuple(
        check
        for check in checks
        if check.name not in disabled and (literal or check.name == "empty")
    )
