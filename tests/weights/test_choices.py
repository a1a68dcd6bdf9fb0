"""What is offered for machines of several sizes, and what is then taken."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from looktwice.agent.backends import llama_library
from looktwice.settings import Settings
from looktwice.weights import choices, hardware, memory, obtain, resolve
from looktwice.weights.packs import LAPTOP
from looktwice.weights.registry import CATALOGUE

GB = 10**9
EXPERTS = 1.5 * GB
"""OCR, detector and embedder of the starter, on a processor."""
LAPTOPS = {4: None, 8: "2b", 16: "4b", 32: "8b", 64: "8b"}


@pytest.mark.parametrize(("gigabytes", "size"), LAPTOPS.items())
def test_a_laptop_gets_what_fits_beside_the_experts_with_2_gb_left(
    gigabytes: int, size: str | None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "ram_bytes", lambda: gigabytes * GB)
    settings = Settings.load(home=home, pack="laptop")
    options = choices.chat_options(settings)
    chosen = [option for option in options if option.recommended]
    words = choices.explanation(options, settings)
    model = resolve.resolve_model(settings)
    assert model.kind == "llamacpp"
    if size is None:
        assert (chosen, "starter" in words) == ([], True)
        assert model.target == "qwen2.5-coder-1.5b-instruct-q4"
        return
    (option,) = chosen
    assert option.name == model.target == f"qwen3-vl-{size}-gguf"
    assert option.memory + EXPERTS + 2 * GB <= gigabytes * GB
    assert option.download > GB  # known before it is fetched
    assert option.fits
    assert f"{option.name} and check its files" in words
    offline = settings.model_copy(update={"offline": True})
    assert "forbids fetching" in choices.explanation(options, offline)


@pytest.mark.parametrize("gigabytes", [8, 16, 32, 64])
def test_with_a_cuda_card_what_is_chosen_leaves_2_gb_on_it(
    gigabytes: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = memory.fit(gigabytes * GB)
    monkeypatch.setattr(hardware, "ram_bytes", lambda: gigabytes * GB)
    monkeypatch.setattr(memory, "fit_here", lambda: card)
    (chosen,) = [o for o in choices.chat_options(Settings.load(home=home)) if o.recommended]
    assert (chosen.pack, card.rung is None) == ("gpu", False)
    assert card.rung is not None
    assert chosen.memory + card.rung.expert_bytes + 2 * GB <= gigabytes * GB


@pytest.mark.parametrize("gigabytes", [8, 16, 32, 64])
@pytest.mark.parametrize(
    ("device", "shared"), [("MTL0", True), ("Vulkan0", True), ("Vulkan0", False)]
)
def test_with_metal_or_vulkan_2_gb_are_left_of_the_memory_and_of_the_gpu(
    gigabytes: int, device: str, shared: bool, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model is chosen by the machine's memory; llama.cpp lays on the GPU what fits there."""
    real = llama_library.library()
    kinds = real.ggml_backend_dev_type
    kind = kinds.GGML_BACKEND_DEVICE_TYPE_IGPU if shared else kinds.GGML_BACKEND_DEVICE_TYPE_GPU
    gpu = {"name": device, "description": "a GPU", "type": kind}
    mocked = SimpleNamespace(
        ggml_backend_dev_type=kinds,
        get_device_info=lambda: [*real.get_device_info(), gpu],
        CommonParams=real.CommonParams,
    )
    monkeypatch.setattr(llama_library, "library", lambda: mocked)
    monkeypatch.setattr(hardware, "ram_bytes", lambda: gigabytes * GB)
    monkeypatch.setattr(memory, "fit_here", lambda: None)
    (chosen,) = [o for o in choices.chat_options(Settings.load(home=home)) if o.recommended]
    assert chosen.pack == "laptop"
    assert chosen.memory + EXPERTS + 2 * GB <= gigabytes * GB
    assert llama_library.gpus() == [f"{device} (a GPU)"]
    run = llama_library.LlamaRun(Path("m.gguf"), Path("mmproj.gguf"), 2, 8192, 4, gpu=True)
    laid = llama_library.parameters(run)
    assert laid.fit_params  # as many layers as fit
    assert laid.n_gpu_layers < 0
    assert set(laid.fit_params_target) == {2 * GB}


def test_a_card_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "ram_bytes", lambda: 32 * GB)
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(8 * 2**30))
    options = choices.chat_options(Settings.load(home=home))
    (chosen,) = [option for option in options if option.recommended]
    assert (chosen.name, chosen.pack) == ("qwen3.5-4b in 4 bits", "gpu")
    assert not next(o for o in options if o.name == "qwen3.5-9b").fits


def test_the_memory_of_this_machine_is_known() -> None:
    assert hardware.ram_bytes() > GB


def test_a_projector_is_the_one_set_or_the_one_that_came_along(tmp_path: Path, home: Path) -> None:
    model, projector = tmp_path / "m-Q4_K_M.gguf", tmp_path / "mmproj-m-Q8_0.gguf"
    for file in (model, projector):
        file.write_bytes(b"GGUF")
    folder = Settings.load(home=home, model=str(tmp_path))
    assert obtain.projector_path(folder, model) == projector
    alone = Settings.load(home=home, model=str(model))
    assert obtain.projector_path(alone, model) is None
    own = Settings.load(home=home, model=str(model), mmproj=str(projector))
    assert obtain.projector_path(own, model) == projector
    projector.unlink()
    assert obtain.projector_path(folder, model) is None


def test_each_laptop_model_is_pinned_file_by_file() -> None:
    for name, _ in LAPTOP:
        source = CATALOGUE[name].source
        assert not isinstance(source, tuple)
        assert [pin[0] for pin in source.pins] == list(source.patterns)
        assert all(len(sha256) == 64 for _, _, sha256 in source.pins)
        assert sum(size for _, size, _ in source.pins) < CATALOGUE[name].ram_bytes
