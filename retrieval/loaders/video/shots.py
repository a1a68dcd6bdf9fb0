"""Where one shot of a video ends and another begins. The only file that imports scenedetect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....extensions.extras import needs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Shots"]


class Shots:
    """Tells cuts by the change of colours and light from frame to frame (PySceneDetect).

    Args:
        rate: frames in a second that it will be shown, about.

    Attributes:
        number: of the shot that the last frame belongs to, from 1.
    """

    def __init__(self, rate: float) -> None:
        with needs("video"):
            from scenedetect import ContentDetector, FrameTimecode
        self._detector, self._time = ContentDetector(min_scene_len=1), FrameTimecode
        self._rate, self._seen = rate, 0
        self.number = 1

    def cut(self, small: NDArray[np.uint8]) -> bool:
        """Whether a shot begins with this frame, the next in order (uint8 [height, width, 3], BGR)."""
        time = self._time(self._seen, self._rate)
        self._seen += 1
        found = bool(self._detector.process_frame(time, small))
        self.number += found
        return found
