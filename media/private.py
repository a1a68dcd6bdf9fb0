"""Files that only their owner may read: questions, pictures and documents are nobody else's business.

What is there already keeps its permissions, save in the user's own data folder, which is mended at
start: who shares an index with a group has given it others on purpose.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

__all__ = ["make_private", "mend_home", "private_file"]

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_DATABASES = ("*.db", "*.db-wal", "*.db-shm", "looktwice.toml")


def make_private(folder: Path) -> None:
    """Make a folder that only its owner may enter, with its parents, where there is none.

    Raises:
        OSError: it cannot be made.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
    if not folder.is_dir():
        folder.mkdir(mode=0o700)  # says what is in the way


def private_file(path: Path) -> None:
    """Make an empty file that only its owner may read, where there is none.

    Raises:
        OSError: it cannot be made.
    """
    make_private(path.parent)
    path.touch(mode=0o600)


def mend_home(home: Path) -> None:
    """Take from other accounts what earlier versions left open to them; nothing else is touched.

    Args:
        home: the user's data folder. The weights in it keep their permissions, and so does a folder
            of somebody else, or one that all may write to.
    """
    if os.name != "posix" or not home.is_dir():
        return
    _close(home)
    for pattern in _DATABASES:
        for path in home.glob(pattern):
            _close(path)
    for name in ("store", "uploads"):
        _close(home / name)


def _close(path: Path) -> None:
    with contextlib.suppress(OSError):  # what cannot be mended can still be used
        status = path.stat()
        mode = stat.S_IMODE(status.st_mode)
        own = status.st_uid == os.getuid() and not mode & stat.S_ISVTX
        if own and mode & _OTHERS and not path.is_symlink():
            path.chmod(mode & ~_OTHERS)
