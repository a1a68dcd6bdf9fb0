"""A long video whose key frames are far from each other is looked at all the same, and is whole."""

from __future__ import annotations

from pathlib import Path

from looktwice.media.video import VideoFile, encoded
from looktwice.retrieval.loaders.base import Scan
from looktwice.retrieval.loaders.video.document import open_video
from looktwice.settings import DocumentLimits
from PIL import Image


def test_slides_between_two_key_frames_are_not_missed(tmp_path: Path) -> None:
    path = tmp_path / "slides.mp4"
    wall = Image.new("RGB", (320, 180), "#808080")
    slide = wall.copy()
    slide.paste("#9c9c9c", (40, 40, 200, 120))
    path.write_bytes(encoded([wall if at < 20 else slide for at in range(40)], rate=2))
    with VideoFile(path) as video:
        assert video.key_gap() > 10
    reader = open_video(path, DocumentLimits(moments=2))
    pages = list(reader.pages())
    reader.close()
    assert [type(page) for page in pages] == [Scan, Scan]  # and none that says it is cut off
