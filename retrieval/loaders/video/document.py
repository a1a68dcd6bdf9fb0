"""A video as a document, and one of its frames as a picture."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ....errors import BadInput
from ....media.clock import clock
from ....media.video import Cue, Frame, VideoFile, cues_of
from ....settings import DocumentLimits
from ...pages import UNREADABLE, Page, RawLine, Word, build_page
from ..base import DocumentInfo, DocumentReader, Scan
from .moments import Moment, moments_of

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["open_video", "page_for", "render_video"]

_APART = 0.5
"""Seconds between two moments of a short video."""
_LOOKS = 4
"""Frames that are looked at for each moment there may be."""
_LONG = 6.0
"""Seconds between moments from which only frames are looked at that need no others, where they are near."""
_MISSING = 1.5
"""Seconds that a video may be shorter than it says."""
_SUBTITLES = (".srt", ".vtt")


def open_video(path: Path, limits: DocumentLimits) -> DocumentReader:
    """Open a video as a document: a `Scan` a moment, in pixels of the frame.

    Raises:
        BadInput: no video, damaged, or cut off; names the file and what to do.
    """
    return _VideoDocument(path, limits)


def page_for(seconds: float) -> int:
    """The number by which `render_video` knows a time."""
    return 1 + round(seconds * 1000)


def render_video(path: Path, number: int, limits: DocumentLimits) -> tuple[Image.Image, float]:
    """The frame at a time (see `page_for`), and how many of its pixels are one of the picture's.

    Raises:
        BadInput: it cannot be read.
    """
    with VideoFile(path) as video:
        return _reduced(video.at((number - 1) / 1000), limits.render_pixels)


class _VideoDocument(DocumentReader):
    def __init__(self, path: Path, limits: DocumentLimits) -> None:
        self._path, self._limits = path, limits
        self._video = VideoFile(path)
        self.about = DocumentInfo("video", self._video.title, None, self._video.date)

    def pages(self, first: int = 1) -> Iterator[Page | Scan]:
        """Its moments from number `first` on; at the end a page without words if the rest is missing."""
        apart = max(_APART, self._video.seconds / self._limits.moments)
        look = apart / _LOOKS
        end, number = 0.0, 0
        key_frames = apart >= _LONG and self._video.key_gap() <= apart
        frames = self._counted(self._video.frames(look, key_frames))
        try:
            for moment in moments_of(frames, self._cues(), apart, 1 / look, self._limits.moments):
                number += 1
                end = moment.until
                if number >= first:
                    yield self._scan(number, moment)
        except BadInput:
            if not number:
                raise
        if not number:
            raise BadInput(str(self._path), "holds no frame that can be read; download it again")
        end = max(end, self._video.reached)
        missing = end + max(_MISSING, 2 * apart) < self._video.seconds
        if (missing or self._video.cut_off) and number + 1 >= first:
            yield self._cut_off(number + 1, end)

    def close(self) -> None:
        self._video.close()

    def _counted(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """The frames; now and then a sign of life, as much may pass before the next page."""
        for at, frame in enumerate(frames):
            if at % 50 == 0:
                self.on_page(1)
            yield frame

    def _cues(self) -> list[Cue]:
        """The subtitles in the video, and those of a file of the same name beside it."""
        found = cues_of(self._path)
        stem = self._path.with_suffix("")
        for ending in _SUBTITLES:
            for beside in sorted(self._path.parent.glob(f"{_literal(stem.name)}*{ending}")):
                if beside.name[len(stem.name) :].count(".") <= 2:  # "clip.srt", "clip.en.srt"
                    found += cues_of(beside)
        if not found and self._limits.speech:  # subtitles say it better
            found += self._heard(Path(self._limits.speech).expanduser())
        return sorted(found)

    def _heard(self, model: Path) -> Iterator[Cue]:
        from ....media.speech import heard

        for cue in heard(self._video, model):
            self.on_page(1)
            if cue is not None:
                yield cue

    def _scan(self, number: int, moment: Moment) -> Scan:
        image, scale = _reduced(moment.image, self._limits.render_pixels)
        said = tuple(f"said: {text}" for text in moment.said)
        return Scan(
            number=number,
            size=image.size,
            rgb=image.convert("RGB").tobytes(),
            scale=scale,
            width=moment.image.width,
            height=moment.image.height,
            frame="picture",
            section=(f"shot {moment.shot}",),
            notes=(f"at {clock(moment.seconds)} to {clock(moment.until)}", *said),
            seconds=moment.seconds,
            until=moment.until,
        )

    def _cut_off(self, number: int, end: float) -> Page:
        whole = f" of {clock(self._video.seconds)}" if self._video.seconds > end else ""
        words = f"the video is cut off at {clock(end)}{whole}; download it again"
        line = RawLine(tuple(map(Word, words.split())))
        page = build_page(number, [line], frame="picture", label=f"{UNREADABLE}{words}")
        return page


def _literal(name: str) -> str:
    """A name that means only itself in a pattern of files."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _reduced(image: Image.Image, most: int) -> tuple[Image.Image, float]:
    """A picture of at most so many pixels, and how many of the original's are one of its own."""
    ratio = math.sqrt(most / (image.width * image.height))
    if ratio >= 1:
        return image.convert("RGB"), 1.0
    size = max(1, int(image.width * ratio)), max(1, int(image.height * ratio))
    return image.convert("RGB").resize(size), image.width / size[0]
