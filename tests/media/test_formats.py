"""Pictures of any kind are loaded safely, upright and as RGB; anything else is refused with advice."""

from __future__ import annotations

import io
import os
import sys
import tracemalloc
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from looktwice.errors import BadInput
from looktwice.media import formats
from looktwice.media.formats import PictureFile
from looktwice.media.store import Store
from looktwice.settings import MediaLimits
from PIL import Image

from .kit import encoded, is_blue, sketch, stored_files


@pytest.mark.parametrize(
    ("kind", "stored_as"),
    [
        ("PNG", "PNG"),
        ("JPEG", "JPEG"),
        ("WEBP", "WEBP"),
        ("GIF", "PNG"),
        ("BMP", "PNG"),
        ("TIFF", "PNG"),
        ("HEIF", "PNG"),
        ("AVIF", "PNG"),
    ],
)
def test_every_kind_is_read_by_its_content(
    store: Store, tmp_path: Path, kind: str, stored_as: str
) -> None:
    file = tmp_path / "picture.txt"
    file.write_bytes(encoded(sketch(), kind))
    picture = store.add(file)
    assert (picture.width, picture.height, picture.format) == (60, 40, stored_as)
    assert picture.name == "picture.txt"
    image = store.open(picture)
    assert image.mode == "RGB"
    assert is_blue(image.getpixel((5, 5)))
    assert not is_blue(image.getpixel((50, 30)))
    assert store.path(picture).suffix == f".{formats.KEPT_FORMATS[stored_as]}"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_plain_files_are_kept_byte_for_byte(store: Store, kind: str) -> None:
    data = encoded(sketch(), kind)
    assert store.path(store.add(data)).read_bytes() == data


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "HEIF"])
def test_exif_orientation_is_applied(store: Store, kind: str, orientation: int) -> None:
    upright = sketch()
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = upright.transpose(undo) if undo is not None else upright
    picture = store.add(encoded(turned, kind, exif=exif.tobytes()))
    image = store.open(picture)
    assert image.size == (picture.width, picture.height) == (60, 40)
    assert is_blue(image.getpixel((5, 5)))
    for corner in [(55, 5), (5, 35), (55, 35)]:
        assert not is_blue(image.getpixel(corner))


