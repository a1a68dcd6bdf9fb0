"""Picture files: what a decoder may be given, and what comes out of it.

What a file is is judged by its content, never by its ending; its size is read from the header before
anything is decoded; and only the formats named here are ever handed to a decoder, so no file can reach
Ghostscript or a rarely used parser. What comes out is RGB, the right way up.
"""

from __future__ import annotations

import codecs
import io
import stat
import threading
import warnings
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

from ..errors import BadInput, MissingExtra
from ..extensions.extras import needs
from ..settings import MediaLimits
from .room import PixelRoom

Pixels = Image.Image

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
_WIDE_COSTS = 2
"""How many pixels of 8 bits one of more counts for."""
_STRIP = 2**20
_ROOM = PixelRoom(MediaLimits().pixels)
"""Memory belongs to the process, whoever decodes in it."""
_SEEN, _NEARLY_WHITE, _MOSTLY = 64, 200, 0.9
"""Opacity that is seen, of 255; a shade that is hardly seen on white; a share that is nearly all."""
_FILLED = 0.98
"""Share of a picture that is not clear: nothing of the ground is seen behind it."""
_DARK = (40, 40, 40)
_ORIENTATION_TAG = 0x0112
_SUBFILE_TAG = 0x00FE
_REDUCED = 1
"""TIFF 6.0, NewSubfileType: this picture is a smaller copy of another in the file."""


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
        data = read_file(path, self._source, limits.bytes)
        if len(data) > limits.bytes:
            raise BadInput(self._source, too_many_bytes(limits.bytes))
        kind = sniff(data)
        if kind is None:
            raise BadInput(self._source, _what_it_is(data))
        self._kind = kind
        with _decoding(self._source, kind, limits):
            self._image = _open_header(data, kind)
            check_size(self._image.size, self._source, limits)
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
            with _loaded(self._image, self._source, self._limits):
                return upright_rgb(self._image)


class Loaded(NamedTuple):
    """A decoded file: RGB and upright; `keep` says that its own bytes will do as they are."""

    image: Pixels
    format: str
    keep: bool


def is_picture(start: bytes) -> bool:
    """Whether a file that begins so claims to be a picture of a format that can be read here."""
    return sniff(start) is not None


def read_file(path: Path, source: str, most: int) -> bytes:
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
            raise BadInput(source, too_many_bytes(most))
        with path.open("rb") as file:
            return file.read(most + 1)  # it may have grown since
    except FileNotFoundError:
        raise BadInput(source, "there is no such file; check the path") from None
    except PermissionError:
        raise BadInput(source, "may not be read; check its permissions") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise BadInput(source, f"cannot be read ({error})") from None


def decode(data: bytes, source: str, limits: MediaLimits) -> Loaded:
    """Decode the first picture in `data`, after its header passed the limits."""
    kind = sniff(data)
    if kind is None:
        raise BadInput(source, _what_it_is(data))
    with _decoding(source, kind, limits):
        image = _open_header(data, kind)
        with _loaded(image, source, limits):
            keep = (
                kind in KEPT_FORMATS
                and image.mode in ("RGB", "L")
                and not image.has_transparency_data
                and not getattr(image, "is_animated", False)
                and _orientation(image) not in _TURNS
            )
            return Loaded(upright_rgb(image), kind, keep)


@contextmanager
def _loaded(image: Pixels, source: str, limits: MediaLimits) -> Iterator[None]:
    """Load a picture where its header passes the limits and there is room for it."""
    most = limits.pixels // _WIDE_COSTS if _is_wide(image) else limits.pixels
    check_size(image.size, source, limits, most)
    with _ROOM.taking(image.width * image.height):
        image.load()
        check_size(image.size, source, limits, most)  # a frame may be larger than its header said
        yield


@contextmanager
def _decoding(source: str, kind: str, limits: MediaLimits) -> Iterator[None]:
    """Say of anything a decoder raises that this file cannot be used."""
    try:
        yield
    except BadInput:
        raise
    except MissingExtra as error:
        raise BadInput(source, str(error)) from None
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
    with needs("documents"):
        import pillow_heif

    reader: type[ImageFile.ImageFile] = pillow_heif.HeifImageFile
    return reader


def sniff(data: bytes) -> str | None:
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


