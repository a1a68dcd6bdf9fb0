"""The pages a reader meets (README, CONTRIBUTING, docs/), cut into what tests can hold them to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from looktwice.docs.generated import pages as written_by_the_program

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

_FENCE = re.compile(
    r"(?:^<!-- ([^\n]*) -->\n)?^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        mark: the comment in the line above, which says what the block needs.
    """

    page: str
    line: int
    language: str
    code: str
    mark: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@cache
def generated() -> dict[str, str]:
    """What the program itself writes, by path from the root."""
    return {f"docs/{path}": text for path, text in written_by_the_program().items()}


@cache
def pages() -> dict[str, str]:
    """Every page as text, by its path from the root."""
    written = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "examples/README.md")]
    written += sorted(DOCS.rglob("*.md"))
    texts = {p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8") for p in written}
    return texts | {path: text for path, text in generated().items() if path.endswith(".md")}


def blocks(*languages: str) -> list[Block]:
    """Every block in one of these languages; all blocks for none."""
    found = [block for page, text in pages().items() for block in _cut(page, text)]
    return [block for block in found if not languages or block.language in languages]


def _cut(page: str, text: str) -> Iterator[Block]:
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        yield Block(page, line, match[2], match[3], match[1] or "")


def prose(text: str) -> str:
    """A page without its blocks."""
    return _FENCE.sub("", text)


def links() -> list[tuple[str, str]]:
    """Page and target of every link that stays in the repository."""
    found = [
        (page, target) for page, text in pages().items() for target in _LINK.findall(prose(text))
    ]
    return [(page, target) for page, target in found if not re.match(r"\w+:", target)]


def resolve(page: str, target: str) -> tuple[str, str]:
    """The file a link means, by its path from the root, and the anchor in it."""
    path, _, anchor = target.partition("#")
    if not path:
        return page, anchor
    parts: list[str] = []
    for part in (PurePosixPath(page).parent / path).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts), anchor


def anchors(page: str) -> set[str]:
    """Names of a page's headings, as GitHub and MkDocs make them."""
    plain = [
        re.sub(r"[^\w\s-]", "", h).strip().lower() for h in _HEADING.findall(prose(pages()[page]))
    ]
    return {re.sub(r"\s", "-", heading) for heading in plain}
