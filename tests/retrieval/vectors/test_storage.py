"""Where the disk is full or files run out, it is said in words, and the vectors are still there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from looktwice.errors import LooktwiceError
from looktwice.retrieval.vectors.storage import FolderStorage, VectorsDamaged, plainly

LITTLE = """
import os, resource, signal, sys
import chromadb
from pathlib import Path
from looktwice.errors import LooktwiceError
from looktwice.retrieval.vectors.storage import FolderStorage, VectorsDamaged
kind, most = sys.argv[2], int(sys.argv[3])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
most += len(os.listdir("/proc/self/fd")) if kind == "NOFILE" else 0
resource.setrlimit(getattr(resource, "RLIMIT_" + kind), (most, 2**30 if kind == "FSIZE" else 4096))
storage = FolderStorage(Path(sys.argv[1]))
try:
    storage.open()
except VectorsDamaged as error:
    print("damaged:", error)
except LooktwiceError as error:
    print("told:", error)
except BaseException as error:
    print("raw:", type(error).__name__, error)
else:
    print("open")
"""


def with_little(path: Path, kind: str, most: int) -> str:
    """What opening the vectors says in a process that has little of something."""
    command = [sys.executable, "-c", LITTLE, str(path), kind, str(most)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limits")
@pytest.mark.parametrize(
    ("kind", "most"),
    [("NOFILE", 2), ("NOFILE", 4), ("NOFILE", 7), ("NOFILE", 9), ("FSIZE", 20_000)],
)
def test_too_little_of_something_is_told_and_nothing_is_lost(
    tmp_path: Path, kind: str, most: int
) -> None:
    path = tmp_path / "vectors"
    said = with_little(path, kind, most)
    assert said.startswith("told:")
    assert "cannot be used now" in said
    assert "nothing is lost" in said
    storage = FolderStorage(path)
    storage.open()
    storage.close()


def test_a_client_that_could_not_be_made_is_told() -> None:
    with pytest.raises(LooktwiceError, match="cannot be used now") as caught, plainly("here"):
        raise AttributeError("'RustBindingsAPI' object has no attribute 'bindings'")
    assert not isinstance(caught.value, VectorsDamaged)


def test_mistakes_of_ours_and_stops_stay_what_they_are() -> None:
    with pytest.raises(KeyboardInterrupt), plainly("here"):
        raise KeyboardInterrupt
    with pytest.raises(AttributeError, match="lines"), plainly("here"):
        raise AttributeError("'Page' object has no attribute 'lines'")
