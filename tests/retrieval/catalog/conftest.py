"""Fixtures of the tests of the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from looktwice.retrieval.catalog import database
from looktwice.retrieval.catalog.catalog import Catalog


@pytest.fixture(autouse=True, scope="module")
def _careless() -> Iterator[None]:
    """Tests need not survive a power loss; processes that are killed keep to the real setting."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(database, "_SYNCHRONOUS", "OFF")
        yield


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "index" / "catalog.db", write=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    with Catalog(tmp_path_factory.mktemp("shared") / "catalog.db", write=True) as opened:
        yield opened
