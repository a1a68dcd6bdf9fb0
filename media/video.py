"""Videos, opened frame by frame with PyAV (FFmpeg's libraries). The only file that imports av."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..closing import Closing
from ..errors import BadInput
from ..extensions.extras import needs
from .video_ends import is_cut_off

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

__all__ = ["Cue", "Frame", "VideoFile", "cues_of", "encoded", "is_video"]

_SMALL = (128, 72)
"""Width and height of the small look of a frame: enough to see that something has changed."""
_LOCAL = {"protocol_whitelist": "file"}
"""What a file names elsewhere is never fetched."""
_SLACK = 0.001
_HERTZ = 16_000
_STRETCH = 300.0
"""Seconds of sound that are held at once: 19 MB."""
_GLANCE = 180.0
"""Seconds at the beginning by which a video's key frames are judged."""


class Cue(NamedTuple):
    """Words that belong to a stretch of a video: subtitles, or what is said."""

    seconds: float
    until: float
    text: str


@dataclass(frozen=True)
class Frame:
    """A frame of a video.

    Attributes:
        seconds: from the video's beginning.
        small: uint8 [72, 128, 3], blue first, for comparing.
        image: makes the whole picture of it, upright.
    """

    seconds: float
    small: NDArray[np.uint8]
    image: Callable[[], Image.Image]


class VideoFile(Closing):
    """An open video; a context manager.

    Args:
        path: of the file.

    Attributes:
        seconds: how long it says it is; 0 where it does not say.
        reached: seconds of it that were gone through so far.
        cut_off: whether the file ends before it says it does, where it says so.
        title, date: what it says about itself; "" for nothing.

    Raises:
        BadInput: no video, damaged, or cut off before its frames can be found.
        MissingExtra: PyAV is not installed.
    """

    def __init__(self, path: Path) -> None:
        with needs("video"):
            import av
        self._path, self._library = path, av
        with self._in_words():
            self._container = av.open(str(path), options=_LOCAL, metadata_errors="ignore")
        try:
            if not self._container.streams.video:
                raise BadInput(str(path), "holds no moving pictures")
        except BaseException:
            self.close()
            raise
        self._stream: Any = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self._stream.codec_context.thread_count = 2
        self._start = float((self._stream.start_time or 0) * self._stream.time_base)
        self.seconds, self.reached = self._length(), 0.0
        told = self._container.metadata
        self.cut_off = is_cut_off(path)
        self.title, self.date = told.get("title", ""), told.get("creation_time", "")[:10]

    def frames(self, apart: float, key_frames: bool = False) -> Iterator[Frame]:
        """Its frames from the beginning, no two nearer than that.

        Args:
            apart: seconds.
            key_frames: only those that need no others, which costs a tenth and less.

        Raises:
            BadInput: a frame cannot be read; those before it were given.
        """
        self._stream.codec_context.skip_frame = "NONKEY" if key_frames else "DEFAULT"
        next_look = 0.0
        with self._in_words():
            for packet in self._container.demux(self._stream):
                if packet.pts is not None:
                    shown = float((packet.pts + (packet.duration or 0)) * packet.time_base)
                    self.reached = max(self.reached, shown - self._start)
                for frame in packet.decode():
                    seconds = self._time_of(frame)
                    if seconds + _SLACK >= next_look:
                        next_look = seconds + apart
                        yield Frame(seconds, self._small(frame), partial(_upright, frame))

    def key_gap(self, most: float = _GLANCE) -> float:
        """The longest time without a frame that needs no others, in so many of its first seconds.

        Raises:
            BadInput: it cannot be read.
        """
        last = widest = seconds = 0.0
        with (
            self._in_words(),
            self._library.open(str(self._path), options=_LOCAL, metadata_errors="ignore") as other,
        ):
            for packet in other.demux(other.streams.video[0]):
                time = packet.pts if packet.pts is not None else packet.dts
                if time is None or seconds > most:
                    break  # the end of the file comes as a packet without a time
                seconds = float(time * packet.time_base) - self._start
                widest = max(widest, seconds - last)
                last = seconds if packet.is_keyframe else last
        return widest

    def sound(self, apart: float = _STRETCH) -> Iterator[tuple[float, NDArray[np.float32]]]:
        """What is to be heard, one stretch after the other; nothing where there is no sound.

        Args:
            apart: seconds of a stretch.

        Yields:
            When it begins, and float32 [samples], mono, 16,000 a second, -1 to 1.

        Raises:
            BadInput: it cannot be read.
        """
        import numpy as np

        if not self._container.streams.audio:
            return
        with (
            self._in_words(),
            self._library.open(str(self._path), options=_LOCAL, metadata_errors="ignore") as other,
        ):
            way = self._library.AudioResampler(format="flt", layout="mono", rate=_HERTZ)
            parts: list[NDArray[np.float32]] = []
            begin, length = 0.0, 0
            for frame in chain(other.decode(other.streams.audio[0]), (None,)):
                for piece in way.resample(frame):
                    parts.append(piece.to_ndarray().reshape(-1))
                    length += parts[-1].size
                if length >= apart * _HERTZ:
                    yield begin, np.concatenate(parts)
                    begin, parts, length = begin + length / _HERTZ, [], 0
            if parts:
                yield begin, np.concatenate(parts)

    def at(self, seconds: float) -> Image.Image:
        """The frame that is shown at a time; the last one for a later time.

        Raises:
            BadInput: it cannot be read.
        """
        found = None
        with self._in_words():
            offset = round((seconds + self._start) / self._stream.time_base)
            self._container.seek(max(0, offset), stream=self._stream, backward=True)
            for frame in self._container.decode(self._stream):
                if found is not None and self._time_of(frame) > seconds + _SLACK:
                    break
                found = frame
        if found is None:
            raise BadInput(str(self._path), f"has no frame at {seconds:g} seconds")
        return _upright(found)

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()

    def _length(self) -> float:
        if self._stream.duration:
            return float(self._stream.duration * self._stream.time_base)
        return float((self._container.duration or 0) / self._library.time_base)

    def _time_of(self, frame: Any) -> float:
        return max(0.0, (frame.time or 0.0) - self._start)

    def _small(self, frame: Any) -> NDArray[np.uint8]:
        pixels: NDArray[np.uint8] = frame.to_ndarray(
            width=_SMALL[0], height=_SMALL[1], format="bgr24"
        )
        return pixels

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (self._library.FFmpegError, ValueError) as error:
            raise BadInput(
                str(self._path),
                f"is a damaged or cut off video ({_reason(error)}); save or download it again",
            ) from None