def test_broken_exif_counts_as_upright(store: Store) -> None:
    data = encoded(sketch(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff nonsense")
    assert (store.add(data).width, store.add(data).height) == (60, 40)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_mode_becomes_rgb(store: Store, mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.asarray(sketch(mode="L"), dtype=np.uint16) * 257)
    else:
        image = sketch().quantize() if mode == "P" else sketch(mode=mode)
    kind = "TIFF" if mode in ("CMYK", "F", "I") else "PNG"
    for source in (image, encoded(image, kind)):
        opened = store.open(store.add(source))
        assert opened.mode == "RGB"
        if mode != "1":  # dots, whatever the grey
            grey = opened.convert("L")
            assert grey.getpixel((5, 5)) == pytest.approx(47, abs=12)
            assert grey.getpixel((50, 30)) == pytest.approx(81, abs=12)


def red(image: Image.Image, x: int) -> int:
    pixel = image.getpixel((x, 0))
    assert isinstance(pixel, tuple)
    return pixel[0]


def test_sixteen_bit_grey_keeps_its_full_range(store: Store) -> None:
    values = np.array([[0, 32768, 65535]], dtype=np.uint16)
    opened = store.open(store.add(encoded(Image.fromarray(values), "PNG")))
    assert [red(opened, x) for x in range(3)] == [0, 128, 255]


@pytest.mark.parametrize("value", [-5.0, 0.5, 1e9, float("nan"), float("inf")])
def test_flat_pictures_of_any_number_are_read(store: Store, value: float) -> None:
    image = Image.fromarray(np.full((4, 4), value, dtype=np.float32))
    assert store.open(store.add(image)).mode == "RGB"


def test_transparency_lies_over_white(store: Store) -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    grey = Image.new("LA", (8, 8), (0, 0))
    palette = Image.new("P", (8, 8), 0)
    palette.putpalette([0, 0, 0] * 256)
    buffer = io.BytesIO()
    palette.save(buffer, "PNG", transparency=0)
    for source in (clear, encoded(clear, "PNG"), encoded(clear, "WEBP"), grey, buffer.getvalue()):
        assert store.open(store.add(source)).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_many_frames_the_first_is_taken(store: Store, kind: str) -> None:
    frames = [Image.new("RGB", (10, 10), color) for color in ("blue", "red", "green")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    picture = store.add(data)
    assert is_blue(store.open(picture).getpixel((5, 5)))
    assert picture.format == "PNG"


def test_what_is_given_as_a_pillow_image_is_not_shared(store: Store) -> None:
    given_image = sketch()
    picture = store.add(given_image, "drawn")
    given_image.paste((0, 255, 0), (0, 0, 60, 40))
    opened = store.open(picture)
    assert is_blue(opened.getpixel((5, 5)))
    opened.paste((0, 255, 0), (0, 0, 60, 40))
    assert is_blue(store.open(picture).getpixel((5, 5)))
    assert picture.name == "drawn"


def svg() -> bytes:
    return b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "index"),
        (svg(), "SVG"),
        ("Grüße, a letter".encode(), "text"),
        (("ä" * 600).encode()[:1024], "text"),
        (b"\x00\x01\x02" * 50, "not a picture of a known kind"),
        (b"PK\x03\x04\x00\x00zip", "not a picture of a known kind"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "text"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"\xff\xd8\xff", "damaged"),
        (b"GIF89a", "damaged"),
        (b"II*\0", "damaged"),
        (b"BM" + bytes(60), "damaged"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "damaged"),
        (b"\0\0\0\x1cftypheic" + bytes(16), "damaged"),
        (b"\0\0\0\x1cftypavif" + bytes(16), "damaged"),
        (b"\0\0\0\x1cftypisom" + bytes(16), "not a picture of a known kind"),
    ],
)
def test_what_is_no_picture_is_refused_with_advice(store: Store, data: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        store.add(data, "upload.png")
    assert caught.value.source == "upload.png"
    assert not stored_files(store)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF"])
def test_a_file_cut_off_is_refused(store: Store, kind: str) -> None:
    data = encoded(Image.effect_noise((120, 120), 90).convert("RGB"), kind)
    with pytest.raises(BadInput, match="damaged or cut off"):
        store.add(data[: len(data) // 2])


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_damaged_bytes_raise_only_bad_input(store: Store, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"]))
    raw = bytearray(encoded(sketch(), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            picture = store.add(bytes(raw))
        except BadInput:
            return
        assert store.open(picture).size == (picture.width, picture.height)


def test_paths_that_cannot_be_read(store: Store, tmp_path: Path) -> None:
    loop = tmp_path / "loop.png"
    loop.symlink_to(loop)
    wrong: list[tuple[Path | str, str]] = [
        (tmp_path / "none.png", "no such file"),
        (tmp_path, "folder"),
        (loop, "cannot be read"),
        ("a\0b.png", "cannot be read"),
        ("x" * 5000, "cannot be read"),
        ("https://example.org/cat.png", "download"),
    ]
    for source, says in wrong:
        with pytest.raises(BadInput, match=says) as caught:
            store.add(source)
        assert caught.value.source == str(source)


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are a thing of Unix")
def test_a_pipe_is_refused_without_waiting_for_it(store: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(BadInput, match="regular file"):
        store.add(tmp_path / "pipe.png")


def test_a_file_without_permission(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.png"
    file.write_bytes(encoded(sketch(), "PNG"))

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)  # tests may run as root, who may read everything
    with pytest.raises(BadInput, match="permissions"):
        store.add(file)


def test_other_types_are_refused(store: Store) -> None:
    with pytest.raises(BadInput, match="ndarray"):
        store.add(np.zeros((3, 3)))  # type: ignore[arg-type]


def test_bytes_are_counted_before_the_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "store", MediaLimits(bytes=100))
    file = tmp_path / "large.png"
    file.write_bytes(encoded(sketch(), "PNG"))

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("the file was opened")

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(BadInput, match=r"large\.png: .*100 bytes.*LOOKTWICE_MEDIA__BYTES"):
        store.add(file)
    with pytest.raises(BadInput, match="100 bytes"):
        store.add(encoded(sketch(), "PNG"))


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (MediaLimits(pixels=2399), "60 x 40.*2,399 pixels.*LOOKTWICE_MEDIA__PIXELS"),
        (MediaLimits(side=59), "60 x 40.*59 pixels on a side.*LOOKTWICE_MEDIA__SIDE"),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF"])
def test_size_is_checked_before_decoding(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limits: MediaLimits,
    says: str,
    kind: str,
) -> None:
    data = encoded(sketch(), kind)

    def decoded(_: Image.Image) -> None:
        raise AssertionError("the picture was decoded")

    import pillow_heif

    for reader in (*formats._READERS.values(), pillow_heif.HeifImageFile):
        monkeypatch.setattr(reader, "load", decoded)
    with pytest.raises(BadInput, match=says):
        Store(tmp_path, limits).add(data, "huge")


def test_exactly_at_the_limit_is_fine(tmp_path: Path) -> None:
    store = Store(tmp_path, MediaLimits(pixels=2400, side=60))
    assert store.add(encoded(sketch(), "PNG")).width == 60
    with pytest.raises(BadInput, match="2,400 pixels"):
        store.add(sketch(60, 41))


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises more than its few bytes hold."""
    image = encoded(Image.new("1", (8, 8)), "PNG")
    header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + image[24:29]
    check = zlib.crc32(header).to_bytes(4, "big")
    return image[:12] + header + check + image[33:]


def test_bombs_neither_warn_nor_fill_the_memory(store: Store) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for width, height in [(29_000, 29_000), (2**31 - 1, 1), (20_000, 6_001)]:
            with pytest.raises(BadInput, match="pixels"):
                store.add(bomb(width, height), "bomb.png")
        # Pillow warns above 89 million pixels; our limit is higher. The bytes still run out.
        with pytest.raises(BadInput, match="damaged or cut off"):
            store.add(bomb(10_000, 10_000), "large.png")


def test_a_gif_frame_larger_than_its_screen_is_a_bomb_too(store: Store) -> None:
    data = bytearray(encoded(Image.new("P", (8, 8)), "GIF"))
    at = data.index(b",\0\0\0\0")
    data[at + 5 : at + 9] = (30_000).to_bytes(2, "little") * 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(BadInput, match="pixels"):
            store.add(bytes(data), "bomb.gif")


def test_ultralytics_does_not_change_how_broken_files_are_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def patched(*_: object, **__: object) -> None:
        raise AssertionError("Image.open was used; Ultralytics replaces it with its own")

    monkeypatch.setattr(Image, "open", patched)
    assert store.add(encoded(sketch(), "PNG")).width == 60
    with pytest.raises(BadInput, match="damaged"):
        store.add(b"\x89PNG\r\n\x1a\n nothing")


def test_wide_pixels_count_twice(tmp_path: Path) -> None:
    """A small file of wide numbers took gigabytes to decode."""
    limits = MediaLimits(pixels=10_000)
    store = Store(tmp_path / "small", limits)
    for mode in ("F", "I", "I;16"):
        store.add(encoded(Image.new(mode, (50, 100)), "TIFF"))
        with pytest.raises(BadInput, match="more than 5,000 pixels"):
            store.add(encoded(Image.new(mode, (51, 100)), "TIFF"))
    assert store.add(encoded(Image.new("RGB", (100, 100)), "PNG"))


def test_a_wide_picture_takes_few_copies_to_decode(tmp_path: Path) -> None:
    """Numpy's share is counted: strips, not copies of the whole in 64 bits."""
    data = encoded(Image.new("F", (3000, 3000), 0.5), "TIFF", compression="tiff_adobe_deflate")
    tracemalloc.start()
    try:
        Store(tmp_path / "wide").add(data)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 3 * 3000 * 3000 + 50 * 2**20


def test_strips_give_what_the_whole_gave(store: Store) -> None:
    values = np.linspace(-3, 900, 1500 * 1100, dtype=np.float32).reshape(1100, 1500)
    opened = np.asarray(store.open(store.add(Image.fromarray(values))))[..., 0]
    whole = np.clip((values.astype(np.float64) + 3) * (255 / 903) + 0.5, 0, 255).astype(np.uint8)
    assert np.abs(opened.astype(int) - whole).max() <= 1


@pytest.mark.parametrize(
    ("ink", "alpha", "dark"),
    [
        ((255, 255, 255), 255, True),
        ((250, 240, 225), 255, True),
        ((255, 255, 255), 150, True),
        ((20, 20, 60), 255, False),
        ((200, 30, 30), 255, False),
    ],
)
@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_letters_on_nothing_stand_on_a_ground_that_shows_them(
    tmp_path: Path, ink: tuple[int, int, int], alpha: int, dark: bool, form: str
) -> None:
    label = Image.new("RGBA", (120, 60), (0, 0, 0, 0))
    label.paste((*ink, alpha), (20, 20, 100, 40))
    path = tmp_path / f"a.{form.lower()}"
    label.save(path, form, **({"lossless": True} if form == "WEBP" else {}))
    shown = PictureFile(path, MediaLimits()).page(1)
    ground, letter = shown.convert("L").getpixel((2, 2)), shown.convert("L").getpixel((50, 30))
    assert isinstance(ground, int)
    assert isinstance(letter, int)
    assert (ground < 100) is dark
    assert abs(ground - letter) > 60


def test_a_white_page_without_clear_parts_stays_white(tmp_path: Path) -> None:
    Image.new("RGBA", (50, 50), (255, 255, 255, 255)).save(tmp_path / "a.png")
    assert PictureFile(tmp_path / "a.png", MediaLimits()).page(1).getpixel((1, 1)) == (255,) * 3
