"""What does not fit together is looked at once more.

Where a check between fields fails, values that stand on the page and would make it hold are put beside what
was taken, and the model chooses, the document before it. What it does not choose stays an alternative, and
the field is unsure: a check is a reason to look, not a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from typing import Any

from .....errors import ModelError
from .....schema import ExtractedField
from ....backends.base import Message
from ....budget import Meter
from ..generation.prompting import asked, is_given, which_value, whose_value
from ..places.placing import Placing
from ..schemas.checks import Broken, broken, confirmed, paths_of
from ..schemas.fields import NUMERIC, FieldKind, FieldSpec, RecordSpec
from ..values.identifiers import is_iban, is_vat_number
from .list_rows import Fields, values_of

_CONFIRMED = 0.97
_CHOSEN = 0.8
_UNSURE = 0.5
_GIVEN, _SURELY_GIVEN = 0.46, 0.5
"""Probability that the document gives a field: below the first it is missing, below the second unsure."""
_DATE_GIVEN = 0.55
"""The same of dates, of which nearly every page has one that is another's."""
_MAYBE_NULL = 0.15
"""Probability of null while a value was written, from which it is asked whether the field is given."""
_TELLING: frozenset[FieldKind] = frozenset({"iban", "vat_id", "currency"})
_MOST_ASKED = 8
_MOST_LOOKS = 4
_MOST_READINGS = 3
"""Readings that are put beside the one that was taken."""
_SURELY_WRITTEN = 0.8
"""Probability of a value while it was written, below which it is put beside the others."""
_THOUGHT_OF = 0.05
"""Probability from which a value is one of the others."""
_LETTERS = "ABCD"
_SHARED: frozenset[FieldKind] = frozenset({"money", "number", "integer", "currency", "boolean"})
"""Kinds of which several fields may well be one value: what is paid is often the total."""


Reading = tuple[ExtractedField, str]
"""A value, and the row that it stands in."""


