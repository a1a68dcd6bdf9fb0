"""Fixtures of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from looktwice.retrieval.vectors import vectors as module

from .. import chroma_server as helper


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chroma writes its graph often, so that little tests meet it."""
    monkeypatch.setitem(module._GRAPH, "sync_threshold", helper.SYNC)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with helper.server(tmp_path_factory.mktemp("served")) as (address, _):
        yield address


@pytest.fixture(scope="module")
def writers() -> Iterator[Any]:
    mother = helper.Writers()
    yield mother
    mother.close()
