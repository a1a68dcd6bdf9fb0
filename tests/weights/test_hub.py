"""What the hub gives is recorded, checked and kept to."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.errors import OfflineError, WeightsError
from looktwice.weights import (
    obtain,
    registry,
    state,
)
from looktwice.weights.sources import Hub, Weight

from .kit import (
    COMMIT,
    FakeHub,
    flip,
    settings_at,
    sha,
)


def test_what_the_hub_gives_is_recorded_and_kept_to(home: Path, hub: FakeHub) -> None:
    settings = settings_at(home)
    folder = obtain.ensure("org/model", settings)
    assert folder == hub.snapshot
    assert hub.asked == [("org/model", "main", False)]
    assert obtain.ensure("org/model", settings) == folder
    assert len(hub.asked) == 1  # the hub is not asked at every start
    found = state.state_of("org/model", settings)
    assert (found.status, found.size) == ("verified", len(b"{}weights"))


def test_damage_in_the_hubs_cache_is_found_and_mended_at_the_same_commit(
    home: Path, hub: FakeHub
) -> None:
    settings = settings_at(home)
    folder = obtain.ensure("org/model", settings)
    flip((folder / "model.safetensors").resolve(), 0)
    assert [s.status for s in state.verify(settings, "org/model")] == ["damaged"]
    with pytest.raises(OfflineError, match="damaged"):
        obtain.ensure("org/model", settings_at(home, offline=True))
    obtain.ensure("org/model", settings)
    assert (folder / "model.safetensors").read_bytes() == b"weights"
    assert hub.asked[-1] == ("org/model", COMMIT, False)


def test_another_commit_or_other_bytes_are_refused(home: Path, hub: FakeHub) -> None:
    settings = settings_at(home)
    folder = obtain.ensure("org/model", settings)
    hub.files["model.safetensors"] = b"changed"
    flip((folder / "model.safetensors").resolve(), 0)
    state.verify(settings, "org/model")
    with pytest.raises(WeightsError, match=r"changed on the hub \(model.safetensors\)"):
        obtain.ensure("org/model", settings)
    hub.files["model.safetensors"] = b"weights"
    hub.snapshot = hub.snapshot.with_name("f" * 40)
    with pytest.raises(WeightsError, match=f"commit f+, not {COMMIT}"):
        obtain.ensure("org/model", settings)


def test_a_download_that_is_not_what_the_hub_announced_is_refused(home: Path, hub: FakeHub) -> None:
    hub("org/model", revision="main", allow_patterns=[], local_files_only=False)
    (hub.snapshot / "model.safetensors").resolve().write_bytes(b"spoilt!")
    with pytest.raises(WeightsError, match="not what the hub announced"):
        obtain.ensure("org/model", settings_at(home))


def test_offline_takes_what_the_hubs_cache_holds_and_else_says_so(home: Path, hub: FakeHub) -> None:
    with pytest.raises(OfflineError, match="looktwice models pull"):
        obtain.ensure("org/model", settings_at(home, offline=True))
    hub("org/model", revision="main", allow_patterns=[], local_files_only=False)
    obtain.ensure("org/model", settings_at(home, offline=True))
    assert hub.asked[-1] == ("org/model", "main", True)


def test_a_repository_without_the_wanted_file_is_refused(home: Path, hub: FakeHub) -> None:
    with pytest.raises(WeightsError, match=r"no file \*Q4_K_M\*\.gguf"):
        obtain.ensure("org/model:Q4_K_M", settings_at(home))


@pytest.mark.parametrize("kind", ["LocalEntryNotFoundError", "HFValidationError", "OSError"])
def test_every_failure_of_the_hub_is_a_weights_error(
    home: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    import huggingface_hub
    from huggingface_hub import errors

    def fail(*_: object, **__: object) -> str:
        raise getattr(errors, kind, OSError)("no route")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(WeightsError, match="org/model"):
        obtain.ensure("org/model", settings_at(home))


def test_a_file_that_is_not_the_pinned_one_is_refused(
    home: Path, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pinned(sha256: str) -> Weight:
        size = len(hub.files["model.safetensors"])
        pins = (("model.safetensors", size, sha256),)
        source = Hub("org/model", ("*.json", "*.safetensors"), pins=pins)
        return Weight("pinned", "stands in", "MIT", "https://example.org", source)

    settings = settings_at(home)
    monkeypatch.setitem(registry.CATALOGUE, "pinned", pinned("0" * 64))
    assert state.state_of("pinned", settings).size == len(b"weights")  # before it is here
    with pytest.raises(WeightsError, match="is not the file this version"):
        obtain.ensure("pinned", settings)
    monkeypatch.setitem(registry.CATALOGUE, "pinned", pinned(sha(b"weights")))
    assert obtain.ensure("pinned", settings) == hub.snapshot
