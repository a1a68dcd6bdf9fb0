"""What is said in a video, by a recogniser that is told what to hear; everything else is the real thing."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from looktwice.errors import BadInput
from looktwice.media.speech import heard
from looktwice.media.video import VideoFile
from looktwice.retrieval.loaders.base import Scan
from looktwice.retrieval.loaders.video.document import open_video
from looktwice.settings import DocumentLimits


class Whisper:
    """Hears a word where it is loud."""

    def __init__(self, folder: str, **how: Any) -> None:
        assert how["local_files_only"]

    def transcribe(self, samples: Any, **how: Any) -> tuple[Any, None]:
        loud = np.flatnonzero(np.abs(samples) > 0.1) / 16_000
        segments = [SimpleNamespace(start=loud[0], end=loud[-1], text=" mind  the gap ")]
        return (iter(segments) if len(loud) else iter(())), None


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    module: Any = ModuleType("faster_whisper")
    module.WhisperModel = Whisper
    monkeypatch.setitem(sys.modules, "faster_whisper", module)
    (tmp_path / "model.bin").write_bytes(b"0")
    return tmp_path


def clip(path: Path) -> Path:
    """Four seconds of a grey wall; a tone from the second to the third."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=5)
        picture.width, picture.height, picture.pix_fmt = 160, 96, "yuv420p"
        sound = container.add_stream("pcm_s16le", rate=16_000, layout="mono")
        for _ in range(20):
            wall = np.full((96, 160, 3), 128, np.uint8)
            container.mux(picture.encode(av.VideoFrame.from_ndarray(wall, format="rgb24")))
        container.mux(picture.encode())
        tone = np.zeros(64_000, np.int16)
        tone[32_000:48_000] = 20_000 * np.sin(np.arange(16_000) / 9)
        for at in range(0, tone.size, 1_600):
            part = tone[None, at : at + 1_600]
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate, frame.pts = 16_000, at
            container.mux(sound.encode(frame))
        container.mux(sound.encode())
    return path


def test_what_is_said_has_its_time_in_the_whole_video(model: Path, tmp_path: Path) -> None:
    with VideoFile(clip(tmp_path / "a.mkv")) as video:
        lengths = [samples.size for _, samples in video.sound(apart=1.5)]
        assert sum(lengths) == 64_000
        assert len(lengths) > 1
        (cue,) = [cue for cue in heard(video, model) if cue is not None]
    assert cue.text == "mind the gap"
    assert (cue.seconds, cue.until) == pytest.approx((2.0, 3.0), abs=0.05)


def test_it_stands_with_the_moments_it_belongs_to(model: Path, tmp_path: Path) -> None:
    reader = open_video(clip(tmp_path / "a.mkv"), DocumentLimits(speech=str(model)))
    pages = [page for page in reader.pages() if isinstance(page, Scan)]
    reader.close()
    assert any("said: mind the gap" in page.notes for page in pages)


def test_a_folder_without_a_model_is_named(model: Path, tmp_path: Path) -> None:
    (model / "model.bin").unlink()
    with (
        VideoFile(clip(tmp_path / "a.mkv")) as video,
        pytest.raises(BadInput, match="no speech model"),
    ):
        list(heard(video, model))