@dataclass(frozen=True)
class SecondLook:
    """Looks again at what does not fit together, in one document.

    Args:
        begun: the document's opening for the model.
        nulls: how likely it is that a field is not given, as far as the model that filled it in said.
        likely: what else a field may be, as the page writes it, and how likely, by the same.
    """

    spec: RecordSpec
    placing: Placing
    model: Meter
    begun: Sequence[Message]
    nulls: Mapping[str, float]
    likely: Mapping[str, Mapping[str, float]] = member(default_factory=dict)

    def weigh(self, fields: Fields) -> None:
        """Ask once more, in place, for what the model wrote without being sure of it.

        Alone among figures it takes the cash that was handed over as readily as the total; with the rows
        that the values stand in before it, it reads what each is called. What a check bears out stays.
        """
        sure = confirmed(self.spec.checks, values_of(fields))
        doubted = [
            one for one in self.spec.fields if one.path not in sure and self._doubts(one, fields)
        ]
        for field in doubted[:_MOST_LOOKS]:
            readings = self._readings(field, fields[field.path])
            if len(readings) > 1:
                fields[field.path] = self._weighed(field, readings)

    def _doubts(self, field: FieldSpec, fields: Fields) -> bool:
        """Whether the value that was taken is the one that the model wrote, and it was not sure."""
        found, likely = fields.get(field.path), self.likely.get(field.path, {})
        if found is None or found.source != "page" or not likely:
            return False
        typed = (self.placing.reading(field, token) for token in likely)
        chances = zip(typed, likely.values(), strict=True)
        own = [chance for one, chance in chances if one and one[0].value == found.value]
        return bool(own) and max(own) < _SURELY_WRITTEN

    def _readings(self, field: FieldSpec, taken: ExtractedField) -> list[Reading]:
        """What was taken, then what else the model thought of, the likeliest first, each with its row."""
        likely = sorted(self.likely[field.path].items(), key=lambda item: -item[1])
        tokens = [token for token, chance in likely if chance >= _THOUGHT_OF]
        found = [one for token in tokens if (one := self.placing.reading(field, token))]
        found.sort(key=lambda one: one[0].value != taken.value)
        different = {one[0].value: one for one in reversed(found)}
        return list(reversed(different.values()))[: 1 + _MOST_READINGS]

    def _weighed(self, field: FieldSpec, readings: Sequence[Reading]) -> ExtractedField:
        """The reading that the model chooses among the rows they stand in."""
        rows = [row for _, row in readings]
        said = rows if len(set(rows)) == len(rows) else [one.quote for one, _ in readings]
        letters = _LETTERS[: len(readings)]
        lines = [f"{letter}: {words}" for letter, words in zip(letters, said, strict=True)]
        chance = self._chances(which_value(self.spec, field, lines), letters)
        best = max(range(len(readings)), key=lambda at: chance.get(letters[at], 0.0))
        chosen = self.placing.value(field, readings[best][0].quote) or readings[best][0]
        sure = min(chosen.confidence, chance.get(letters[best], _UNSURE))
        others = tuple(one.value for at, (one, _) in enumerate(readings) if at != best)
        changes: dict[str, Any] = {"confidence": round(sure, 3), "alternatives": others}
        if sure < _UNSURE:
            changes |= {"status": "unsure", "reason": "other values on the page are as likely"}
        return chosen.model_copy(update=changes)

    def drop_absent(self, fields: Fields) -> None:
        """Drop in place what the document does not give at all, where no label beside a value says so.

        Usual fields are left out, those of sums, which say more, and kinds that only are what they look
        like. Where the model was sure while it wrote the value, it is not asked again.
        """
        sums = [check for check in self.spec.checks if "<" not in check]
        doubted = [
            one
            for one in self.spec.fields
            if one.path in fields
            and not one.usual
            and one.kind not in _TELLING
            and self.nulls.get(one.path, 1.0) >= _MAYBE_NULL
            and not any(paths_of(check, [one.path]) for check in sums)
            and fields[one.path].source == "page"
            and not self.placing.is_labelled(one)
        ]
        for field in doubted[:_MOST_ASKED]:
            chance = self._chances(is_given(field), ("yes", "no")).get("yes", 1.0)
            if chance < (_DATE_GIVEN if field.kind == "date" else _GIVEN):
                del fields[field.path]
            elif chance < _SURELY_GIVEN:
                fields[field.path] = fields[field.path].model_copy(
                    update={
                        "status": "unsure",
                        "confidence": round(chance * _UNSURE, 3),
                        "reason": "nothing beside it says that it is this field",
                    }
                )

    def settle(self, fields: Fields) -> list[str]:
        """Mend, mark or confirm fields in place.

        Returns:
            What does not fit together and could not be settled, in words.
        """
        self._part(fields)
        for broken_ in list(self._broken(fields))[:_MOST_LOOKS]:
            self._look(broken_, fields)
        self._fill(fields)
        self._identify(fields)
        open_ = list(self._broken(fields))
        for path in confirmed(self.spec.checks, values_of(fields)):
            sure = fields[path]
            if sure.status == "found":
                fields[path] = sure.model_copy(update={"confidence": _CONFIRMED})
        return [f"{one.check}: does not hold" for one in dict.fromkeys(open_)]

    def _part(self, fields: Fields) -> None:
        """One place is one field's: where several took it, the model says whose it is."""
        places: dict[tuple[Any, ...], list[FieldSpec]] = {}
        for field in self.spec.fields:
            found = fields.get(field.path)
            if found is not None and found.boxes and field.kind not in _SHARED:
                places.setdefault((found.page, *found.boxes), []).append(field)
        for rivals in places.values():
            if len(rivals) > 1:
                self._part_place(rivals[: len(_LETTERS)], fields)

    def _part_place(self, rivals: Sequence[FieldSpec], fields: Fields) -> None:
        """Every rival gets a place of its own where the value stands often enough.

        Else it is that of the one that nearly every document gives; the model is asked among equals.
        """
        if self.placing.spread([fields[one.path] for one in rivals]):
            return
        usual = [one for one in rivals if one.usual]
        if len(usual) == 1:
            for one in rivals:
                if one not in usual:
                    del fields[one.path]
            return
        quote = fields[rivals[0].path].quote
        letters = _LETTERS[: len(rivals)]
        lines = [
            f"{letter}: {one.description or one.path}"
            for letter, one in zip(letters, rivals, strict=True)
        ]
        chance = self._chances(whose_value(self.spec, quote, lines), letters)
        best = max(range(len(rivals)), key=lambda at: chance.get(letters[at], 0.0))
        for at, one in enumerate(rivals):
            if at != best:
                del fields[one.path]

    def _broken(self, fields: Fields) -> Iterator[Broken]:
        return broken(self.spec.checks, values_of(fields))

    def _look(self, fault: Broken, fields: Fields) -> None:
        """One failed check: choose again between what would make it hold."""
        if "[" in "".join(fault.paths):
            return  # rows may leave out discounts and charges, which stand elsewhere
        for path in fault.paths:
            field = self._spec_of(path)
            held = self._that_hold(field, fields) if field is not None else []
            if field is None or not held:
                continue
            if (better := self._choose(field, fields[path], held)) is not None:
                fields[path] = better
                return
        for path in fault.paths:
            taken = fields[path]
            fields[path] = taken.model_copy(
                update={
                    "status": "unsure",
                    "confidence": min(taken.confidence, _UNSURE),
                    "reason": f"{fault.check} does not hold",
                }
            )

    def _that_hold(self, field: FieldSpec, fields: Fields) -> list[ExtractedField]:
        """Other values on the pages with which every check of this field holds."""
        values = values_of(fields)
        taken = values.get(field.path)
        own = [check for check in self.spec.checks if field.path in paths_of(check, [field.path])]
        found = []
        for candidate in self.placing.candidates(field):
            if candidate.value == taken:
                continue
            tried = {**values, field.path: candidate.value}
            faults = [f for f in broken(own, tried) if "[" not in "".join(f.paths)]
            if not faults and field.path in confirmed(own, tried):
                found.append(candidate)
        return found[:_MOST_READINGS]

    def _choose(
        self, field: FieldSpec, taken: ExtractedField, others: Sequence[ExtractedField]
    ) -> ExtractedField | None:
        """The reading that the model chooses, where it is another than the one that was taken."""
        readings = [taken, *others]
        letters = _LETTERS[: len(readings)]
        lines = [f"{letter}: {one.quote}" for letter, one in zip(letters, readings, strict=True)]
        chance = self._chances(which_value(self.spec, field, lines), letters)
        best = max(range(len(readings)), key=lambda at: chance.get(letters[at], 0.0))
        if best == 0:
            return None
        return readings[best].model_copy(
            update={"path": taken.path, "confidence": _CHOSEN, "alternatives": (taken.value,)}
        )

    def _fill(self, fields: Fields) -> None:
        """A missing part of a sum whose other parts are known, if the page has just that value."""
        for field in self.spec.fields:
            if field.kind in NUMERIC and field.path not in fields:
                held = {one.value: one for one in self._that_hold(field, fields)}
                if len(held) == 1:
                    (one,) = held.values()
                    fields[field.path] = one.model_copy(update={"confidence": _CHOSEN})

    def _identify(self, fields: Fields) -> None:
        """Numbers that carry check digits and do not pass them are unsure."""
        proofs = {"iban": is_iban, "vat_id": is_vat_number}
        for field in self.spec.fields:
            found, proof = fields.get(field.path), proofs.get(field.kind)
            if found is None or proof is None:
                continue
            if proof(str(found.value)):
                fields[field.path] = found.model_copy(update={"confidence": _CONFIRMED})
            else:
                fields[field.path] = found.model_copy(
                    update={
                        "status": "unsure",
                        "confidence": _UNSURE,
                        "reason": "its check digits are wrong",
                    }
                )

    def _chances(self, question: str, options: Sequence[str]) -> Mapping[str, float]:
        """What the model chooses; {} where it cannot say: not every server knows probabilities."""
        if not self.model.can_call():
            return {}
        try:
            return self.model.choose(asked(self.begun, question), tuple(options)).probabilities
        except ModelError:
            return {}

    def _spec_of(self, path: str) -> FieldSpec | None:
        return next((one for one in self.spec.fields if one.path == path), None)
