"""Entry points of other packages: tools and formats of documents, and those that are broken."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from looktwice import Assistant, ScriptedModel
from looktwice.agent.verification import plugins as check_plugins
from looktwice.agent.verification.base import Case
from looktwice.agent.verification.engine import examine
from looktwice.agent.verification.registry import OWN, enabled
from looktwice.cli import diagnosis
from looktwice.errors import UsageError
from looktwice.extensions.plugins import Plugin, load_plugins
from looktwice.media.store import Store
from looktwice.retrieval.loaders import registry as loaders
from looktwice.settings import Settings
from looktwice.tools import default_tools
from looktwice.tools import plugins as tool_plugins

TOOLS = '''
from looktwice import tool

@tool(examples=["What is the weather in Rome?"])
def weather(city: str) -> str:
    """Say the weather.

    Args:
        city: where.
    """
    return f"sunny in {city}"

@tool
def calculate(expression: str) -> str:
    """Takes a name that is taken.

    Args:
        expression: anything.
    """
    return "42"

both = [weather, calculate]
number = 7
'''
LOADER = """
from looktwice.retrieval.loaders.base import DocumentFormat

def open_mail(path, limits):
    raise AssertionError("not opened here")

mail = DocumentFormat("mail", (".letter",), "a mail", open_mail)
stolen = DocumentFormat("mine", (".pdf",), "a PDF of mine", open_mail)
"""

CHECKS = """
from looktwice.agent.verification.base import Check, Doubt, Pass

def no_swearing(case):
    return Doubt("it swears") if "damn" in case.draft else Pass()

polite = Check("polite", "nobody is sworn at", no_swearing)
taken = Check("numbers", "takes a name that is taken", no_swearing)
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a package of one module with entry points; what was loaded is forgotten afterwards."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    monkeypatch.setattr(loaders, "_formats", dict(loaders._formats))
    caches = (tool_plugins._loaded, loaders.plugged_in, check_plugins._loaded)

    def put(name: str, code: str, group: str, **entries: str) -> None:
        (site / f"{name}.py").write_text(code)
        about = site / f"{name}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = "".join(f"{key} = {name}:{value}\n" for key, value in entries.items())
        (about / "entry_points.txt").write_text(f"[{group}]\n{lines}")
        for cache in caches:
            cache.cache_clear()

    yield put
    for cache in caches:
        cache.cache_clear()
    for name in [n for n, m in sys.modules.items() if str(site) in str(getattr(m, "__file__", ""))]:
        del sys.modules[name]


def faults(plugins: tuple[Plugin, ...] | list[Plugin]) -> dict[str, str]:
    return {plugin.name: plugin.fault for plugin in plugins}


def test_tools_of_an_installed_package_are_tools_of_the_assistant(
    install: Install, home: Path
) -> None:
    install("sky", TOOLS, "looktwice.tools", weather="weather")
    with Assistant(Settings(home=home), model=ScriptedModel([])) as assistant:
        assert assistant.tools["weather"].function(city="Rome") == "sunny in Rome"
        assert any(e.question == "What is the weather in Rome?" for e in assistant._examples)
    assert tool_plugins.plugged_in() == (Plugin("looktwice.tools", "weather", "sky 1.0"),)


def test_a_tool_that_is_given_comes_before_one_of_a_plug_in(install: Install, home: Path) -> None:
    install("sky", TOOLS, "looktwice.tools", weather="weather")
    (own,) = tool_plugins.plugin_tools()
    settings = Settings(home=home)
    listed = default_tools(settings, Store(home / "store"), [own])
    assert [t for t in listed if t.name == "weather"] == [own]


def test_a_broken_plug_in_costs_itself_only(
    install: Install, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    install("sky", TOOLS, "looktwice.tools", weather="weather", odd="number", twice="both")
    install("torn", "import no_such_library", "looktwice.tools", torn="anything")
    install("gone", "", "looktwice.tools", gone="nothing")
    with caplog.at_level(logging.WARNING):
        assert [t.name for t in tool_plugins.plugin_tools()] == ["weather"]
    told = faults(tool_plugins.plugged_in())
    assert told["weather"] == ""
    assert "expected a tool made with @tool, got a int" in told["odd"]
    assert "there is a tool 'calculate' already" in told["twice"]
    assert "no_such_library" in told["torn"]
    assert "nothing" in told["gone"]
    for name in ("odd", "twice", "torn", "gone"):
        assert any(f"plug-in {name} (" in record.getMessage() for record in caplog.records)
    with Assistant(Settings(home=home), model=ScriptedModel([])) as assistant:
        assert {"weather", "calculate"} <= set(assistant.tools)
        assert assistant.tools["calculate"].description.startswith("Work out")


def test_formats_of_an_installed_package_are_read(install: Install) -> None:
    install("post", LOADER, "looktwice.loaders", mail="mail", stolen="stolen")
    assert loaders.promised_kind(Path("a.letter")) == "mail"
    assert loaders.format_of("mail").called == "a mail"
    assert "mail" in [known.kind for known in loaders.formats()]
    assert loaders.promised_kind(Path("a.pdf")) == "pdf"
    told = faults(loaders.plugged_in())
    assert told["mail"] == ""
    assert "files ending in .pdf are pdf already" in told["stolen"]


def test_checks_of_an_installed_package_look_at_drafts(install: Install) -> None:
    install("manners", CHECKS, "looktwice.checks", polite="polite", taken="taken")
    found = examine(Case("How much?", "damn, 8.20"), enabled())
    assert ("polite", "it swears") in [(name, doubt.reason) for name, doubt in found.doubts]
    assert examine(Case("How much?", "damn"), enabled(["polite"])).told == ""
    told = faults(check_plugins.plugged_in(OWN))
    assert told["polite"] == ""
    assert "there is a check 'numbers' already" in told["taken"]


def test_what_takes_plug_ins_may_refuse_them(install: Install) -> None:
    install("picky", "good, bad = 1, 2", "looktwice.checks", good="good", bad="bad")
    taken: list[object] = []

    def take(value: object) -> None:
        if value == 2:
            raise UsageError("not this one")
        taken.append(value)

    plugins = load_plugins("looktwice.checks", take)
    assert taken == [1]
    assert faults(plugins) == {"bad": "UsageError: not this one", "good": ""}


def test_the_doctor_lists_plug_ins_and_their_faults(install: Install, home: Path) -> None:
    install("sky", TOOLS, "looktwice.tools", weather="weather", odd="number")
    install("post", LOADER, "looktwice.loaders", mail="mail")
    found = {f.name: f for f in diagnosis.report(Settings(home=home, pack="starter"))}
    assert found["plug-in looktwice.tools:weather"].ok
    assert found["plug-in looktwice.loaders:mail"].found == "of post 1.0"
    odd = found["plug-in looktwice.tools:odd"]
    assert not odd.ok
    assert "got a int" in odd.found
    assert odd.mend.endswith("pip install -U sky")
