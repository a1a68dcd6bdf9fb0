"""The README is true and complete; that its code runs is shown in test_docs.py."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from looktwice.weights.registry import CATALOGUE

from .pages_kit import ROOT, blocks, pages

README = pages()["README.md"]


def test_its_python_asks_and_adds_a_tool() -> None:
    python = [b for b in blocks("python") if b.page == "README.md"]
    assert len(python) == README.count("```python") == 2
    assert all(b.mark == "needs weights" for b in python)


def test_pictures_and_links_exist() -> None:
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert targets
    assert [t for t in targets if not (ROOT / t).exists()] == []


def test_the_folder_tree_is_the_real_one() -> None:
    named = set(re.findall(r"^(\w+)/ ", README, re.MULTILINE))
    real = {p.name for p in ROOT.iterdir() if (p / "__init__.py").exists()}
    assert named == real | {"deploy", "docs", "examples", "samples", "tests"}


def test_every_command_group_is_on_some_page() -> None:
    from looktwice.cli.app import app
    from typer.main import get_command

    written = "\n".join(text for page, text in pages().items() if "reference" not in page)
    commands: Any = get_command(app)
    for name in commands.commands:
        assert f"looktwice {name}" in written, name
    for name in commands.commands["models"].commands:
        assert f"looktwice models {name}" in written, name


def test_no_licence_is_left_out() -> None:
    listed = pages()["docs/reference/weights.md"]
    for weight in CATALOGUE.values():
        (row,) = re.findall(rf"^\| \[{re.escape(weight.name)}\].*$", listed, re.MULTILINE)
        assert weight.licence in row
    short = README[README.index("## Packs and licences") :]
    # What most of them are is said once; what differs is said by name.
    assert "Apache-2.0" in short
    for weight in CATALOGUE.values():
        if weight.licence != "Apache-2.0":
            family = re.split(r"[-x]", weight.name)[0]
            assert family.lower() in short.lower(), weight.name
            assert weight.licence.partition(" (")[0] in short, weight.name


def test_every_picture_of_the_docs_is_shown_somewhere() -> None:
    shown = "\n".join(pages().values())
    unused = [
        p.name
        for p in Path(ROOT / "docs").iterdir()
        if p.suffix in (".png", ".webp") and p.name not in shown
    ]
    assert unused == []