def _upright(frame: Any) -> Image.Image:
    """A frame as a picture, turned as the camera was held."""
    image: Image.Image = frame.to_image()
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def cues_of(path: Path) -> list[Cue]:
    """The subtitles of a video, or of a file of subtitles (srt, vtt); none where it has no readable ones.

    Raises:
        MissingExtra: PyAV is not installed.
    """
    with needs("video"):
        import av
    cues: list[Cue] = []
    try:
        with av.open(str(path), options=_LOCAL, metadata_errors="ignore") as container:
            if container.streams.subtitles:
                cues.extend(_cues(container, container.streams.subtitles[0]))
    except (av.FFmpegError, ValueError):  # as much as could be read of them
        pass
    return cues


def _cues(container: Any, stream: Any) -> Iterator[Cue]:
    for packet in container.demux(stream):
        if packet.pts is None:
            continue
        begin = float(packet.pts * packet.time_base)
        until = begin + float((packet.duration or 0) * packet.time_base)
        texts = [rect.dialogue for rect in packet.decode() if getattr(rect, "dialogue", None)]
        said = b"\n".join(t if isinstance(t, bytes) else t.encode() for t in texts)
        text = " ".join(said.decode("utf-8", "replace").replace("\\N", " ").split())
        if text:
            yield Cue(max(0.0, begin), max(begin, until), text)


def encoded(images: Iterable[Image.Image], rate: int) -> bytes:
    """Pictures of one size as an MP4 (H.264), so many a second; for evaluations and tests.

    Raises:
        MissingExtra: PyAV is not installed.
    """
    with needs("video"):
        import av
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream: Any = None
        for image in images:
            if stream is None:
                stream = container.add_stream("libx264", rate=rate, options={"preset": "veryfast"})
                stream.width, stream.height, stream.pix_fmt = *image.size, "yuv420p"
            container.mux(stream.encode(av.VideoFrame.from_image(image.convert("RGB"))))
        if stream is not None:
            container.mux(stream.encode())
    return file.getvalue()


def is_video(head: bytes) -> bool:
    """Whether a file that begins so is one of the containers that videos come in."""
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return True
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return True
    if head[:1] == b"\x47" and head[188:189] in (b"\x47", b""):
        return True
    if head[4:5] == head[196:197] == b"\x47":  # with a time before each packet (M2TS)
        return True
    return head.startswith(_MARKS)


_MARKS = (
    b"\x1a\x45\xdf\xa3",  # Matroska and WebM
    b"\x00\x00\x01\xba",  # MPEG program streams
    b"\x00\x00\x01\xb3",
    b"OggS",
    b"FLV\x01",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF: WMV
)