def check_size(
    size: tuple[int, int], source: str, limits: MediaLimits, pixels: int | None = None
) -> None:
    """BadInput for a picture over a limit; `pixels` where it may have fewer than `limits` say."""
    most = limits.pixels if pixels is None else pixels
    width, height = size
    if not width or not height:
        raise BadInput(source, "has no pixels; give another picture")
    if max(width, height) > limits.side:
        raise BadInput(
            source,
            f"is {width} x {height}, more than {limits.side:,} pixels on a side; cut it up, "
            "or raise LOOKTWICE_MEDIA__SIDE",
        )
    if width * height > most:
        raise BadInput(source, f"is {width} x {height}: it {_too_many_pixels(most)}")


def _too_many_pixels(most: int) -> str:
    return f"has more than {most:,} pixels; reduce it, or raise LOOKTWICE_MEDIA__PIXELS"


def too_many_bytes(most: int) -> str:
    """What is said of a file over the limit."""
    return f"has more than {most:,} bytes; reduce it, or raise LOOKTWICE_MEDIA__BYTES"


def _orientation(image: Pixels) -> int:
    """The EXIF orientation, 1 to 8; broken metadata counts as upright."""
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # EXIF is a format of its own, as breakable as any
        return 1


def upright_rgb(image: Pixels) -> Pixels:
    """An RGB copy the right way up, alpha over white. Loads the image."""
    image.load()
    turn = _TURNS.get(_orientation(image))  # after load: TIFF turns itself and drops the tag
    rgb = _rgb(image)
    return rgb.transpose(turn) if turn is not None else rgb


def _rgb(image: Pixels) -> Pixels:
    if image.has_transparency_data or image.mode in ("RGBa", "La"):
        return _on_ground(image.convert("RGBA"))
    if _is_wide(image):
        return _eight_bits(image).convert("RGB")
    plain = image.convert("RGB")  # a new object also for RGB: no file, no metadata
    plain.info.clear()
    return plain


def _is_wide(image: Pixels) -> bool:
    """Whether a pixel is a number of more than 8 bits."""
    return image.mode in ("F", "I") or image.mode.startswith("I;16")


def _on_ground(layer: Pixels) -> Pixels:
    """A picture with clear parts on white; on dark grey where all that it shows is nearly white.

    White letters on nothing, made for dark walls, would vanish on white.
    """
    opaque = layer.getchannel("A").point(lambda alpha: 255 * (alpha > _SEEN))
    shades = layer.convert("L").histogram(mask=opaque)
    seen = sum(shades)
    clear = seen < _FILLED * layer.width * layer.height
    light = clear and seen > 0 and sum(shades[_NEARLY_WHITE:]) > _MOSTLY * seen
    ground = Image.new("RGB", layer.size, _DARK if light else "white")
    ground.paste(layer, mask=layer.getchannel("A"))
    return ground


def _eight_bits(image: Pixels) -> Pixels:
    """A grey picture with wide values (16 bits, or any numbers) as 8 bits, strip by strip."""
    with needs("documents"):
        import numpy as np

    extremes = [(float(v.min()), float(v.max())) for _, v in _strips(image)]
    low, high = min(low for low, _ in extremes), max(high for _, high in extremes)
    base, factor = 0.0, 1.0
    if image.mode == "F" and low >= 0 and high <= 1:
        factor = 255
    elif image.mode.startswith("I;16") or (image.mode == "I" and low >= 0 and 255 < high <= 0xFFFF):
        factor = 1 / 257  # 16 bits: full range to full range
    elif low < 0 or high > 255:
        base, factor = low, 255 / max(high - low, 1e-9)
    grey = Image.new("L", image.size)
    for top, values in _strips(image):
        strip = np.clip((values - base) * factor + 0.5, 0, 255).astype(np.uint8)
        grey.paste(Image.fromarray(strip), (0, top))
    return grey


def _strips(image: Pixels) -> Iterator[tuple[int, Any]]:
    """Rows of a picture as numbers, no more than `_STRIP` pixels at a time, with the first row's place."""
    import numpy as np

    rows = max(1, _STRIP // image.width)
    for top in range(0, image.height, rows):
        part = image.crop((0, top, image.width, min(top + rows, image.height)))
        yield top, np.nan_to_num(np.asarray(part, dtype=np.float64), posinf=0.0, neginf=0.0)
