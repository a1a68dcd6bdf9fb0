"""Finding the files to add: folders are walked; links that lead in circles or out of a folder, pipes and
devices are told of, not followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .registry import promised_kind

__all__ = ["FoundFile", "Walk"]

NOT_REGULAR = "is not a regular file (a pipe, a device or a socket); leave it out"
_HOW_TO_FOLLOW = "add what it leads to, or set LOOKTWICE_DOCUMENTS__FOLLOW_LINKS=true"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to add; `hint` is its name: relative to the folder that was given."""

    path: Path
    hint: str


@dataclass
class Walk:
    """One walk over files and folders.

    Attributes:
        follow_links: whether links in a folder may lead out of it.
        archives: whether ZIP archives in a folder are read.
        failed: what could not be looked into, with the reason.
        skipped: how many files are of no known kind.
    """

    paths: Sequence[Path]
    follow_links: bool = False
    archives: bool = False
    failed: list[tuple[str, str]] = field(default_factory=list)
    skipped: int = 0

    def files(self) -> Iterator[FoundFile]:
        """Every file once, folders in order; a file that was named is tried whatever it is called."""
        seen: set[Path] = set()
        for path in self.paths:
            path = Path(os.path.abspath(path.expanduser()))
            found = self._inside(path) if path.is_dir() else [FoundFile(path, path.name)]
            for one in found:
                if one.path not in seen:
                    seen.add(one.path)
                    yield one

    def _inside(self, root: Path) -> Iterator[FoundFile]:
        top = os.path.realpath(root)
        entered = {top}
        for folder, folders, names in os.walk(root, onerror=self._unreadable, followlinks=True):
            kept = []
            for name in sorted(folders):
                real = os.path.realpath(os.path.join(folder, name))
                if name.startswith("."):
                    continue
                if real in entered:
                    reason = f"leads back to {real}, which is read already"
                    self.failed.append((os.path.join(folder, name), reason))
                    continue
                if not self._may_be_followed(real, top, os.path.join(folder, name)):
                    continue
                entered.add(real)
                kept.append(name)
            folders[:] = kept
            for name in sorted(names):
                path = Path(folder, name)
                if name.startswith(".") or not self._is_known(path):
                    self.skipped += not name.startswith(".")
                elif self._is_file_inside(path, top):
                    yield FoundFile(path, path.relative_to(root).as_posix())

    def _is_known(self, path: Path) -> bool:
        archive = self.archives and path.suffix.lower() == ".zip"
        return archive or promised_kind(path) is not None

    def _is_file_inside(self, path: Path, top: str) -> bool:
        """Whether a file of a folder may be read; what is none and is not gone is told of."""
        real = os.path.realpath(path)
        if not self._may_be_followed(real, top, str(path)):
            return False
        regular = os.path.isfile(real) or not os.path.exists(real)  # who reads it says it is gone
        if not regular:
            self.failed.append((str(path), NOT_REGULAR))
        return regular

    def _may_be_followed(self, real: str, top: str, name: str) -> bool:
        inside = self.follow_links or Path(real).is_relative_to(top)
        if not inside:
            self.failed.append((name, f"is a link out of the folder, to {real}; {_HOW_TO_FOLLOW}"))
        return inside

    def _unreadable(self, error: OSError) -> None:
        self.failed.append((str(error.filename), error.strerror or str(error)))
