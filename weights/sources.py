"""Where a weight's files come from: parts of packages of a Python package index, or a hub repository."""

from __future__ import annotations

from dataclasses import dataclass


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
