"""How weights stand on this machine: verified, present, missing or damaged; looking changes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..settings import Settings
from . import integrity
from .packs import packs_with
from .registry import CATALOGUE, weight_named
from .resolve import names_in
from .sources import File, Hub, Weight

Status = Literal["verified", "present", "missing", "damaged"]


@dataclass(frozen=True)
class WeightState:
    """How a weight stands on this machine.

    Attributes:
        packs: the packs it belongs to.
        size: bytes in all; None for a hub repository that was never fetched.
        status: "present" is there and not yet checked since it was last changed.
        detail: what is wrong, or "".
    """

    name: str
    packs: tuple[str, ...]
    purpose: str
    licence: str
    homepage: str
    size: int | None
    status: Status
    path: Path
    detail: str = ""


def folder_of(weight: Weight, settings: Settings) -> Path:
    """Where a weight's files, its record and what is made from them lie."""
    return settings.weights_dir / re.sub(r"[^\w.-]+", "--", weight.name)


def check_weight(weight: Weight, settings: Settings, hashing: integrity.Hashing) -> WeightState:
    """How one weight stands, with as many of its files read in full as `hashing` says."""
    folder = folder_of(weight, settings)
    record = integrity.read_record(folder) if isinstance(weight.source, Hub) else {}
    base = Path(record.get("snapshot", folder))
    files = _expected(weight, record)
    found = integrity.check(base, files, folder, hashing)
    return WeightState(
        name=weight.name,
        packs=packs_with(weight.name),
        purpose=weight.purpose,
        licence=weight.licence,
        homepage=weight.homepage,
        size=sum(file.size for file in files) if files else None,
        status=_status(found) if files else "missing",
        path=base,
        detail=_detail(found, len(files)),
    )


def _expected(weight: Weight, record: dict[str, Any]) -> tuple[File, ...]:
    """The files a weight should have: as pinned, or as the hub first gave them."""
    if not isinstance(weight.source, Hub):
        return weight.source
    stamps = record.get("files", {})
    if not stamps:
        return tuple(File(*pin) for pin in weight.source.pins)
    return tuple(File(name, stamp["size"], stamp["sha256"]) for name, stamp in stamps.items())


def _status(found: integrity.IntegrityReport) -> Status:
    if any(fault != "missing" for fault in found.faults.values()):
        return "damaged"
    if found.faults:
        return "missing"
    return "present" if found.unchecked else "verified"


def _detail(found: integrity.IntegrityReport, files: int) -> str:
    if len(found.faults) == files and set(found.faults.values()) == {"missing"}:
        return ""  # nothing is there yet: no need to list every file
    return "; ".join(f"{name} {fault}" for name, fault in found.faults.items())


def states(settings: Settings) -> list[WeightState]:
    """How every weight of the catalogue stands, without reading the files' contents."""
    return [state_of(weight.name, settings) for weight in CATALOGUE.values()]


def state_of(name: str, settings: Settings) -> WeightState:
    """How one weight stands, without reading its files' contents.

    Raises:
        UsageError: there is no such weight.
    """
    return check_weight(weight_named(name), settings, "never")


def verify(settings: Settings, pack: str) -> list[WeightState]:
    """Hash every file of a pack (or of one weight) again; finds damage that left no other trace."""
    chosen = [weight_named(name) for name in names_in(pack, settings)]
    for weight in chosen:
        integrity.remove_damaged(folder_of(weight, settings))
    return [check_weight(weight, settings, "always") for weight in chosen]
