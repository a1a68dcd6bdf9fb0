"""Storing pictures by content, and crops that know where they came from."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from looktwice.errors import BadInput, UsageError
from looktwice.media import store as media
from looktwice.media.store import Store
from looktwice.schema import Box, Origin, Picture
from looktwice.settings import MediaLimits
from PIL import Image
from pydantic import ValidationError

from .kit import encoded, is_blue, sketch, stored_files


def coordinates(width: int = 200, height: int = 160) -> Image.Image:
    """Red is x, green is y."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.arange(width)
    pixels[..., 1] = np.arange(height)[:, None]
    return Image.fromarray(pixels)


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
    pixel = store.open(crop).getpixel((x, y))
    assert isinstance(pixel, tuple)
    red, green, _ = pixel
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


def test_a_crop_that_is_looked_at_once_is_never_written(tmp_path: Path) -> None:
    store = Store(tmp_path / "pictures")
    picture = store.add(Image.effect_noise((64, 48), 80).convert("RGB"), "noise")
    files = sorted(store.root.rglob("*"))
    box = Box(x1=8, y1=4, x2=40, y2=36)
    loose, kept = store.crop(picture, box, keep=False), store.crop(picture, box)
    assert len(sorted(store.root.rglob("*.png"))) == 2
    assert store.open(loose).tobytes() == store.open(kept).tobytes()
    assert store.data_url(loose) == store.data_url(kept)
    assert (loose.origin, loose.width, loose.height) == (kept.origin, kept.width, kept.height)
    with pytest.raises(BadInput, match="not in the picture store"):
        store.path(loose)
    assert all(file.exists() for file in files)


def test_stores_of_one_folder_share_crops_that_are_not_written(tmp_path: Path) -> None:
    """The assistant cuts them, and its model, which may have a store of its own, opens them."""
    store = Store(tmp_path / "pictures")
    picture = store.add(Image.effect_noise((64, 48), 80).convert("RGB"), "noise")
    loose = store.crop(picture, Box(x1=8, y1=4, x2=40, y2=36), keep=False)
    assert Store(tmp_path / "pictures").open(loose).size == (32, 32)
    (tmp_path / "link").symlink_to(tmp_path / "pictures", target_is_directory=True)
    assert Store(tmp_path / "link").open(loose).size == (32, 32), "evaluations link the store"
    with pytest.raises(BadInput, match="not in the picture store"):
        Store(tmp_path / "others").open(loose)


def test_a_large_photo_shown_again_is_reduced_and_encoded_no_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "pictures")
    noise = Image.effect_noise((400, 300), 90).convert("RGB")
    picture = store.add(noise.resize((1200, 900)), "photo")
    first = store.resized(picture, 100_000), store.data_url(picture, 100_000)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("done before")

    monkeypatch.setattr(Image.Image, "resize", never)
    monkeypatch.setattr(Image.Image, "save", never)
    again = store.resized(picture, 100_000), store.data_url(picture, 100_000)
    assert again[0].tobytes() == first[0].tobytes()
    assert again[1] == first[1]
    again[0].paste((0, 0, 0), (0, 0, 10, 10))  # the caller's own to change
    assert store.resized(picture, 100_000).tobytes() == first[0].tobytes()


def test_a_picture_that_is_gone_is_not_shown_from_memory(tmp_path: Path) -> None:
    store = Store(tmp_path / "pictures")
    picture = store.add(Image.effect_noise((64, 48), 80).convert("RGB"), "noise")
    store.data_url(picture, 500)
    store.resized(picture, 500)
    store.path(picture).unlink()
    for show in (store.data_url, store.resized):
        with pytest.raises(BadInput, match="not in the picture store"):
            show(picture, 500)
