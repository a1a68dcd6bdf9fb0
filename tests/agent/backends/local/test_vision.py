"""What a picture costs the CPU before a model looks at it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.pictures import SERVER_PIXELS
from looktwice.agent.backends.transformers import TransformersModel
from looktwice.media.store import Store
from PIL import Image

from .. import tiny_models as tiny

MOST_SECONDS = 0.06 * 4
"""Processor time for what may take 60 ms on a quiet machine; here others may be at work."""


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of 12 megapixels, as a camera writes it."""
    coarse = np.random.default_rng(2).integers(0, 255, (75, 100, 3), dtype=np.uint8)
    path = tmp_path_factory.mktemp("camera") / "photo.jpg"
    Image.fromarray(coarse).resize((4000, 3000), Image.Resampling.BICUBIC).save(path, quality=92)
    return path


def seconds(work: Callable[[], object]) -> float:
    """Processor time of the best of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def test_a_photo_asked_about_again_costs_a_server_s_client_little(
    photo: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "pictures")

    def prepare() -> str:
        return store.data_url(store.add(photo), SERVER_PIXELS)

    prepare()
    assert seconds(prepare) < MOST_SECONDS


def test_a_photo_asked_about_again_costs_a_model_in_process_little(
    photo: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "pictures")
    folder = tiny.build_qwen3_vl(tmp_path / "model")
    with TransformersModel(folder, store=store, device="cpu") as model:
        pixels = [model.picture_pixels]
        runner = model._ready

        def prepare() -> None:
            picture = store.add(photo)
            runner.prompt([Message(role="user", text="What?", pictures=(picture,))], pixels)
            runner.pictures.encoded([picture], pixels)

        prepare()
        assert seconds(prepare) < MOST_SECONDS
        assert runner.pictures.passes == 1
