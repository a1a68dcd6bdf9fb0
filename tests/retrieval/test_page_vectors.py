"""Pages found and ordered by their look: made once, gone on with, searched, removed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from looktwice.control import Control
from looktwice.retrieval.embeddings.late_interaction import Patches
from looktwice.retrieval.ranking.page_rerank import PageReranker
from looktwice.settings import Settings
from PIL import Image

from ..agent.backends.tiny_models import build_qwen3_vl
from .kit import open_index

COLOURS = ("red", "lime", "blue")


class Colours:
    """Pages of a colour answer questions that name it; a row for each half of a page, or one."""

    def __init__(self, name: str = "colours", halves: bool = True) -> None:
        self.name, self._halves = name, halves
        self.looked = 0
        self.stops: Control | None = None

    def embed_pages(self, images: Sequence[Image.Image]) -> list[Patches]:
        self.looked += len(images)
        if self.stops is not None:
            self.stops.cancel()
        size = (2, 1) if self._halves else (1, 1)
        return [rows(np.asarray(i.convert("RGB").resize(size, 0), np.float32)) for i in images]

    def embed_query(self, text: str) -> Patches:
        return rows(np.array([[text == colour for colour in COLOURS]], np.float32))


def rows(pixels: np.ndarray) -> Patches:
    flat = pixels.reshape(-1, 3) + 1e-3
    return np.asarray(flat / np.linalg.norm(flat, axis=1, keepdims=True), np.float16)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """One of each colour, and one whose right half is red."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for colour in COLOURS:
        Image.new("RGB", (64, 48), colour).save(folder / f"{colour}.png")
    half = Image.new("RGB", (64, 48), "blue")
    half.paste("red", (32, 0, 64, 48))
    half.save(folder / "half.png")
    return folder


def found(index: object, query: str) -> list[str]:
    return [hit.document for hit in index.search(query)]  # type: ignore[attr-defined]


def test_pages_are_found_by_their_look_also_by_a_part_of_it(
    tmp_path: Path, pictures: Path, settings: Settings
) -> None:
    looks = Colours()
    with open_index(tmp_path / "ix", settings, write=True, page_retriever=looks) as index:
        index.add([pictures])
        assert looks.looked == 4
        index.add([pictures])
        assert looks.looked == 4  # once
    with open_index(tmp_path / "ix", settings, page_retriever=looks) as index:
        hits = index.search("red")
        assert {hits[0].document, hits[1].document} == {"red.png", "half.png"}
        assert "page" in hits[0].found_by
        assert found(index, "lime")[0] == "lime.png"


def test_one_row_a_page_keeps_no_files(tmp_path: Path, pictures: Path, settings: Settings) -> None:
    looks = Colours(halves=False)
    with open_index(tmp_path / "ix", settings, write=True, page_retriever=looks) as index:
        index.add([pictures])
        assert found(index, "red")[0] == "red.png"
        assert not (tmp_path / "ix/pages").exists()


def test_what_is_stopped_goes_on(tmp_path: Path, pictures: Path, settings: Settings) -> None:
    looks = Colours()
    with open_index(tmp_path / "ix", settings, write=True, page_retriever=looks) as index:
        looks.stops = Control()
        assert index.add([pictures], control=looks.stops).interrupted
        assert looks.looked == 1
        looks.stops = None
        assert not index.add([pictures]).interrupted
        assert looks.looked == 4


def test_of_removed_pages_nothing_is_left(
    tmp_path: Path, pictures: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True, page_retriever=Colours()) as index:
        index.add([pictures])
        assert len(list((tmp_path / "ix/pages").iterdir())) == 4
        index.remove(["red.png"])
        assert len(list((tmp_path / "ix/pages").iterdir())) == 3
        assert "red.png" not in found(index, "red")
        assert index.verify(repair=False).ok


def test_another_model_leaves_the_index_usable_until_it_is_rebuilt(
    tmp_path: Path, docs: Path, pictures: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with open_index(tmp_path / "ix", settings, write=True, page_retriever=Colours()) as index:
        index.add([docs, pictures])
    other = Colours("other")
    with (
        caplog.at_level(logging.WARNING),
        open_index(tmp_path / "ix", settings, page_retriever=other) as index,
    ):
        assert found(index, "boiler")[0] == "letter_1.txt"
        assert all("page" not in hit.found_by for hit in index.search("red"))
    assert "index rebuild" in caplog.text
    with open_index(tmp_path / "ix", settings) as index:  # without any
        assert found(index, "boiler")[0] == "letter_1.txt"
    with open_index(
        tmp_path / "ix", settings, write=True, page_retriever=other, rebuild=True
    ) as index:
        index.rebuild()
    with open_index(tmp_path / "ix", settings, page_retriever=other) as index:
        assert "page" in index.search("red")[0].found_by


class Reds(PageReranker):
    """Prefers red, whatever is asked."""

    weight = 1.0

    def __init__(self) -> None:
        super().__init__("reds", lambda: Path("none"))

    def score(self, query: str, pages: Sequence[Image.Image]) -> list[float]:
        return [float(page.convert("RGB").resize((1, 1)).getpixel((0, 0))[0]) for page in pages]  # type: ignore[index]


def test_the_best_pages_are_ordered_by_a_look_at_them(
    tmp_path: Path, pictures: Path, settings: Settings
) -> None:
    given = {"page_retriever": Colours(), "page_reranker": Reds()}
    with open_index(tmp_path / "ix", settings, write=True, **given) as index:
        index.add([pictures])
        assert index.search("lime", rerank=False)[0].document == "lime.png"
        hits = index.search("lime")
        assert hits[0].document == "red.png"
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_model_of_the_real_kind_is_named_by_the_settings(tmp_path: Path, pictures: Path) -> None:
    """A tiny Qwen3-VL, never trained: it finds and orders, if not well."""
    tiny = str(build_qwen3_vl(tmp_path / "tiny"))
    settings = Settings.load(
        home=tmp_path / "home",
        pack="starter",
        offline=True,
        retrieval={"pages": tiny, "page_reranker": tiny},
    )
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([pictures])
        hits = index.search("red")
        assert len(hits) == 4
        assert all("page" in hit.found_by for hit in hits)
        (passages, scores) = index._page_orderer.ordered(  # type: ignore[union-attr]
            "red", index._catalog.passages([hit.id for hit in hits]), [0.4, 0.3, 0.2, 0.1]
        )
        assert {p.document for p in passages} == {hit.document for hit in hits}
        assert all(0 <= score <= 1 for score in scores)


def test_pages_can_be_left_to_words(tmp_path: Path, pictures: Path) -> None:
    off = {"pages": "off", "page_reranker": "off"}
    settings = Settings.load(home=tmp_path / "home", pack="gpu", offline=True, retrieval=off)
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([pictures])
        assert (index._looks, index._page_orderer) == (None, None)
