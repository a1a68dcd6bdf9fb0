"""Finding the files to add: folders are walked, links that lead in circles are told of, not followed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .registry import promised_kind

__all__ = ["FoundFile", "Walk"]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to add; `hint` is its name: relative to the folder that was given."""

    path: Path
    hint: str


@dataclass
class Walk:
    """One walk over files and folders.

    Attributes:
        failed: what could not be looked into, with the reason.
        skipped: how many files are of no known kind.
    """

    paths: Sequence[Path]
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
        entered = {os.path.realpath(root)}
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
                entered.add(real)
                kept.append(name)
            folders[:] = kept
            for name in sorted(names):
                path = Path(folder, name)
                if name.startswith(".") or promised_kind(path) is None:
                    self.skipped += not name.startswith(".")
                else:
                    yield FoundFile(path, path.relative_to(root).as_posix())

    def _unreadable(self, error: OSError) -> None:
        self.failed.append((str(error.filename), error.strerror or str(error)))
