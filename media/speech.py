"""What is said in a video, with its times: Whisper, by faster-whisper. The only file that imports it.

The model is a folder on this machine; nothing is fetched. Sound is heard in stretches, so that memory stays
the same however long a video is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import BadInput
from ..extensions.extras import needs
from .video import Cue, VideoFile

__all__ = ["heard"]

_FILE = "model.bin"


def heard(video: VideoFile, model: Path) -> Iterator[Cue | None]:
    """Everything that is said, in order; None after each stretch, as a sign of life.

    Args:
        video: open; its sound is read from its beginning.
        model: folder of a Whisper model in the form of CTranslate2.

    Raises:
        BadInput: the folder holds no such model, or the sound cannot be read.
        MissingExtra: faster-whisper is not installed.
    """
    whisper = _opened(model)
    for begin, samples in video.sound():
        found, _ = whisper.transcribe(samples, vad_filter=True, condition_on_previous_text=False)
        for segment in found:
            text = " ".join(segment.text.split())
            if text:
                yield Cue(begin + segment.start, begin + segment.end, text)
        yield None


def _opened(model: Path) -> Any:
    with needs("speech"):
        from faster_whisper import WhisperModel
    if not (model / _FILE).is_file():
        raise BadInput(
            str(model),
            f"holds no speech model (no {_FILE}); documents.speech has to name the folder of one, such as "
            "Systran/faster-whisper-small from the Hugging Face hub",
        )
    return WhisperModel(str(model), device="cpu", compute_type="int8", local_files_only=True)
