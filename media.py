"""Pictures: loading them safely, keeping them by content, cutting crops that know their place.

A `Picture` is a reference; a `Store` holds the bytes. What comes in is judged by its content, never
by its file ending; its size is read from the header before anything is decoded; and only the
formats named here are ever handed to a decoder, so no file can reach Ghostscript or a rarely used
parser. Everything that comes out is RGB, the right way up.
"""

from __future__ import annotations

import base64
import codecs
import hashlib
import io
import math
import os
import re
import stat
import tempfile
import threading
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from .errors import BadInput, UsageError
from .schema import Box, Origin, Picture
from .settings import MediaLimits

Pixels = Image.Image

CACHE_PIXELS = 40_000_000
"""Decoded pixels a store keeps at hand, 4 bytes each."""

KEPT_FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
"""Formats whose bytes may be stored as they came, with their file endings."""

READABLE = "PNG, JPEG, WebP, GIF, BMP, TIFF, HEIC or AVIF"

_READERS: dict[str, type[ImageFile.ImageFile]] = {
    "AVIF": AvifImagePlugin.AvifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
}
_HEADER = threading.Lock()  # warning filters belong to the process
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_TURNS = {  # EXIF orientation -> what puts the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION_TAG = 0x0112
_SUBFILE_TAG = 0x00FE
_REDUCED = 1
"""TIFF 6.0, NewSubfileType: this picture is a smaller copy of another in the file."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Store:
    """Pictures by the SHA-256 of their bytes, in one folder; safe to share between threads.

    Args:
        root: the folder, made at first use; readable by its owner only.
        limits: what one picture may measure.
    """

    def __init__(self, root: Path, limits: MediaLimits | None = None) -> None:
        self.root = Path(root)
        self.limits = limits or MediaLimits()
        self._cache = _Cache(CACHE_PIXELS)

    def add(self, source: str | Path | bytes | Pixels | Picture, name: str = "") -> Picture:
        """Check a picture, store it and return its reference; the same content is stored once.

        Args:
            source: a path, the bytes of a file, a Pillow image, or a reference this store knows.
            name: what to call it; a path gives its file name.

        Raises:
            BadInput: no picture, damaged, or over a limit; says which and what to do.
        """
        if isinstance(source, Picture):
            self.path(source)
            return source
        if isinstance(source, Image.Image):
            return self._add_pixels(source, name or "picture")
        if isinstance(source, bytes | bytearray):
            return self._add_bytes(bytes(source), name or "picture", called=name)
        if isinstance(source, str | Path):
            path = Path(source).expanduser()
            data = _read_file(path, str(source), self.limits.bytes)
            return self._add_bytes(data, str(source), called=name or path.name)
        raise BadInput(
            name or type(source).__name__,
            "expected a path, the bytes of a picture file, a Pillow image or a Picture",
        )

    def open(self, picture: Picture) -> Pixels:
        """The pixels: RGB, upright, fully loaded, and the caller's own to change.

        Raises:
            BadInput: the stored file is missing or damaged.
        """
        return self._pixels(picture).copy()

    def path(self, picture: Picture) -> Path:
        """The stored file, always inside `root`.

        Raises:
            BadInput: this store does not hold the picture.
        """
        ending = KEPT_FORMATS.get(picture.format)
        # The schema forbids other names; a reference made around it must not lead outside either.
        known = ending and _SHA256.fullmatch(picture.sha256)
        path = self._place(picture.sha256, ending) if ending and known else None
        if path is None or not path.is_file():
            raise BadInput(_called(picture), "is not in the picture store; add its file again")
        return path

    def crop(
        self, picture: Picture, box: Box, *, min_side: int = 0, max_pixels: int | None = None
    ) -> Picture:
        """Cut out `box`, grown to whole pixels and clipped to the picture, as a new picture.

        Boxes of the crop (`crop.box(...)`) are in the frame of the root original, also for the crop
        of a crop. Width and height are scaled alike.

        Args:
            picture: what to cut from; a crop is cut from its own pixels.
            box: in the frame of the picture's original.
            min_side: enlarge (Lanczos) until the short side has this many pixels.
            max_pixels: the crop never has more than this; wins over `min_side`.

        Raises:
            BadInput: the box lies outside the picture, or belongs to another frame.
        """
        left, top, right, bottom = _whole_pixels(picture, box)
        most = self.limits.pixels if max_pixels is None else min(max_pixels, self.limits.pixels)
        size, scale = _fit(right - left, bottom - top, min_side, most, self.limits.side)
        cut = self._pixels(picture).resize(
            size,
            Image.Resampling.NEAREST if scale == 1 else Image.Resampling.LANCZOS,
            box=(
                left,
                top,
                min(left + size[0] * scale, picture.width),
                min(top + size[1] * scale, picture.height),
            ),
        )
        outer = picture.origin or Origin()
        origin = outer.model_copy(
            update={
                "picture": picture.original,
                "left": outer.left + left * outer.scale,
                "top": outer.top + top * outer.scale,
                "scale": outer.scale * scale,
            }
        )
        return self._keep_pixels(cut, picture.name, origin)

    def resized(self, picture: Picture, max_pixels: int | None) -> Pixels:
        """The pixels, reduced (never enlarged) to at most `max_pixels`, aspect kept.

        Raises:
            BadInput: the stored file is missing or damaged.
        """
        image = self._pixels(picture)
        if max_pixels is None or image.width * image.height <= max_pixels:
            return image.copy()
        size, _ = _fit(image.width, image.height, 0, max_pixels, self.limits.side)
        return image.resize(size, Image.Resampling.LANCZOS)

    def data_url(self, picture: Picture, max_pixels: int | None = None) -> str:
        """A `data:` address for chat servers: PNG for drawings and scans, JPEG for photographs.

        Always encoded anew, so that what the camera wrote beside the pixels (place, time, owner)
        stays on this machine.

        Raises:
            BadInput: the stored file is missing or damaged.
        """
        image = self.resized(picture, max_pixels)
        if picture.format == "PNG" and image.getcolors(maxcolors=2**16) is not None:
            kind, data = "png", _encode_png(image)
        else:
            buffer = io.BytesIO()
            image.save(buffer, "JPEG", quality=92, subsampling=0)
            kind, data = "jpeg", buffer.getvalue()
        return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"

    def _add_bytes(self, data: bytes, source: str, called: str) -> Picture:
        if len(data) > self.limits.bytes:
            raise BadInput(source, _too_many_bytes(self.limits.bytes))
        loaded = self._decoded_before(data) or _decode(data, source, self.limits)
        if not loaded.keep:
            return self._keep_pixels(loaded.image, called)
        return self._keep(data, loaded.format, loaded.image, called)

    def _decoded_before(self, data: bytes) -> _Loaded | None:
        """What these very bytes were found to be, where they were stored as they are not long ago."""
        image, kind = self._cache.get(hashlib.sha256(data).hexdigest()), _sniff(data)
        return None if image is None or kind is None else _Loaded(image, kind, keep=True)

    def _add_pixels(self, image: Pixels, name: str) -> Picture:
        _check_size(image.size, name, self.limits)
        try:
            upright = _upright_rgb(image)
        except Exception as error:  # a lazily opened file may fail in any way
            raise BadInput(name, f"cannot be decoded ({error})") from error
        return self._keep_pixels(upright, name)

    def _keep_pixels(self, image: Pixels, name: str, origin: Origin | None = None) -> Picture:
        return self._keep(_encode_png(image), "PNG", image, name, origin)

    def _keep(
        self, data: bytes, kind: str, image: Pixels, name: str, origin: Origin | None = None
    ) -> Picture:
        picture = Picture(
            sha256=hashlib.sha256(data).hexdigest(),
            width=image.width,
            height=image.height,
            format=kind,
            name=_printable(name),
            origin=origin,
        )
        path = self._place(picture.sha256, KEPT_FORMATS[kind])
        try:
            # Comparing, not only looking for the name, heals a file that was damaged since.
            if not path.is_file() or path.read_bytes() != data:
                _write_whole(path, data, self.root)
        except OSError as error:
            raise UsageError(
                f"the picture store {self.root} cannot be written ({error}); "
                "set LOOKTWICE_HOME to a folder with room"
            ) from error
        self._cache.put(picture.sha256, image)
        return picture

    def _place(self, sha256: str, ending: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4] / f"{sha256}.{ending}"

    def _pixels(self, picture: Picture) -> Pixels:
        """The shared decoded picture; nobody may change it."""
        path = self.path(picture)
        image = self._cache.get(picture.sha256)
        if image is None:
            image = self._load(picture, path)
            self._cache.put(picture.sha256, image)
        if image.size != (picture.width, picture.height):
            raise BadInput(
                _called(picture),
                f"is {image.width} x {image.height} in the picture store, "
                f"not {picture.width} x {picture.height}; add its file again",
            )
        return image

    def _load(self, picture: Picture, path: Path) -> Pixels:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise BadInput(_called(picture), f"cannot be read from the store ({error})") from error
        if hashlib.sha256(data).hexdigest() != picture.sha256:
            raise BadInput(_called(picture), "is damaged in the picture store; add its file again")
        return _decode(data, _called(picture), self.limits).image


class PictureFile:
    """A picture file read page by page, without a store; only TIFF has more than one.

    Args:
        path: the file.
        limits: what it and each of its pages may measure.

    Attributes:
        pages: how many it has; thumbnails and the frames of an animation are none.
        exif: what the camera wrote beside the pixels of the first; may be empty, or nonsense.

    Raises:
        BadInput: no picture, damaged, or over a limit; names the file and what to do.
    """

    def __init__(self, path: Path, limits: MediaLimits) -> None:
        self._source = str(path)
        self._limits = limits
        data = _read_file(path, self._source, limits.bytes)
        if len(data) > limits.bytes:
            raise BadInput(self._source, _too_many_bytes(limits.bytes))
        kind = _sniff(data)
        if kind is None:
            raise BadInput(self._source, _what_it_is(data))
        self._kind = kind
        with _decoding(self._source, kind, limits):
            self._image = _open_header(data, kind)
            _check_size(self._image.size, self._source, limits)
            self.exif = self._image.getexif()
            self._frames = _full_frames(self._image) if kind == "TIFF" else [0]
        self.pages = len(self._frames)

    def page(self, number: int) -> Pixels:
        """Page `number` (from 1): RGB, upright, fully loaded, and the caller's own.

        Raises:
            BadInput: this page is damaged or over a limit.
        """
        with _decoding(self._source, self._kind, self._limits):
            if self.pages > 1:
                self._image.seek(self._frames[number - 1])
            _check_size(self._image.size, self._source, self._limits)
            self._image.load()
            _check_size(self._image.size, self._source, self._limits)
            return _upright_rgb(self._image)


class _Cache:
    """The decoded pictures used last, bounded by their pixels together."""

    def __init__(self, pixels: int) -> None:
        self._left = pixels
        self._images: OrderedDict[str, Pixels] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Pixels | None:
        with self._lock:
            image = self._images.get(key)
            if image is not None:
                self._images.move_to_end(key)
            return image

    def put(self, key: str, image: Pixels) -> None:
        with self._lock:
            if key in self._images:
                return
            self._images[key] = image
            self._left -= image.width * image.height
            while self._left < 0:
                _, gone = self._images.popitem(last=False)
                self._left += gone.width * gone.height


class _Loaded(NamedTuple):
    """A decoded file: RGB and upright; `keep` says that its own bytes will do as they are."""

    image: Pixels
    format: str
    keep: bool


def is_picture(start: bytes) -> bool:
    """Whether a file that begins so claims to be a picture of a format that can be read here."""
    return _sniff(start) is not None


def _read_file(path: Path, source: str, most: int) -> bytes:
    """The bytes of a regular file of at most `most` bytes."""
    if source.startswith(("http://", "https://")):
        raise BadInput(source, "is an address; download the picture and give the file")
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise BadInput(source, "is a folder; give the pictures in it one by one")
        if not stat.S_ISREG(status.st_mode):
            raise BadInput(source, "is not a regular file; give a picture file")
        if status.st_size > most:
            raise BadInput(source, _too_many_bytes(most))
        with path.open("rb") as file:
            return file.read(most + 1)  # it may have grown since
    except FileNotFoundError:
        raise BadInput(source, "there is no such file; check the path") from None
    except PermissionError:
        raise BadInput(source, "may not be read; check its permissions") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise BadInput(source, f"cannot be read ({error})") from None


def _decode(data: bytes, source: str, limits: MediaLimits) -> _Loaded:
    """Decode the first picture in `data`, after its header passed the limits."""
    kind = _sniff(data)
    if kind is None:
        raise BadInput(source, _what_it_is(data))
    with _decoding(source, kind, limits):
        image = _open_header(data, kind)
        _check_size(image.size, source, limits)
        image.load()
        _check_size(image.size, source, limits)  # a frame may be larger than its header said
        keep = (
            kind in KEPT_FORMATS
            and image.mode in ("RGB", "L")
            and not image.has_transparency_data
            and not getattr(image, "is_animated", False)
            and _orientation(image) not in _TURNS
        )
        return _Loaded(_upright_rgb(image), kind, keep)


@contextmanager
def _decoding(source: str, kind: str, limits: MediaLimits) -> Iterator[None]:
    """Say of anything a decoder raises that this file cannot be used."""
    try:
        yield
    except BadInput:
        raise
    except Image.DecompressionBombError:
        raise BadInput(source, _too_many_pixels(limits.pixels)) from None
    except Exception as error:  # a hostile file may make a decoder raise anything
        reason = str(error) or type(error).__name__
        raise BadInput(
            source, f"is a damaged or cut off {kind} file ({reason}); save it again"
        ) from error


def _full_frames(image: ImageFile.ImageFile) -> list[int]:
    """The pages of a TIFF that are no smaller copies of others."""
    full = []
    for at in range(getattr(image, "n_frames", 1)):
        image.seek(at)
        tags: dict[int, Any] = getattr(image, "tag_v2", {})
        if not int(tags.get(_SUBFILE_TAG, 0)) & _REDUCED:
            full.append(at)
    return full or [0]


def _open_header(data: bytes, kind: str) -> ImageFile.ImageFile:
    """Parse the header only.

    Not `Image.open`: it has its own idea of a bomb, tries other formats, and Ultralytics replaces
    it for the whole process with one that installs packages when a file is broken.
    """
    reader = _heif_reader() if kind == "HEIF" else _READERS[kind]
    with _HEADER, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GIF warns of bombs below the size `MediaLimits` allows
        return reader(io.BytesIO(data), "")


def _heif_reader() -> type[ImageFile.ImageFile]:
    import pillow_heif

    reader: type[ImageFile.ImageFile] = pillow_heif.HeifImageFile
    return reader


def _sniff(data: bytes) -> str | None:
    """The Pillow format these bytes claim to be, of those that may be decoded."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "TIFF"
    if data.startswith(b"BM") and data[6:10] == bytes(4):
        return "BMP"
    if data[4:8] == b"ftyp":
        length = min(int.from_bytes(data[:4], "big"), 256)
        brands = {data[8:12], *(data[at : at + 4] for at in range(16, length, 4))}
        if brands & _AVIF_BRANDS:
            return "AVIF"
        if brands & _HEIF_BRANDS:
            return "HEIF"
    return None


def _what_it_is(data: bytes) -> str:
    """What is wrong with bytes that are no picture, and what to do."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not data:
        return "is empty; save or download it again"
    if start.startswith(b"%PDF"):
        return "is a PDF, not a picture; documents go through an index: looktwice index add"
    if b"<svg" in start.lower():
        return "is an SVG drawing, which has no pixels; export it as PNG"
    if b"\0" not in start and _is_text(start):
        return "is text, not a picture; put it into the question or add it to an index"
    return f"is not a picture of a known kind; save it as {READABLE}"


def _is_text(start: bytes) -> bool:
    try:
        # Incremental: a character cut in two at the end is no fault of the text.
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True


def _check_size(size: tuple[int, int], source: str, limits: MediaLimits) -> None:
    width, height = size
    if not width or not height:
        raise BadInput(source, "has no pixels; give another picture")
    if max(width, height) > limits.side:
        raise BadInput(
            source,
            f"is {width} x {height}, more than {limits.side:,} pixels on a side; cut it up, "
            "or raise LOOKTWICE_MEDIA__SIDE",
        )
    if width * height > limits.pixels:
        raise BadInput(source, f"is {width} x {height}: it {_too_many_pixels(limits.pixels)}")


def _too_many_pixels(most: int) -> str:
    return f"has more than {most:,} pixels; reduce it, or raise LOOKTWICE_MEDIA__PIXELS"


def _too_many_bytes(most: int) -> str:
    return f"has more than {most:,} bytes; reduce it, or raise LOOKTWICE_MEDIA__BYTES"


def _orientation(image: Pixels) -> int:
    """The EXIF orientation, 1 to 8; broken metadata counts as upright."""
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # EXIF is a format of its own, as breakable as any
        return 1


def _upright_rgb(image: Pixels) -> Pixels:
    """An RGB copy the right way up, alpha over white. Loads the image."""
    image.load()
    turn = _TURNS.get(_orientation(image))  # after load: TIFF turns itself and drops the tag
    rgb = _rgb(image)
    return rgb.transpose(turn) if turn is not None else rgb


def _rgb(image: Pixels) -> Pixels:
    if image.has_transparency_data or image.mode in ("RGBa", "La"):
        layer = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(layer, mask=layer.getchannel("A"))
        return white
    if image.mode in ("F", "I") or image.mode.startswith("I;16"):
        return _eight_bits(image).convert("RGB")
    plain = image.convert("RGB")  # a new object also for RGB: no file, no metadata
    plain.info.clear()
    return plain


def _eight_bits(image: Pixels) -> Pixels:
    """A grey picture with wide values (16 bits, or any numbers) as 8 bits."""
    import numpy as np

    values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if image.mode == "F" and low >= 0 and high <= 1:
        values = values * 255
    elif image.mode.startswith("I;16") or (image.mode == "I" and low >= 0 and 255 < high <= 0xFFFF):
        values = values / 257  # 16 bits: full range to full range
    elif low < 0 or high > 255:
        values = (values - low) * (255 / max(high - low, 1e-9))
    return Image.fromarray(np.clip(values + 0.5, 0, 255).astype(np.uint8))


def _whole_pixels(picture: Picture, box: Box) -> tuple[int, int, int, int]:
    """The pixels of `picture` that `box` touches: left, top, right, bottom (exclusive)."""
    try:
        x1, y1, x2, y2 = picture.local(box)
    except ValueError as error:
        raise BadInput(_called(picture), str(error)) from None
    x1, x2 = max(x1, 0.0), min(x2, float(picture.width))
    y1, y2 = max(y1, 0.0), min(y2, float(picture.height))
    if x1 >= x2 or y1 >= y2:
        shown = ", ".join(f"{value:g}" for value in box.xyxy)
        raise BadInput(
            _called(picture),
            f"the box ({shown}) holds nothing of this {picture.width} x {picture.height} picture",
        )
    tiny = 1e-6  # a whole pixel that rounding made a hair larger must not grow by one more
    left, top = math.floor(x1 + tiny), math.floor(y1 + tiny)
    right = min(max(math.ceil(x2 - tiny), left + 1), picture.width)
    bottom = min(max(math.ceil(y2 - tiny), top + 1), picture.height)
    return min(left, right - 1), min(top, bottom - 1), right, bottom


def _fit(
    width: int, height: int, min_side: int, max_pixels: int, max_side: int
) -> tuple[tuple[int, int], float]:
    """The size to give a cut of `width` x `height`, and the pixels of the cut one new pixel spans.

    Enlarges until the short side is `min_side`, reduces to the two limits, which win.
    """
    long, short = max(width, height), min(width, height)
    wanted = max(1.0, min_side / short)
    allowed = min(math.sqrt(max_pixels / (width * height)), max_side / long)
    if wanted <= allowed:
        new_long = math.ceil(long * wanted - 1e-9)
    else:
        new_long = max(1, math.floor(long * allowed + 1e-9))
    new_short = max(1, round(short * new_long / long))
    if new_long * new_short > max_pixels:
        new_short = max(1, new_short - 1)
        new_long = max(1, min(new_long, max_pixels // new_short))
    size = (new_long, new_short) if width >= height else (new_short, new_long)
    return size, long / new_long


def _encode_png(image: Pixels) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)  # a quarter of the time, a tenth larger
    return buffer.getvalue()


def _write_whole(path: Path, data: bytes, root: Path) -> None:
    """Write so that a reader sees all of the file or none of it."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as part:
        try:
            part.write(data)
            part.close()  # Windows moves closed files only
            os.replace(part.name, path)
        except BaseException:
            part.close()
            os.unlink(part.name)
            raise


def _printable(name: str) -> str:
    """A name fit for JSON, a terminal and a prompt: no control characters, one line, not long."""
    return "".join(c if c.isprintable() else "?" for c in name)[:200]


def _called(picture: Picture) -> str:
    return picture.name or f"picture {picture.sha256[:12]}"
