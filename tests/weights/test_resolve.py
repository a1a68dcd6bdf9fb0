"""Which pack, model and weights settings mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.errors import OfflineError, UsageError
from looktwice.settings import Settings
from looktwice.weights import (
    hardware,
    memory,
    obtain,
    packs,
    resolve,
)


@pytest.mark.parametrize(
    ("pack", "model", "gpu", "expected"),
    [
        ("auto", "", False, "starter"),
        ("auto", "", True, "gpu"),
        ("auto", "http://localhost:8000/v1", False, "server"),
        ("starter", "http://localhost:8000/v1", True, "starter"),
        ("gpu", "", False, "gpu"),
    ],
)
def test_resolve_pack(
    monkeypatch: pytest.MonkeyPatch, pack: str, model: str, gpu: bool, expected: str
) -> None:
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(24 * 2**30) if gpu else None)
    assert resolve.resolve_pack(Settings.load(pack=pack, model=model)) == expected


def test_the_larger_model_is_taken_where_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.load(pack="gpu")
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(80 * 2**30))
    assert resolve.weight_for("chat", settings) == "qwen3.5-9b"
    assert "qwen3.5-4b" not in resolve.names_in("gpu", settings)
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(8 * 2**30))
    assert resolve.weight_for("chat", settings) == "qwen3.5-4b"
    assert resolve.resolve_model(settings).bits == 4


def test_a_card_too_small_for_a_model_that_sees_leaves_the_starter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(4 * 2**30))
    starter = packs.PACKS["starter"]["chat"]
    assert resolve.resolve_pack(Settings.load()) == "starter"
    assert resolve.resolve_model(Settings.load()).target == starter
    assert resolve.resolve_model(Settings.load(pack="gpu")).target == starter
    assert resolve.weight_for("text", Settings.load(pack="gpu")) == "all-minilm-l6-v2"


def test_a_machine_without_a_gpu_reads_with_the_small_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "has_gpu", lambda: False)
    settings = Settings.load(pack="gpu")
    assert resolve.weight_for("ocr_rec", settings) == "pp-ocrv6-small"
    assert "pp-ocrv6-medium-rec" not in resolve.names_in("gpu", settings)
    monkeypatch.setattr(hardware, "has_gpu", lambda: True)
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(16 * 2**30))
    assert resolve.weight_for("ocr_rec", settings) == "pp-ocrv6-medium-rec"


def test_a_detector_is_chosen_by_name_file_or_folder(tmp_path: Path) -> None:
    def chosen(detector: str) -> str | None:
        return resolve.detector_of(Settings.load(pack="starter", detector=detector))

    (tmp_path / "config.json").write_text("{}")
    assert chosen("") == "yolov3-tiny"
    assert chosen("grounding-dino-base") == "grounding-dino-base"
    assert chosen("PekingU/rtdetr_r50vd") == "PekingU/rtdetr_r50vd"
    assert chosen(str(tmp_path)) is None
    named = Settings.load(pack="starter", detector="dfine-xlarge")
    assert "dfine-xlarge" in resolve.names_in("auto", named)
    assert "yolov3-tiny" not in resolve.names_in("auto", named)


def test_a_local_path_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    hf = tmp_path / "org/model"
    hf.mkdir(parents=True)
    (hf / "config.json").write_text("{}")
    gguf = tmp_path / "my.GGUF"
    gguf.write_bytes(b"GGUF")
    split = tmp_path / "split"
    split.mkdir()
    for name in ("m-00002-of-00002.gguf", "m-00001-of-00002.gguf", "mmproj-a.gguf"):
        (split / name).write_bytes(b"GGUF")

    def choice(model: str) -> tuple[str, str]:
        found = resolve.resolve_model(Settings.load(pack="starter", model=model))
        return found.kind, found.target

    assert choice("org/model") == ("transformers", str(hf))
    assert choice(str(gguf)) == ("llamacpp", str(gguf))
    assert choice("split") == ("llamacpp", str(split / "m-00001-of-00002.gguf"))
    assert choice("other/model") == ("transformers", "other/model")
    assert choice("other/model:Q4_K_M") == ("llamacpp", "other/model:Q4_K_M")
    assert choice("") == ("llamacpp", "qwen2.5-coder-1.5b-instruct-q4")
    assert choice("https://gpu.example:8000/v1") == ("openai", "https://gpu.example:8000/v1")
    settings = Settings.load(pack="starter", model=str(gguf))
    assert obtain.chat_model_path(settings) == gguf


@pytest.mark.parametrize(
    "model", ["nothing.gguf", "./nothing", "/no/such/folder", "nonsense", "a b/c", "http://", ""]
)
def test_models_that_are_none(model: str) -> None:
    with pytest.raises(UsageError):
        resolve.resolve_model(Settings.load(pack="server", model=model))


def test_a_folder_or_file_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.pth").write_bytes(b"")
    for wrong in (tmp_path, tmp_path / "model.pth"):
        with pytest.raises(UsageError, match=r"config\.json"):
            resolve.resolve_model(Settings.load(model=str(wrong)))


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("http://localhost:8000/v1", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://10.0.0.5:8000/v1", False),
        ("http://localhost.example.org/v1", False),
        ("https://user@example.org", False),
    ],
)
def test_offline_allows_only_this_machine(address: str, allowed: bool) -> None:
    settings = Settings.load(model=address, offline=True)
    if allowed:
        assert resolve.resolve_model(settings).target == address
    else:
        with pytest.raises(OfflineError):
            resolve.resolve_model(settings)


def test_names_in_a_pack_follow_the_settings() -> None:
    starter = set(packs.PACKS["starter"].values())
    assert set(resolve.names_in("starter", Settings.load(pack="starter"))) == starter
    own = Settings.load(pack="starter", model="http://localhost/v1", detector="mine.pt")
    chat, detector = packs.PACKS["starter"]["chat"], packs.PACKS["starter"]["detector"]
    assert set(resolve.names_in("auto", own)) == starter - {chat, detector}
    named = Settings.load(pack="starter", model="org/model")
    assert resolve.names_in("starter", named)[0] == "org/model"
    with pytest.raises(UsageError, match="unknown pack"):
        resolve.names_in("startr", own)
