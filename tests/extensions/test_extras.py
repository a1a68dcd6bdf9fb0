"""What an extra brings, and what is said where it is missing."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import import_module, metadata
from typing import Any, get_args

import pytest
from looktwice.errors import BadInput, MissingExtra, UsageError
from looktwice.extensions import extras
from looktwice.extensions.extras import PURPOSES, Extra, has, needs, not_installed, require

from ..wheel_kit import ROOT

FOR_DEVELOPERS = {"dev", "docs"}
OTHER_NAMES = {"all", "peers"}
"""Extras that only bring other extras."""


@pytest.fixture(scope="module")
def stated() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"": project["dependencies"], **project["optional-dependencies"]}


def brought(name: str, stated: dict[str, list[str]]) -> set[str]:
    """The packages an extra installs, those of extras it names among them."""
    found: set[str] = set()
    for text in stated[name]:
        if inner := re.fullmatch(r"looktwice\[(.*)\]", text):
            for other in inner[1].split(","):
                found |= brought(other, stated)
        else:
            found.add(re.split(r"[\[<>=~!; ]", text)[0].lower())
    return found


def without(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """As if these were not installed."""
    for module in modules:
        for name in [n for n in sys.modules if n == module or n.startswith(f"{module}.")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, module, None)


def test_every_extra_says_what_it_is_for(stated: dict[str, list[str]]) -> None:
    named = set(stated) - {""} - FOR_DEVELOPERS - OTHER_NAMES
    assert named == set(PURPOSES) == set(get_args(Extra)) == set(extras._SIGNS)


def test_all_brings_what_users_may_want(stated: dict[str, list[str]]) -> None:
    left_out = FOR_DEVELOPERS | OTHER_NAMES | {"", "gpu", "speech", "ray", "baselines"}
    wanted = set().union(*(brought(name, stated) for name in set(stated) - left_out))
    assert brought("all", stated) == wanted
    assert not wanted & (brought("ray", stated) | brought("baselines", stated))


@pytest.mark.parametrize("extra", PURPOSES)
def test_an_extra_is_known_by_what_it_brings_and_the_core_does_not(
    extra: Extra, stated: dict[str, list[str]]
) -> None:
    homes = metadata.packages_distributions()
    packages, core = brought(extra, stated), brought("", stated)
    for module in extras._SIGNS[extra]:
        of = {name.lower().replace("_", "-") for name in homes.get(module, ())}
        assert of <= packages if of else module.replace("_", "-") in packages, module
        assert not of & core, module


def test_what_is_there_is_imported() -> None:
    with needs("evals"):
        import jinja2
    assert jinja2.__name__ == "jinja2"
    assert has("evals")
    require("evals")


def test_what_is_not_there_is_said_with_the_command_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without(monkeypatch, "jinja2")
    assert not has("evals")
    with pytest.raises(MissingExtra) as required:
        require("evals")
    with pytest.raises(MissingExtra) as needed, needs("evals"):
        import jinja2.sandbox  # noqa: F401
    for error in (required.value, needed.value):
        assert isinstance(error, UsageError)
        assert error.extra == "evals"
        assert str(error) == "evaluations: not installed; run: pip install 'looktwice[evals]'"
        assert str(error) == not_installed("evals")
        assert error.__cause__ is None


def test_a_broken_library_and_a_lost_file_of_ours_stay_what_they_are() -> None:
    with pytest.raises(ImportError, match=r"libcudart\.so") as broken, needs("local"):
        raise ImportError("libcudart.so: cannot open shared object file")
    assert not isinstance(broken.value, ModuleNotFoundError)
    with pytest.raises(ModuleNotFoundError, match=r"looktwice\.nowhere"), needs("local"):
        import_module("looktwice.nowhere")


def test_a_heic_picture_costs_only_itself(monkeypatch: pytest.MonkeyPatch, store: Any) -> None:
    without(monkeypatch, "pillow_heif")
    with pytest.raises(BadInput, match=r"pip install 'looktwice\[documents\]'") as error:
        store.add(b"\0\0\0\x18ftypheic\0\0\0\0heicmif1")
    assert error.value.__cause__ is None
