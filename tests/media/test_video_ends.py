"""A video that was cut off is told, whatever it comes in; a whole one is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.media.video_ends import is_cut_off
from PIL import Image

av = pytest.importorskip("av")

CONTAINERS = {
    "avi": "mpeg4", "mpeg": "mpeg1video", "vob": "mpeg2video", "mpegts": "mpeg2video", "flv": "flv",
    "asf": "wmv2", "matroska": "mpeg4", "webm": "libvpx", "ogg": "libvpx", "mp4": "mpeg4", "mov": "mpeg4",
}  # fmt: skip


def clip(path: Path, container: str, **options: str) -> bytes:
    """One second of noise, so that it consists of many packets."""
    with av.open(str(path), "w", format=container, options=options) as file:
        stream = file.add_stream(CONTAINERS[container], rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for _ in range(25):
            noise = Image.effect_noise((160, 120), 80).convert("RGB")
            file.mux(stream.encode(av.VideoFrame.from_image(noise)))
        file.mux(stream.encode())
    return path.read_bytes()


@pytest.mark.parametrize("container", [*CONTAINERS, "m2ts"])
def test_where_it_ends_too_early(tmp_path: Path, container: str) -> None:
    path = tmp_path / "clip"
    before_each = {"mpegts_m2ts_mode": "1"} if container == "m2ts" else {}
    data = clip(path, "mpegts" if before_each else container, **before_each)
    assert not is_cut_off(path)
    for share in (0.3, 0.6, 0.9):
        path.write_bytes(data[: int(len(data) * share) // 4 * 4 + 3])  # no packet ends there
        assert is_cut_off(path), share


def test_open_ends_and_other_files_say_nothing(tmp_path: Path) -> None:
    live = tmp_path / "live"
    data = clip(live, "matroska")
    at = data.index(b"\x18\x53\x80\x67") + 4
    live.write_bytes(data[:at] + b"\x01" + 7 * b"\xff" + data[at + 8 :][:500])
    assert not is_cut_off(live)
    for words in (
        b"",
        b"\0",
        b"words " * 400,
        b"\0\0\1\xba",
        b"RIFF",
        b"FLV\1",
        b"\x1a\x45\xdf\xa3",
    ):
        live.write_bytes(words)
        is_cut_off(live)  # whatever it says, it says it
