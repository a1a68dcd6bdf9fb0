"""Loading pictures safely, storing them by content, and crops that know where they came from."""

from __future__ import annotations

import base64
import io
import os
import sys
import warnings
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from looktwice.errors import BadInput, UsageError
from looktwice.media import formats
from looktwice.media import store as media
from looktwice.media.store import Store
from looktwice.schema import Box, Origin, Picture
from looktwice.settings import MediaLimits
from PIL import Image, ImageDraw
from pydantic import ValidationError


def sketch(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """A red picture with a blue top left quarter, so that turning it shows."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    ImageDraw.Draw(image).rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill=(30, 30, 200))
    return image.convert(mode)


def coordinates(width: int = 200, height: int = 160) -> Image.Image:
    """Red is x, green is y."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.arange(width)
    pixels[..., 1] = np.arange(height)[:, None]
    return Image.fromarray(pixels)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def stored_files(store: Store) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def is_blue(pixel: Any) -> bool:
    return bool(pixel[2] > pixel[0] + 60)


# Loading


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
    assert store.path(picture).suffix == f".{media.KEPT_FORMATS[stored_as]}"


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


def test_sixteen_bit_grey_keeps_its_full_range(store: Store) -> None:
    values = np.array([[0, 32768, 65535]], dtype=np.uint16)
    opened = store.open(store.add(encoded(Image.fromarray(values), "PNG")))
    assert [opened.getpixel((x, 0))[0] for x in range(3)] == [0, 128, 255]


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


# Refusing


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
    for source, says in [
        (tmp_path / "none.png", "no such file"),
        (tmp_path, "folder"),
        (loop, "cannot be read"),
        ("a\0b.png", "cannot be read"),
        ("x" * 5000, "cannot be read"),
        ("https://example.org/cat.png", "download"),
    ]:
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


# Limits


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


# The store


def test_the_same_content_is_one_file(store: Store, tmp_path: Path) -> None:
    data = encoded(sketch(), "JPEG")
    (tmp_path / "a.jpg").write_bytes(data)
    first, second = store.add(tmp_path / "a.jpg"), store.add(data, "b.jpg")
    assert first.sha256 == second.sha256
    assert (first.name, second.name) == ("a.jpg", "b.jpg")
    assert stored_files(store) == [store.path(first)]
    digest = first.sha256
    assert store.path(first) == store.root / digest[:2] / digest[2:4] / f"{digest}.jpg"


def test_the_same_bytes_are_decoded_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(sketch(), "PNG")
    first = store.add(data)
    monkeypatch.setattr("looktwice.media.store.decode", lambda *a: pytest.fail("decoded again"))
    assert store.add(data) == first


def test_a_reference_is_returned_if_it_is_known(store: Store, tmp_path: Path) -> None:
    picture = store.add(sketch())
    assert store.add(picture) == picture
    with pytest.raises(BadInput, match="not in the picture store"):
        Store(tmp_path / "other").add(picture)


def test_names_are_fit_for_json_and_for_one_line(store: Store) -> None:
    picture = store.add(sketch(), "evil\nname\udc80\x1b[31m" + "x" * 500)
    assert picture.name.startswith("evil?name??[31m")
    assert len(picture.name) <= 200
    assert Picture.model_validate_json(picture.model_dump_json()) == picture


@pytest.mark.parametrize("sha256", ["../" * 21 + "x", "/etc/passwd", "A" * 64, "a" * 64 + "\n", ""])
def test_nothing_outside_the_folder_can_be_named(store: Store, sha256: str) -> None:
    with pytest.raises(ValidationError):
        Picture(sha256=sha256, width=1, height=1, format="PNG")
    forged = Picture.model_construct(sha256=sha256, width=1, height=1, format="PNG", name="forged")
    with pytest.raises(BadInput):
        store.open(forged)


def test_a_forged_format_opens_nothing(store: Store, tmp_path: Path) -> None:
    picture = store.add(sketch())
    outside = tmp_path / "secret.png"
    outside.write_bytes(b"secret")
    with pytest.raises(BadInput):
        store.path(picture.model_copy(update={"format": "/../../../secret.png"}))


@pytest.mark.parametrize("harm", [Path.unlink, lambda p: p.write_bytes(b"x"), lambda p: flip(p)])
def test_lost_or_damaged_files_are_reported_and_healed(
    store: Store, harm: Callable[[Path], object]
) -> None:
    data = encoded(sketch(), "PNG")
    picture = store.add(data, "cat.png")
    harm(store.path(picture))
    fresh = Store(store.root)  # nothing decoded yet
    with pytest.raises(BadInput, match=r"cat\.png: .*add its file again"):
        fresh.open(picture)
    assert fresh.add(data, "cat.png") == picture
    assert fresh.open(picture).size == (60, 40)


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[-20] ^= 1
    path.write_bytes(raw)


def test_a_reference_with_a_wrong_size_is_refused(store: Store) -> None:
    forged = store.add(sketch()).model_copy(update={"width": 600})
    with pytest.raises(BadInput, match="not 600 x 40"):
        store.open(forged)


def test_nothing_half_written_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(UsageError, match=r"No space left.*LOOKTWICE_HOME"):
        store.add(sketch())
    assert not stored_files(store)


def test_many_threads_share_one_store(store: Store) -> None:
    data = [encoded(sketch(40 + n, 30), "PNG") for n in range(6)]

    def work(n: int) -> tuple[int, int]:
        return store.open(store.add(data[n % 6])).size

    with ThreadPoolExecutor(8) as pool:
        sizes = list(pool.map(work, range(48)))
    assert sizes == [(40 + n % 6, 30) for n in range(48)]
    assert len(stored_files(store)) == 6


def test_the_cache_keeps_what_was_used_last_and_stays_small() -> None:
    cache = media._Cache(pixels=250)
    images = {name: Image.new("RGB", (10, 10)) for name in "abc"}
    cache.put("a", images["a"])
    cache.put("b", images["b"])
    assert cache.get("a") is images["a"]
    cache.put("c", images["c"])
    assert cache.get("b") is None
    assert cache.get("a") is images["a"]
    cache.put("huge", Image.new("RGB", (100, 100)))
    assert cache.get("huge") is None
    cache.put("a", images["a"])
    assert cache.get("a") is images["a"]


def test_ultralytics_does_not_change_how_broken_files_are_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def patched(*_: object, **__: object) -> None:
        raise AssertionError("Image.open was used; Ultralytics replaces it with its own")

    monkeypatch.setattr(Image, "open", patched)
    assert store.add(encoded(sketch(), "PNG")).width == 60
    with pytest.raises(BadInput, match="damaged"):
        store.add(b"\x89PNG\r\n\x1a\n nothing")


# Crops


def boxes(width: int, height: int) -> st.SearchStrategy[Box]:
    def build(xs: list[float], ys: list[float]) -> Box:
        return Box(x1=min(xs), y1=min(ys), x2=max(xs), y2=max(ys))

    def two(high: int) -> st.SearchStrategy[list[float]]:
        number = st.floats(-20, high + 20, allow_nan=False)
        return st.lists(number, min_size=2, max_size=2)

    return st.builds(build, two(width), two(height)).filter(
        lambda b: (lambda c: c.width > 0.01 and c.height > 0.01)(b.clip(width, height))
    )


def assert_close(found: Box, wanted: Box, within: float) -> None:
    for a, b in zip(found.xyxy, wanted.xyxy, strict=True):
        assert abs(a - b) <= within


def whole(picture: Picture) -> Box:
    return picture.box(0, 0, picture.width, picture.height)


@given(box=boxes(200, 160), min_side=st.integers(0, 90))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_crop_knows_where_it_came_from(store: Store, box: Box, min_side: int) -> None:
    picture = store.add(coordinates())
    crop = store.crop(picture, box, min_side=min_side)
    assert crop.original == picture.sha256
    assert_close(whole(crop), box.clip(200, 160), within=1.5)
    assert_close(crop.box(*crop.local(box)), box, within=1e-6)
    assert min(crop.width, crop.height) >= min_side


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_crop_of_a_crop_refers_to_the_root(store: Store, data: st.DataObject) -> None:
    picture = store.add(coordinates())
    outer = store.crop(picture, data.draw(boxes(200, 160)), min_side=data.draw(st.integers(0, 60)))
    region = whole(outer)
    shares = st.floats(0, 1, allow_nan=False)
    xs = sorted(data.draw(st.tuples(shares, shares)))
    ys = sorted(data.draw(st.tuples(shares, shares)))
    inner_box = Box(
        x1=region.x1 + xs[0] * region.width,
        y1=region.y1 + ys[0] * region.height,
        x2=region.x1 + xs[1] * region.width,
        y2=region.y1 + ys[1] * region.height,
    )
    if xs[1] - xs[0] < 0.01 or ys[1] - ys[0] < 0.01:
        return
    inner = store.crop(outer, inner_box, min_side=data.draw(st.integers(0, 60)))
    assert inner.original == picture.sha256
    assert_close(whole(inner), inner_box, within=1.5)


@given(box=boxes(200, 160), min_side=st.integers(40, 90))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_the_pixels_of_a_crop_are_those_of_its_place(store: Store, box: Box, min_side: int) -> None:
    picture = store.add(coordinates())
    crop = store.crop(picture, box, min_side=min_side)
    x, y = crop.width // 2, crop.height // 2
    red, green, _ = store.open(crop).getpixel((x, y))
    place = crop.box(x + 0.5, y + 0.5, x + 0.5, y + 0.5)
    assert abs(red + 0.5 - place.x1) <= 1.5
    assert abs(green + 0.5 - place.y1) <= 1.5


def test_a_crop_without_enlarging_is_exact(store: Store) -> None:
    picture = store.add(coordinates(), "map.png")
    crop = store.crop(picture, picture.box(10, 20, 50, 40))
    assert (crop.width, crop.height, crop.name) == (40, 20, "map.png")
    assert crop.origin == Origin(picture=picture.sha256, left=10, top=20, scale=1)
    found = np.asarray(store.open(crop))
    assert np.array_equal(found, np.asarray(coordinates())[20:40, 10:50])


@given(
    width=st.integers(1, 3000),
    height=st.integers(1, 3000),
    min_side=st.integers(0, 2000),
    most=st.integers(1, 500_000),
)
def test_the_limits_of_a_crop_win(width: int, height: int, min_side: int, most: int) -> None:
    size, scale = media._fit(width, height, min_side, most, 30_000)
    assert size[0] * size[1] <= most
    assert min(size) >= 1
    assert max(size) <= 30_000
    assert scale == max(width, height) / max(size)
    enlarged = max(1.0, min_side / min(width, height))
    if (width * enlarged + 1) * (height * enlarged + 1) <= most:
        assert min(size) >= min_side
        assert min(size) >= min(width, height)


def test_an_extreme_crop_cannot_fill_the_memory(tmp_path: Path) -> None:
    store = Store(tmp_path, MediaLimits(pixels=50_000, side=1000))
    picture = store.add(Image.new("RGB", (1000, 4)))
    crop = store.crop(picture, picture.box(0, 0, 1000, 1), min_side=400)
    assert crop.width <= 1000
    assert crop.width * crop.height <= 50_000


@pytest.mark.parametrize(
    "box",
    [
        Box(x1=60, y1=0, x2=90, y2=20),
        Box(x1=-9, y1=-9, x2=0, y2=0),
        Box(x1=5, y1=5, x2=5, y2=9),
        Box(x1=0, y1=0, x2=9, y2=9, frame="page"),
    ],
)
def test_a_box_with_nothing_in_it_is_refused(store: Store, box: Box) -> None:
    with pytest.raises(BadInput, match="sketch"):
        store.crop(store.add(sketch(), "sketch"), box)


def test_the_crop_of_a_rendered_page_stays_in_the_page_frame(store: Store) -> None:
    origin = Origin(document="d1", page=3, scale=0.5, frame="page")
    page = store.add(coordinates()).model_copy(update={"origin": origin})
    crop = store.crop(page, Box(x1=10, y1=20, x2=30, y2=40, frame="page"), min_side=80)
    assert crop.origin is not None
    assert (crop.origin.document, crop.origin.page) == ("d1", 3)
    assert whole(crop) == Box(x1=10, y1=20, x2=30, y2=40, frame="page")
    assert crop.original == page.sha256


# For servers


def decoded_url(url: str) -> Image.Image:
    head, _, body = url.partition(",")
    image = Image.open(io.BytesIO(base64.b64decode(body, validate=True)))
    assert head == f"data:image/{(image.format or '').lower()};base64"
    return image


@pytest.mark.parametrize(("kind", "sent"), [("PNG", "PNG"), ("JPEG", "JPEG"), ("WEBP", "JPEG")])
def test_data_urls_are_what_every_server_reads(store: Store, kind: str, sent: str) -> None:
    image = decoded_url(store.data_url(store.add(encoded(sketch(), kind))))
    assert (image.format, image.size, image.mode) == (sent, (60, 40), "RGB")
    assert is_blue(image.getpixel((5, 5)))


def test_photographs_stored_as_png_are_sent_as_jpeg(store: Store) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    assert decoded_url(store.data_url(store.add(Image.fromarray(noise)))).format == "JPEG"


def test_what_the_camera_wrote_down_is_not_sent(store: Store) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    picture = store.add(encoded(sketch(), "JPEG", exif=exif.tobytes(), comment=b"SecretComment"))
    assert b"Secret" in store.path(picture).read_bytes()
    assert b"Secret" not in base64.b64decode(store.data_url(picture).partition(",")[2])


@given(most=st.integers(1, 3000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_resized_keeps_the_aspect_and_the_limit(store: Store, most: int) -> None:
    picture = store.add(sketch())
    image = store.resized(picture, most)
    assert image.width * image.height <= most
    if most >= 2400:
        assert image.size == (60, 40)
    if most > 100:
        assert abs(image.width / image.height - 1.5) < 0.25
    assert decoded_url(store.data_url(picture, most)).size == image.size


def test_opening_again_does_not_decode_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = store.add(encoded(sketch(), "JPEG"))

    def decoded(*_: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(media, "decode", decoded)
    assert store.open(picture).size == (60, 40)
