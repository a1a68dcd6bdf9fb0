"""A record as the answer that servers, batches and the page know."""

from __future__ import annotations

import json

from .....schema import Answer, ExtractedRecord, Status
from ....budget import Meter
from ..schemas.fields import RecordSpec
from .assembly import valid


def answer_of(
    spec: RecordSpec,
    record: ExtractedRecord,
    meter: Meter,
    model: str,
    pack: str,
    seconds: float,
) -> Answer:
    """An answer of the form "record": its text is the record as JSON that its schema allows.

    "partial" where something is unsure or does not fit together, "declined" where nothing was found.
    """
    known = [field for field in record.fields if field.status != "missing"]
    return Answer(
        question="",
        text=json.dumps(valid(spec, record.record), ensure_ascii=False),
        status=status_of(record),
        confidence=sum(field.confidence for field in known) / len(known) if known else 0.0,
        stop_reason="accepted" if known else "unsupported",
        usage=meter.usage().model_copy(update={"total_seconds": round(seconds, 3)}),
        model=model,
        pack=pack,
        form="record",
        records=(record,),
    )


def status_of(record: ExtractedRecord) -> Status:
    """Where something is unsure or does not fit together "partial", where nothing was found "declined"."""
    statuses = {field.status for field in record.fields}
    if statuses <= {"missing"}:
        return "declined"
    return "partial" if "unsure" in statuses or record.doubts else "answered"
