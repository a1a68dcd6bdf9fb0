"""Vectors on a server: what it changes, how it ends, and who does not answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.errors import UsageError
from looktwice.retrieval.vectors import vectors as module
from looktwice.retrieval.vectors.vectors import Vectors, VectorsUnreachable

from .. import chroma_server as helper
from .kit import fill, first_hit, places_of


def test_a_compaction_of_a_server_that_was_cut_short_is_finished(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with Vectors(address, write=True, name="cut") as store:
        fill(store, 50)
        client = store._storage._client
        for step in ("delete_collection", "modify"):
            with monkeypatch.context() as patch:
                if step == "modify":
                    patch.setattr("chromadb.api.models.Collection.Collection.modify", cut)
                else:
                    patch.setattr(client, "delete_collection", cut)
                with pytest.raises(KeyboardInterrupt):
                    store.compact("passages")
            with Vectors(address, write=True, name="cut") as other:
                assert other.count("passages") == 50
                assert first_hit(other, 30) == 30
            assert store.count("passages") == 50


@pytest.mark.slow
def test_a_served_folder_is_not_changed_by_others_and_mended_when_its_server_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "v"
    monkeypatch.setattr("looktwice.retrieval.vectors.folder._PATIENCE", 0.1)
    with helper.server(folder) as (address, process), Vectors(address, write=True) as store:
        fill(store, 130)
        with pytest.raises(UsageError, match="--store"):
            Vectors(folder, write=True)
        with pytest.raises(UsageError, match="--store"):
            Vectors(folder, write=False)
        process.kill()
        process.wait()
        with pytest.raises(VectorsUnreachable, match="serve"):
            store.count("passages")
    with Vectors(folder, write=True, name="looktwice") as store:
        assert store.count("passages") == 130
        assert first_hit(store, 129) == 129


@pytest.mark.slow
def test_a_server_ends_in_order_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with helper.server(tmp_path) as (address, process):
        with Vectors(address, write=True) as store:
            fill(store, 130)
            store.delete_documents([3])
        process.terminate()
        assert process.wait(20) == 0
    with helper.server(tmp_path) as (address, _), Vectors(address, write=False) as store:
        assert store.count("passages") == 120
        assert first_hit(store, 100) == 100
        assert places_of(tmp_path, [35]) == {}


@pytest.mark.parametrize(
    "address", ["ftp://localhost:1", "http://", "http://localhost:x", "http://localhost:1/path"]
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(UsageError, match="http://host:port"):
        Vectors(address, write=False)


def test_nobody_answers() -> None:
    with pytest.raises(VectorsUnreachable, match="serve"):
        Vectors(f"http://127.0.0.1:{helper.free_port()}", write=False)


def test_a_port_that_is_taken(address: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot serve"):
        module.serve(tmp_path, port=int(address.rsplit(":", 1)[1]))
    with pytest.raises(UsageError, match="cannot serve"):
        module.serve(tmp_path, port=10**6)
