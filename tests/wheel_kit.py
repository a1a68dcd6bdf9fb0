"""The wheel, built offline from a copy of the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import looktwice

ROOT = Path(looktwice.__file__).parent


def build_wheel(into: Path) -> Path:
    """Build in a folder; the file."""
    copy = into / "source"
    leave = shutil.ignore_patterns(
        ".*", "__pycache__", "build", "dist", "runs", "*.egg-info", "node_modules"
    )
    shutil.copytree(ROOT, copy, ignore=leave)
    # No isolation: that would fetch setuptools from the network.
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (file,) = (copy / "dist").glob("*.whl")
    return file
