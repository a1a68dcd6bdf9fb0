"""The folder behind a local Chroma, kept so that kills, crowds and deletions do no harm.

Chroma keeps two things: a SQLite file with a log of the vectors written, and for each collection a
graph (HNSW) in four binary files and a map. It writes the graph in place, forgets the log behind it,
checks neither when it loads (half a file gives wrong neighbours without a word, or ends the
process), and lets every process that opens the folder write to it. So here:

- the log is never forgotten (`keep_log`), which makes the graph a copy that can be thrown away;
- how the graph's files look is noted after every change (`seal`); files that look otherwise at the
  next opening are dropped (`repair`), and Chroma builds them again from the log;
- a change holds a lock, and who only reads works on a copy taken under that lock (`vectors_copy`);
- what was deleted leaves the log as well when it is asked to (`scrub`).

Two SQLite libraries of one process undo each other's locks on a file, so all but `seal`, which only
reads and while nothing else goes on, want no Chroma of this process on the folder.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

from filelock import FileLock, Timeout

from ...errors import UsageError
from .files import Look, alike, checksum, clear_unused, flush, look_of, write_safely

DATABASE = "chroma.sqlite3"
SEAL = "graph.json"
_LOCK = "changes.lock"
_TURN = "waiting.lock"
_POLL = 0.005
_PATIENCE = 60.0
"""Seconds to wait for a change that another process is making; each takes well under one."""
_GRAPH = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What Chroma calls the folder of a graph."""
_DELETED = 3
"""Chroma's code for a deletion in its log."""

log = logging.getLogger(__name__)


class _Seal(TypedDict):
    """What is noted of the graphs: their files, and how far in the log each is."""

    files: dict[str, Look]
    reached: dict[str, int]


