"""A stream that unpacks to too much is refused before it does."""

from __future__ import annotations

import zlib

import pytest
from looktwice.retrieval.loaders.pdf.bomb import unpacks_to_more
from looktwice.settings import DocumentLimits

from ... import pdf_kit
from .kit import LIMITS, Maker, fault


@pytest.mark.parametrize("expanded", [2**24, 2**30])
def test_a_bomb_is_refused_before_it_unpacks(make: Maker, expanded: int) -> None:
    path = make.folder / "bomb.pdf"
    path.write_bytes(pdf_kit.bomb(expanded))
    reason = fault(path, DocumentLimits(expanded=min(expanded // 2, LIMITS.expanded)))
    assert "unpacks to more than" in reason


def test_a_bomb_in_a_bomb_is_small_but_refused(make: Maker) -> None:
    path = make.folder / "bomb.pdf"
    path.write_bytes(pdf_kit.bomb(2**26, twice=True))
    assert path.stat().st_size < 4000
    assert "unpacks to more than" in fault(path, DocumentLimits(expanded=2**25))


@pytest.mark.parametrize(
    "name", [b"/#46lateDecode", b"/F#6cateDecode", b"/F#6C", b"/Fl#61teDecode"]
)
def test_names_are_read_as_they_are_meant(make: Maker, name: bytes) -> None:
    path = make.folder / "bomb.pdf"
    path.write_bytes(pdf_kit.bomb(2**26, twice=True).replace(b"/FlateDecode", name))
    assert "unpacks to more than" in fault(path, DocumentLimits(expanded=2**25))


def test_a_filter_that_is_told_elsewhere_is_seen_in_what_it_packed(make: Maker) -> None:
    path = make.folder / "bomb.pdf"
    path.write_bytes(pdf_kit.bomb(2**26, twice=True).replace(b"/FlateDecode", b"9 0 R"))
    assert "unpacks to more than" in fault(path, DocumentLimits(expanded=2**25))


def test_what_an_outer_layer_unpacks_to_counts_behind_an_inner_one(make: Maker) -> None:
    inner = zlib.compress(b"little")
    packed = zlib.compress(inner + bytes(2**26))
    path = make.folder / "bomb.pdf"
    path.write_bytes(
        b"%%PDF-1.7\n1 0 obj\n<</Filter [/FlateDecode /FlateDecode] /Length %d>>\nstream\n%s\nendstream"
        % (len(packed), packed)
    )
    assert unpacks_to_more(path, 2**25)
