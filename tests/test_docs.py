"""What the pages say is true: their code runs, their commands, settings, files and links exist."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import looktwice
import pytest
from looktwice.agent.batch.tasks import BatchTask
from looktwice.agent.extraction.records.schemas.sources import load_schema
from looktwice.cli.app import app
from looktwice.evals.suites import SUITES
from looktwice.evals.task import Task as SuiteTask
from looktwice.extensions.plugins import Group
from looktwice.schema import ExtractedField
from looktwice.settings import Settings
from pydantic import BaseModel
from typer.main import get_command

from .pages_kit import (
    ROOT,
    Block,
    anchors,
    blocks,
    generated,
    links,
    pages,
    prose,
    resolve,
)
from .test_layers import LAYERS

WEIGHTS = "needs weights"
ELSEWHERE = re.compile(r"executed by (tests/\S+)")
LANGUAGES = {"python", "sh", "json", "toml", "text"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_there_is_something_to_hold_to() -> None:
    assert len(pages()) > 20
    assert {block.language for block in blocks()} == LANGUAGES


# --- Python -------------------------------------------------------------------------------------


def here(block: Block) -> bool:
    return not ELSEWHERE.search(block.mark)


RUN_HERE = list({b.code: b for b in blocks("python") if here(b)}.values())
"""Each once, on however many pages it stands."""
PLAIN = [b for b in RUN_HERE if b.mark != WEIGHTS]
WITH_WEIGHTS = [b for b in RUN_HERE if b.mark == WEIGHTS]


def run_block(block: Block, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run it as a program of its own, in a folder that holds the samples."""
    (folder / "samples").symlink_to(ROOT / "samples", target_is_directory=True)
    monkeypatch.chdir(folder)
    exec(compile(block.code, str(block), "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("block", PLAIN, ids=str)
def test_python_runs(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not block.mark
    run_block(block, tmp_path, monkeypatch)


@pytest.mark.weights
@pytest.mark.usefixtures("warm_model")
@pytest.mark.parametrize("block", WITH_WEIGHTS, ids=str)
def test_python_that_asks_runs(
    block: Block,
    tmp_path: Path,
    starter_settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LOOKTWICE_HOME", str(starter_settings.home))
    monkeypatch.setenv("LOOKTWICE_PACK", "starter")
    monkeypatch.setenv("LOOKTWICE_OFFLINE", "1")
    run_block(block, tmp_path, monkeypatch)
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("block", [b for b in blocks("python") if not here(b)], ids=str)
def test_python_run_elsewhere_is_known_there(block: Block) -> None:
    match = ELSEWHERE.search(block.mark)
    assert match
    assert Path(block.page).name in (ROOT / match[1]).read_text(encoding="utf-8")


# --- the shell ----------------------------------------------------------------------------------


def calls() -> list[tuple[str, list[str]]]:
    """Every line of every shell block: where it stands, and its words."""
    found = []
    for block in blocks("sh"):
        for number, line in enumerate(block.code.splitlines(), block.line + 1):
            if words := shlex.split(line, comments=True):
                found.append((f"{block.page}:{number}", words))
    return found


def check_looktwice(words: list[str]) -> None:
    """Parse as the program would, up to where it would begin to work."""
    command, path = get_command(app), ["looktwice"]
    while hasattr(command, "commands"):
        assert words[0] in command.commands, f"{' '.join(path)} has no command {words[0]!r}"
        path.append(words[0])
        command, words = command.commands[words[0]], words[1:]
    command.make_context(" ".join(path), list(words))


def check_make(words: list[str]) -> None:
    for target in (word for word in words if "=" not in word):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), f"no target {target}"


def check_pip(words: list[str]) -> None:
    assert words[0] in ("install", "download"), words
    for word in words[1:]:
        for extra in re.findall(r"\[([\w,]+)\]", word):
            assert set(extra.split(",")) <= set(PROJECT["optional-dependencies"]), extra


def check_docker(words: list[str]) -> None:
    """Files that are named exist; what a container is told to do is a command of ours."""
    for option, name in itertools.pairwise(words):
        assert option != "--file" or (ROOT / name).is_file(), name
    if words[0] == "run":
        image = next(at for at, word in enumerate(words) if word.startswith("looktwice:cpu"))
        check_looktwice(words[image + 1 :])


def check_systemd(words: list[str]) -> None:
    assert (ROOT / "deploy" / "systemd" / f"{words[-1]}.service").is_file(), words


def check_python(words: list[str]) -> None:
    if words[0] == "-c":
        compile(words[1], "a command of the documentation", "exec")
    elif words[0] == "-m":
        assert words[1] in {"benchmarks", "venv", "pytest", "looktwice"}, words
    else:
        assert (ROOT / words[0]).is_file(), words[0]


PROGRAMS: dict[str, Callable[[list[str]], None]] = {
    "looktwice": check_looktwice,
    "make": check_make,
    "pip": check_pip,
    "python": check_python,
    "docker": check_docker,
    "systemctl": check_systemd,
    "git": lambda words: None,
    "cd": lambda words: None,
    "source": lambda words: None,
}


@pytest.mark.parametrize(("place", "words"), calls(), ids=lambda v: v if isinstance(v, str) else "")
def test_commands_and_their_options_exist(place: str, words: list[str]) -> None:
    while re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]  # variables are looked at below
    program = Path(words[0]).name
    assert program in PROGRAMS, f"{place}: {program}: say in PROGRAMS how to check it"
    PROGRAMS[program](words[1:])


def test_commands_that_do_not_exist_are_noticed() -> None:
    with pytest.raises(AssertionError, match="no command"):
        check_looktwice(["no-such"])
    with pytest.raises(Exception, match="--no-such"):
        check_looktwice(["ask", "Why?", "--no-such"])


def test_suites_named_in_commands_exist() -> None:
    named = {
        words[3]
        for _, words in calls()
        if words[:2] == ["looktwice", "eval"] and words[2] in ("run", "ablate")
    }
    assert named
    assert {name for name in named if ":" not in name} <= set(SUITES)


# --- values -------------------------------------------------------------------------------------


OF_A_PACKAGE = "a package's pyproject.toml"


@pytest.mark.parametrize("block", [b for b in blocks("toml") if b.mark != OF_A_PACKAGE], ids=str)
def test_settings_files_are_accepted(block: Block, home: Path) -> None:
    (home / "looktwice.toml").write_text(block.code, encoding="utf-8")
    assert Settings.load(home=home).model_fields_set >= set(tomllib.loads(block.code))


def test_entry_points_on_pages_are_of_groups_that_are_read() -> None:
    projects = [tomllib.loads(b.code)["project"] for b in blocks("toml") if b.mark == OF_A_PACKAGE]
    groups = {group for project in projects for group in project["entry-points"]}
    assert groups
    assert groups <= set(get_args(Group))


KINDS: dict[str, type[BaseModel]] = {
    "tasks": BatchTask,
    "suite": SuiteTask,
    "record": ExtractedField,
}


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_is_what_it_says(block: Block) -> None:
    if block.mark == "schema":
        load_schema(json.loads(block.code))
        return
    kind = KINDS[block.mark]
    for line in block.code.splitlines():
        kind.model_validate(json.loads(line))


def paths_of_settings(model: type[BaseModel] = Settings, group: str = "") -> set[str]:
    """Every setting and every group of them: "limits", "limits.rounds" ..."""
    found = set()
    for name, field in model.model_fields.items():
        found.add(group + name)
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= paths_of_settings(kind, f"{group}{name}.")
    return found


def test_settings_named_anywhere_exist() -> None:
    known = {"LOOKTWICE_" + path.upper().replace(".", "__") for path in paths_of_settings()}
    for page, text in pages().items():
        named = set(re.findall(r"LOOKTWICE_[A-Z_]*[A-Z]", text))
        assert named <= known, (page, named - known)
        groups = "|".join(path for path in paths_of_settings() if "." not in path)
        dotted = set(re.findall(rf"`((?:{groups})\.[a-z_]+)`", text))
        files = {name for name in dotted if name.endswith((".py", ".db", ".ipynb"))}
        assert dotted - files <= paths_of_settings(), page


# --- files and links ----------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "target"), links(), ids=lambda v: str(v))
def test_links_resolve(page: str, target: str) -> None:
    path, anchor = resolve(page, target)
    if page.startswith("docs/"):
        assert path.startswith("docs/"), "a page of the site cannot link to a file outside it"
        assert (ROOT / path).is_file() or path in generated()
    else:
        assert (ROOT / path).exists()
    if anchor:
        assert anchor in anchors(path)


def test_files_named_in_backticks_exist() -> None:
    tops = {p.name for p in ROOT.iterdir() if p.is_dir()} - {"runs"}  # what commands leave behind
    for page, text in pages().items():
        for name in re.findall(r"`([\w.-]+/[\w./-]*)`", prose(text)):
            if name.split("/")[0] in tops:
                assert (ROOT / name).exists(), f"{page} names {name}"
        if page not in generated() and page != "examples/README.md":
            bare = set(re.findall(r"`(\w+\.(?:py|md|toml))`", prose(text))) - {"looktwice.toml"}
            assert {name for name in bare if not (ROOT / name).exists()} == set(), page


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]
    named = re.findall(r": ([\w/-]+\.md)$", navigation, re.MULTILINE)
    assert sorted(f"docs/{name}" for name in named) == sorted(
        p for p in pages() if p.startswith("docs/")
    )


# --- what is written twice ----------------------------------------------------------------------


def test_the_nodes_are_those_of_the_graph() -> None:
    text = pages()["docs/architecture.md"]
    listed = re.findall(r"^- \*\*(\w+)\*\* ", text, re.MULTILINE)
    drawn = re.findall(r'fill="#1a237e">(\w+)<', generated()["docs/images/graph.svg"])
    assert listed == drawn


def test_the_layers_are_those_that_are_tested() -> None:
    text = pages()["docs/architecture.md"].partition("## The layers")[2].partition("\n## ")[0]
    rows = [set(re.findall(r"`(\w+)`", row)) for row in re.findall(r"^\| (`.*?) \|", text, re.M)]
    product = [set(layer) for layer in LAYERS if not layer & {"__main__"}]
    assert rows == product[::-1]


def test_every_setting_is_listed_with_its_meaning() -> None:
    text = generated()["docs/reference/settings.md"]
    rows = re.findall(r"^\| `([\w.]+)` \| `(.*?)` \| (.*?) ?\|$", text, re.MULTILINE)
    groups = {path.partition(".")[0] for path in paths_of_settings() if "." in path}
    assert {name.removeprefix("general.") for name, _, _ in rows} >= paths_of_settings() - groups
    assert [name for name, _, meaning in rows if not meaning.strip()] == []


def test_every_command_is_listed_with_its_options() -> None:
    text = generated()["docs/reference/commands.md"]
    assert "## looktwice index add\n" in text
    assert "`--retry-failed`" in text
    command: Any = get_command(app)
    for name in command.commands:
        assert re.search(rf"^## looktwice {name}\b", text, re.MULTILINE), name


def test_every_public_name_is_listed_with_its_docstring() -> None:
    text = generated()["docs/reference/api.md"]
    listed = re.findall(r"^::: looktwice\.[\w.]+\.(\w+)$", text, re.MULTILINE)
    assert sorted(listed) == sorted(looktwice.__all__)
    # Not every name is a class: an alias of types has no docstring of its own.
    classes = [n for n in listed if isinstance(getattr(looktwice, n), type)]
    assert [n for n in classes if not (getattr(looktwice, n).__doc__ or "").strip()] == []


# --- the site -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "WARNING" not in done.stderr
    assert list((tmp_path / "site").rglob("*.py")) == []
    built = {p.relative_to(tmp_path / "site").as_posix() for p in tmp_path.rglob("*.html")}
    wanted = {
        p.removeprefix("docs/").replace(".md", ".html") for p in pages() if p.startswith("docs/")
    }
    assert built - {"404.html"} == wanted
    for name in built:
        html = (tmp_path / "site" / name).read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|link|img|iframe)[^>]*"(?:https?:)?//[^"]*"', html), name