class Folder:
    """One local Chroma folder.

    Args:
        path: need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def stamp(self) -> tuple[int, int]:
        """Differs after every change; without opening the file, which would undo Chroma's locks."""
        with contextlib.suppress(FileNotFoundError):
            found = (self.path / DATABASE).stat()
            return found.st_mtime_ns, found.st_size
        return 0, 0

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Nobody else changes or copies the folder meanwhile.

        Raises:
            UsageError: another process holds it, and goes on doing so for a minute.
        """
        lock = FileLock(self.path / _LOCK, timeout=_PATIENCE, poll_interval=_POLL)
        # Who waits for the lock holds the turn, so that one who takes the lock again and again, as
        # a busy writer does, has to let the others in between.
        turn = FileLock(self.path / _TURN, timeout=_PATIENCE, poll_interval=_POLL)
        try:
            with turn:
                lock.acquire()
        except Timeout:
            raise UsageError(
                f"{self.path}: another process is changing these vectors; wait for it, or if a "
                "server has them (`looktwice index serve`), give its address with --store"
            ) from None
        try:
            yield
        finally:
            lock.release()

    def repair(self) -> bool:
        """Drop a graph whose files are not as they were left; True if it was dropped.

        A folder whose log was not kept from the start (somebody else's) is left alone.
        """
        if not self.keeps_log() or self._sealed():
            return False
        log.warning("%s: the vectors' graph was left unfinished and is built again", self.path)
        self.drop_graph()
        return True

    def drop_graph(self) -> None:
        """Forget the graph; Chroma builds it again from the log when it is next used."""
        (self.path / SEAL).unlink(missing_ok=True)
        with self._database() as database:
            database.execute(
                "DELETE FROM max_seq_id WHERE segment_id IN "
                "(SELECT id FROM segments WHERE scope = 'VECTOR')"
            )
        for folder in self.graphs():
            shutil.rmtree(folder)

    def seal(self, orderly: bool = False) -> None:
        """Note how the graph's files look now, once they are safe from a power loss.

        Args:
            orderly: also note their checksums, by which they are known again when copied.
        """
        for graph in self.graphs():
            clear_unused(graph)
        before = self._noted()
        now = _Seal(files=self._looks(), reached=self._reached())
        for name, look in now["files"].items():
            old = before["files"].get(name)
            if old is not None and alike(old, look):
                look["crc"] = old["crc"]
            else:
                flush(self.path / name, os.O_RDWR)
            if orderly and look["crc"] is None:
                look["crc"] = checksum(self.path / name)
        if now == before:
            return
        for folder in (*self.graphs(), self.path):
            with contextlib.suppress(PermissionError):  # Windows opens no folder
                flush(folder, os.O_RDONLY)
        write_safely(self.path / SEAL, json.dumps(now))

    def keep_log(self) -> None:
        """Have Chroma keep vectors in its log after they are in the graph; only where it is empty."""
        wanted = {"automatically_purge": False, "_type": "EmbeddingsQueueConfigurationInternal"}
        with self._database() as database:
            if database.execute("SELECT count(*) FROM collections").fetchone() == (0,):
                database.execute("DELETE FROM embeddings_queue_config")
                database.execute(
                    "INSERT INTO embeddings_queue_config (config_json_str) VALUES (?)",
                    (json.dumps(wanted),),
                )

    def keeps_log(self) -> bool:
        """Whether the log holds every vector; False where there is no database yet."""
        if not (self.path / DATABASE).is_file():
            return False
        with self._database() as database:
            try:
                rows = database.execute("SELECT config_json_str FROM embeddings_queue_config")
            except sqlite3.OperationalError:  # killed before all tables were made
                return False
            return any(not json.loads(text)["automatically_purge"] for (text,) in rows)

    def scrub(self) -> bool:
        """Take out of the log, and off the disk, what was deleted or replaced; drops the graph.

        Everything in the log must have reached Chroma's own tables, as it has after any search. The
        newest row stays, without its vector, since the numbers of later rows count on from it.

        Returns:
            Whether there was anything to take out.
        """
        with self._database() as database:
            database.execute("PRAGMA secure_delete = ON")
            database.execute(
                "CREATE TEMP TABLE kept AS SELECT max(seq_id) AS seq_id FROM embeddings_queue "
                "WHERE substr(topic, -36) IN (SELECT id FROM collections) GROUP BY topic, id"
            )
            database.execute(
                "CREATE TEMP TABLE gone AS SELECT seq_id FROM embeddings_queue "
                f"WHERE operation = {_DELETED} OR seq_id NOT IN (SELECT seq_id FROM kept)"
            )
            last = "seq_id = (SELECT max(seq_id) FROM embeddings_queue)"
            gone = "seq_id IN (SELECT seq_id FROM gone)"
            rows = database.execute(f"SELECT count(*) FROM gone WHERE NOT {last}").fetchone()[0]
            segments = {name for (name,) in database.execute("SELECT id FROM segments")}
            if not rows and all(folder.name in segments for folder in self.graphs()):
                return False
            (self.path / SEAL).unlink(missing_ok=True)
            database.execute(f"UPDATE embeddings_queue SET vector = NULL WHERE {last} AND {gone}")
            database.execute(f"DELETE FROM embeddings_queue WHERE {gone} AND NOT {last}")
        self.drop_graph()
        with self._database() as database:
            database.execute("VACUUM")
        return True

    def graphs(self) -> list[Path]:
        """The folders of the graphs."""
        return [item for item in sorted(self.path.iterdir()) if _GRAPH.fullmatch(item.name)]

    def _looks(self) -> dict[str, Look]:
        return {
            file.relative_to(self.path).as_posix(): look_of(file)
            for folder in self.graphs()
            for file in sorted(folder.iterdir())
        }

    def _reached(self) -> dict[str, int]:
        """How far in the log each graph is, as Chroma believes."""
        with self._database() as database:
            rows = database.execute(
                "SELECT id, max_seq_id.seq_id FROM segments "
                "JOIN max_seq_id ON segment_id = id WHERE scope = 'VECTOR'"
            )
            return {name: int(number) for name, number in rows}

    def _noted(self) -> _Seal:
        try:
            noted: _Seal = json.loads((self.path / SEAL).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return _Seal(files={}, reached={})
        return noted

    def _sealed(self) -> bool:
        noted, now = self._noted(), self._looks()
        if noted["files"].keys() != now.keys() or noted["reached"] != self._reached():
            return False
        return all(self._is_as(look, name) for name, look in noted["files"].items())

    def _is_as(self, noted: Look, name: str) -> bool:
        now = look_of(self.path / name)
        if now["size"] != noted["size"] or now["mtime"] == noted["mtime"]:
            return now["size"] == noted["size"]
        return noted["crc"] == checksum(self.path / name)

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self.path / DATABASE, timeout=_PATIENCE)
        try:
            with database:
                yield database
        finally:
            database.close()
