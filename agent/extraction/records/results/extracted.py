"""What a program gets from `Assistant.extract`: validated values, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from pydantic import BaseModel, ValidationError

from .....errors import UsageError
from .....extensions.extras import needs
from .....schema import ExtractedField, ExtractedRecord

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]

T = TypeVar("T")


@dataclass(frozen=True)
class Extracted(Generic[T]):
    """The record of one document.

    Attributes:
        source: the record as it was extracted; `document`, `page`, `record`, `doubts`.
        model: the Pydantic model it was asked for with; None where a schema was.
        error: why there is none; "" where there is.
    """

    source: ExtractedRecord
    model: type[BaseModel] | None = None
    error: str = ""

    @property
    def document(self) -> str:
        """The file's path as it was given."""
        return self.source.document

    @property
    def record(self) -> dict[str, Any]:
        """The values as JSON has them; None where missing."""
        return self.source.record

    @property
    def fields(self) -> Mapping[str, ExtractedField]:
        """Every value with its place, by path: `fields["lines[0].amount"].boxes`."""
        return {field.path: field for field in self.source.fields}

    @property
    def value(self) -> T:
        """The record as the model, validated; as a dictionary where a schema was given.

        Raises:
            UsageError: something the model requires is missing, or the document failed.
        """
        if self.error:
            raise UsageError(f"{self.document}: {self.error}")
        if self.model is None:
            return self.record  # type: ignore[return-value]
        try:
            return self.model.model_validate(_given(self.record))  # type: ignore[return-value]
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors()
            )
            raise UsageError(
                f"{self.document}: the record does not fit the model ({faults})"
            ) from None

    def to_pandas(self) -> pd.DataFrame:
        """One row a value: path, value, status, page, quote, confidence, who reviewed it."""
        with needs("documents"):
            import pandas as pd

        rows = [
            {
                **field.model_dump(exclude={"boxes", "alternatives", "review"}),
                "reviewed_by": field.review.by if field.review else None,
                "document": self.document,
            }
            for field in self.source.fields
        ]
        return pd.DataFrame(rows)


class ExtractedRecords(Sequence[Extracted[T]]):
    """The records of several documents, in their order; of one document also its own record."""

    def __init__(self, items: Sequence[Extracted[T]]) -> None:
        self._items = list(items)

    @overload
    def __getitem__(self, at: int) -> Extracted[T]: ...
    @overload
    def __getitem__(self, at: slice) -> list[Extracted[T]]: ...
    def __getitem__(self, at: int | slice) -> Extracted[T] | list[Extracted[T]]:
        return self._items[at]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Extracted[T]]:
        return iter(self._items)

    @property
    def only(self) -> Extracted[T]:
        """The one record.

        Raises:
            UsageError: there are more, or none.
        """
        if len(self._items) != 1:
            raise UsageError(
                f"expected one record, there are {len(self._items)}; take one by number"
            )
        return self._items[0]

    @property
    def value(self) -> T:
        """The only record's value."""
        return self.only.value

    @property
    def fields(self) -> Mapping[str, ExtractedField]:
        """The only record's values with their places."""
        return self.only.fields

    @property
    def record(self) -> dict[str, Any]:
        """The only record's values as JSON has them."""
        return self.only.record

    def to_pandas(self) -> pd.DataFrame:
        """One row a document, one column a field; lists as lists."""
        with needs("documents"):
            import pandas as pd

        rows = [{"document": one.document, **_flat(one.record), "error": one.error} for one in self]
        return pd.DataFrame(rows)


def _given(value: Any) -> Any:
    """A record without what is missing, so that a model's defaults hold."""
    if isinstance(value, dict):
        return {name: _given(part) for name, part in value.items() if part is not None}
    return [_given(part) for part in value] if isinstance(value, list) else value


def _flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in record.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict):
            flat |= _flat(value, f"{path}.")
        else:
            flat[path] = value
    return flat
