"""What the vision parts of GGUF models see at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from looktwice.agent.backends.eyes import CPU_PIXELS, eyes_of
from looktwice.agent.backends.pictures import PAGE_PIXELS, PIXELS_A_TOKEN, SERVER_PIXELS

Make = Callable[..., Path]


@pytest.fixture
def mmproj(tmp_path: Path) -> Make:
    def make(kind: str, side: int = 768, most: int = 0) -> Path:
        import gguf

        path = tmp_path / f"mmproj-{kind}.gguf"
        writer = gguf.GGUFWriter(path, "clip")
        writer.add_clip_projector_type(kind)
        writer.add_vision_image_size(side)
        if most:
            writer.add_vision_max_pixels(most)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path

    return make


def test_one_input_size_is_all_it_sees(mmproj: Make) -> None:
    eyes = eyes_of(mmproj("gemma3", side=896), PAGE_PIXELS, gpu=True)
    assert (eyes.photo, eyes.page, eyes.tokens) == (896 * 896, 896 * 896, 0)


@pytest.mark.parametrize(("gpu", "photo"), [(True, SERVER_PIXELS), (False, CPU_PIXELS)])
def test_pictures_of_any_size_are_bounded_by_what_they_cost(
    mmproj: Make, gpu: bool, photo: int
) -> None:
    eyes = eyes_of(mmproj("qwen3vl_merger"), PAGE_PIXELS, gpu=gpu)
    assert (eyes.photo, eyes.page) == (photo, PAGE_PIXELS)
    assert eyes.page <= eyes.tokens * PIXELS_A_TOKEN < eyes.page + PIXELS_A_TOKEN


def test_never_more_than_the_model_wants_or_the_settings_allow(mmproj: Make) -> None:
    eyes = eyes_of(mmproj("qwen3vl_merger", most=500_000), PAGE_PIXELS, gpu=True)
    assert (eyes.photo, eyes.page) == (500_000, 500_000)
    assert eyes_of(mmproj("qwen3vl_merger"), 300_000, gpu=True).photo == 300_000
