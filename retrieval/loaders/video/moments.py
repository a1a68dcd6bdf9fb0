"""The moments of a video that are worth a look: those that look other than the one before.

After Video-RAG and MME-VideoOCR: not so many frames a second, but as many as change, so that a sign that
is there for a second is not missed and an hour of one slide is one page. Memory stays the same however
long the video is: two frames, and what is known of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ....media.video import Cue, Frame
from .shots import Shots

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Moment", "moments_of"]

CHANGED = 14.0
"""Grey levels of 256 by which some small part of a frame has to change on average; packing makes 5."""
_PART = 8
"""Pixels on a side of such a part, of the small look."""


@dataclass(frozen=True)
class Moment:
    """A stretch of a video in which nothing changes.

    Attributes:
        seconds, until: when it begins and ends.
        image: its first frame.
        shot: the number of its shot, from 1.
        said: the subtitles that are shown in it.
    """

    seconds: float
    until: float
    image: Image.Image
    shot: int
    said: tuple[str, ...] = ()


def moments_of(
    frames: Iterable[Frame], cues: Sequence[Cue], apart: float, rate: float, most: int
) -> Iterator[Moment]:
    """The moments in order, each once the next one begins.

    Args:
        frames: in order.
        cues: subtitles in order.
        apart: seconds between two moments at least, but for cuts; doubled whenever there are `most` more.
        rate: frames in a second, about.
        most: moments.
    """
    shots = Shots(rate)
    begun: tuple[Moment, NDArray[np.float32]] | None = None
    last: Frame | None = None
    count = 0
    for frame in frames:
        cut = shots.cut(frame.small)
        if begun is not None:
            moment, look = begun
            since = frame.seconds - moment.seconds
            due = since >= apart and (
                _change(look, frame) > CHANGED or _begins(cues, moment.seconds, frame.seconds)
            )
            if not due and not (cut and since >= min(apart, 1.0) / 2):
                last = frame
                continue
            yield _ended(moment, frame.seconds, cues)
            count += 1
            if count % most == 0:
                apart *= 2
        begun = Moment(frame.seconds, frame.seconds, frame.image(), shots.number), _look(frame)
        last = None
    if begun is None:
        return
    moment, look = begun
    if last is not None and _change(look, last) > CHANGED:
        yield _ended(moment, last.seconds, cues)
        moment = Moment(last.seconds, last.seconds, last.image(), shots.number)
    end = last.seconds if last is not None else moment.seconds
    yield _ended(moment, end + 1 / rate, cues)


def _ended(moment: Moment, until: float, cues: Sequence[Cue]) -> Moment:
    said = tuple(c.text for c in cues if c.seconds < until and c.until > moment.seconds)
    return replace(moment, until=max(until, moment.seconds), said=said)


def _begins(cues: Sequence[Cue], after: float, until: float) -> bool:
    return any(after < cue.seconds <= until for cue in cues)


def _look(frame: Frame) -> NDArray[np.float32]:
    """Of each small part of a frame the mean of each colour, and how much its light differs inside.

    Black hands on a white dial may be as bright as the wall behind, all in all.
    """
    small = frame.small.astype(np.float32)
    rows, columns = small.shape[0] // _PART, small.shape[1] // _PART
    parts = small.reshape(rows, _PART, columns, _PART, 3)
    means = parts.mean(axis=(1, 3))
    spread = parts.mean(axis=4).std(axis=(1, 3))
    return np.concatenate([means, spread[..., None]], axis=2, dtype=np.float32)


def _change(look: NDArray[np.float32], frame: Frame) -> float:
    apart = np.abs(_look(frame) - look)
    return float(max(apart[..., :3].mean(axis=2).max(), apart[..., 3].max()))
