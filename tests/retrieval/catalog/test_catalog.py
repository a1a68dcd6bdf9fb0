"""The catalog as a whole: many threads, and a writer that is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from looktwice.retrieval.catalog.catalog import Catalog

from .kit import add, reader


def test_readers_in_threads_see_whole_documents_while_one_writes(catalog: Catalog) -> None:
    def read(_: int) -> None:
        with reader(catalog) as other:
            for _ in range(30):
                for document in other.documents():
                    assert document.passages == 4
                    texts = [p.text for p in other.passages_on(document.id, 1)]
                    assert texts in ([], ["same", "words", "every", "where"])
                assert len(other.keyword("words", 999)) <= 12

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read, n) for n in range(3)]
        for n in range(12):
            document = add(catalog, f"d{n}", [["same", "words", "every", "where"]])
            if n % 3 == 0:
                catalog.remove(document)
                catalog.purge(document)
        for done in readers:
            done.result()


def test_one_catalog_is_shared_by_threads(catalog: Catalog) -> None:
    def work(n: int) -> int:
        document = add(catalog, f"d{n}", [["same"], ["words"]])
        assert catalog.keyword("words", 99)
        return document

    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(work, range(12)))
    assert sorted(ids) == [d.id for d in catalog.documents()] == list(range(1, 13))
    assert len(catalog._db._idle) <= 4


ADDING = """
import sys
from pathlib import Path
from looktwice.retrieval.catalog.catalog import Catalog
from looktwice.retrieval.catalog.rows import NewFile
from looktwice.retrieval.text.chunking import Chunk
from looktwice.retrieval.pages import RawLine, Word, build_page

def page(number):
    return build_page(number, [RawLine((Word("words"), Word("of"), Word(str(number))))])

with Catalog(Path(sys.argv[1]), write=True) as catalog:
    print("open", flush=True)
    for name in range(10_000):
        if catalog.ready(str(name)):
            continue
        document, done = catalog.begin(str(name), type="pdf", bytes=1)
        for number in range(done + 1, 5):
            catalog.add_pages(document, [(page(number), [Chunk(0, 10)])], "name")
            catalog.done(document, number)
        catalog.publish(document, [NewFile(f"/{name % 7}", str(name % 7), 1, 1)])
        for old in catalog.unfinished():
            catalog.purge(old.id)
        print(name, flush=True)
"""


def test_a_killed_writer_leaves_whole_documents_only(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    for lines in (1, 2, 9):
        process = subprocess.Popen(
            [sys.executable, "-c", ADDING, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(lines):
            assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with Catalog(path, write=True) as catalog:
            assert integrity(catalog) == ["ok"]
            for document in catalog.documents():
                assert (document.pages, document.passages) == (4, 4)
            assert len(catalog.keyword("words", 999)) == 4 * len(catalog.documents())
            for left in catalog.unfinished():
                catalog.remove(left.id)
                catalog.purge(left.id)


def integrity(catalog: Catalog) -> list[str]:
    with catalog._db.writing() as c:
        c.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        assert c.execute("PRAGMA foreign_key_check").fetchall() == []
        return [row[0] for row in c.execute("PRAGMA integrity_check")]
