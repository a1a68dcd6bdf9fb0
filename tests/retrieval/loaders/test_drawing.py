"""Pages are drawn outside this process: what a page does costs that page, and no more than its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from looktwice.errors import BadInput
from looktwice.retrieval.loaders.drawing import PageRenderer
from looktwice.retrieval.loaders.load import render
from looktwice.settings import DocumentLimits

from .. import pdf_kit

QUICK = DocumentLimits(page_seconds=1.5)
TILES = (
    b"<< /Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1]"
    b" /XStep 0.004 /YStep 0.004 /Resources << >> /Length 17 >>\nstream\n0 0 0.5 0.5 re f \nendstream"
)
"""A tile that has to be laid a thousand million times."""


@pytest.fixture
def renderer() -> Iterator[PageRenderer]:
    with PageRenderer(QUICK) as made:
        yield made


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.pdf"
    path.write_bytes(pdf_kit.Pdf([pdf_kit.Sheet(pdf_kit.text(72, 400, "one"))]).data())
    return path


def endless(folder: Path) -> Path:
    """A small page that takes minutes to draw."""
    shapes = b"/Pattern cs /P1 scn 0 0 600 800 re f\n" * 200
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        b" /Resources << /Pattern << /P1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shapes), shapes),
        TILES,
    ]
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\n" % table
    body += b"startxref\n%d\n%%%%EOF\n" % (len(body) - len(table) - 65)
    path = folder / "endless.pdf"
    path.write_bytes(body)
    return path


def test_a_page_looks_as_it_does_without_a_child(renderer: PageRenderer, plain: Path) -> None:
    image, scale = renderer.draw(plain, 1)
    same, same_scale = render(plain, 1, QUICK)
    assert (image.tobytes(), scale) == (same.tobytes(), same_scale)


def test_a_page_that_takes_for_ever_is_given_up_and_others_go_on(
    renderer: PageRenderer, plain: Path, tmp_path: Path
) -> None:
    path = endless(tmp_path)
    began = time.monotonic()
    with pytest.raises(BadInput, match=r"endless\.pdf: .*1\.5 seconds on page 1"):
        renderer.draw(path, 1)
    assert time.monotonic() - began < 30  # a child starts first, on a busy machine perhaps
    assert renderer.draw(plain, 1)[0].size


def test_others_are_drawn_beside_one_that_takes_for_ever(
    renderer: PageRenderer, plain: Path, tmp_path: Path
) -> None:
    path, refused = endless(tmp_path), threading.Event()

    def draw() -> None:
        with pytest.raises(BadInput):
            renderer.draw(path, 1)
        refused.set()

    thread = threading.Thread(target=draw)
    thread.start()
    assert renderer.draw(plain, 1)[0].size
    thread.join(60)
    assert refused.is_set()


def test_a_bomb_is_refused_before_it_is_drawn(renderer: PageRenderer, tmp_path: Path) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(pdf_kit.bomb(2**30, twice=True))
    with pytest.raises(BadInput, match="unpacks to more than"):
        renderer.draw(path, 1)


def test_a_page_that_is_not_there_is_named(renderer: PageRenderer, plain: Path) -> None:
    with pytest.raises(BadInput, match=r"plain\.pdf: has no page 7"):
        renderer.draw(plain, 7)


def test_closing_ends_the_processes(plain: Path) -> None:
    renderer = PageRenderer(QUICK)
    renderer.draw(plain, 1)
    (reader,) = renderer._idle
    child = reader._child
    assert child is not None
    renderer.close()
    assert child.ended
