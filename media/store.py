"""Pictures: loading them safely, keeping them by content, cutting crops that know their place.

A `Picture` is a reference; a `Store` holds the bytes. Everything that comes out is RGB, the right way
up.
"""

from __future__ import annotations

import base64
import hashlib
import io
import math
import os
import re
import tempfile
import threading
from pathlib import Path
from weakref import WeakValueDictionary

from PIL import Image

from ..errors import BadInput, UsageError
from ..schema import Box, Origin, Picture
from ..settings import MediaLimits
from .formats import (
    KEPT_FORMATS,
    Loaded,
    Pixels,
    check_size,
    decode,
    read_file,
    sniff,
    too_many_bytes,
    upright_rgb,
)
from .private import make_private
from .recent import Recent

CACHE_PIXELS = 40_000_000
"""Decoded pixels a store keeps at hand, 4 bytes each."""

_LOOSE_PIXELS = 16_000_000
"""Of crops that are looked at once and never written."""
_SHRUNK_PIXELS = 24_000_000
"""Of pictures as they were shown to a model; asked about again, they need not be reduced again."""
_URL_LETTERS = 64 * 2**20
"""Of pictures as they were sent to a server."""

_Sized = tuple[str, int, int, int | None]

_SHA256 = re.compile(r"[0-9a-f]{64}")


_LOOSE: WeakValueDictionary[Path, Recent[str, Pixels]] = WeakValueDictionary()
_LOOSE_LOCK = threading.Lock()


def _loose_in(root: Path) -> Recent[str, Pixels]:
    """Crops that only memory holds: all stores of a folder share them, the assistant's and its model's."""
    with _LOOSE_LOCK:
        return _LOOSE.setdefault(
            root.resolve(), Recent(_LOOSE_PIXELS, _area)
        )  # links lead here, too


class Store:
    """Pictures by the SHA-256 of their bytes, in one folder; safe to share between threads.

    Args:
        root: the folder, made at first use; readable by its owner only.
        limits: what one picture may measure.
    """

    def __init__(self, root: Path, limits: MediaLimits | None = None) -> None:
        self.root = Path(root)
        self.limits = limits or MediaLimits()
        self._cache: Recent[str, Pixels] = Recent(CACHE_PIXELS, _area)
        self._loose = _loose_in(self.root)
        self._shrunk: Recent[_Sized, Pixels] = Recent(_SHRUNK_PIXELS, _area)
        self._urls: Recent[_Sized, str] = Recent(_URL_LETTERS, len)

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
            data = read_file(path, str(source), self.limits.bytes)
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
        self,
        picture: Picture,
        box: Box,
        *,
        min_side: int = 0,
        max_pixels: int | None = None,
        keep: bool = True,
    ) -> Picture:
        """Cut out `box`, grown to whole pixels and clipped to the picture, as a new picture.

        Boxes of the crop (`crop.box(...)`) are in the frame of the root original, also for the crop
        of a crop. Width and height are scaled alike. With `keep` off it is never written, and known
        to this store only as long as there is room in memory: for what is looked at once.

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
        if not keep:
            return self._keep_loose(cut, picture.name, origin)
        return self._keep_pixels(cut, picture.name, origin)

    def resized(self, picture: Picture, max_pixels: int | None) -> Pixels:
        """The pixels, reduced (never enlarged) to at most `max_pixels`, aspect kept.

        Raises:
            BadInput: the stored file is missing or damaged.
        """
        return self._reduced(picture, max_pixels).copy()

    def _reduced(self, picture: Picture, max_pixels: int | None) -> Pixels:
        """As `resized`, shared: nobody may change it."""
        if max_pixels is None or picture.width * picture.height <= max_pixels:
            return self._pixels(picture)
        key = (picture.sha256, picture.width, picture.height, max_pixels)
        if (known := self._shrunk.get(key)) is not None:
            self._check_known(picture)
            return known
        image = self._pixels(picture)
        size, _ = _fit(image.width, image.height, 0, max_pixels, self.limits.side)
        return self._shrunk.put(key, image.resize(size, Image.Resampling.LANCZOS))

    def data_url(self, picture: Picture, max_pixels: int | None = None) -> str:
        """A `data:` address for chat servers: PNG for drawings and scans, JPEG for photographs.

        Always encoded anew, so that what the camera wrote beside the pixels (place, time, owner)
        stays on this machine.

        Raises:
            BadInput: the stored file is missing or damaged.
        """
        key = (picture.sha256, picture.width, picture.height, max_pixels)
        if (known := self._urls.get(key)) is not None:
            self._check_known(picture)
            return known
        image = self._reduced(picture, max_pixels)
        if picture.format == "PNG" and image.getcolors(maxcolors=2**16) is not None:
            kind, data = "png", _encode_png(image)
        else:
            buffer = io.BytesIO()
            image.save(buffer, "JPEG", quality=92, subsampling=0)
            kind, data = "jpeg", buffer.getvalue()
        url = f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
        return self._urls.put(key, url)

    def _add_bytes(self, data: bytes, source: str, called: str) -> Picture:
        if len(data) > self.limits.bytes:
            raise BadInput(source, too_many_bytes(self.limits.bytes))
        loaded = self._decoded_before(data) or decode(data, source, self.limits)
        if not loaded.keep:
            return self._keep_pixels(loaded.image, called)
        return self._keep(data, loaded.format, loaded.image, called)

    def _decoded_before(self, data: bytes) -> Loaded | None:
        """What these very bytes were found to be, where they were stored as they are not long ago."""
        image, kind = self._cache.get(hashlib.sha256(data).hexdigest()), sniff(data)
        return None if image is None or kind is None else Loaded(image, kind, keep=True)

    def _add_pixels(self, image: Pixels, name: str) -> Picture:
        check_size(image.size, name, self.limits)
        try:
            upright = upright_rgb(image)
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
            else:
                os.utime(path)  # `pruning` goes by when it was used last
        except OSError as error:
            raise UsageError(
                f"the picture store {self.root} cannot be written ({error}); "
                "set LOOKTWICE_HOME to a folder with room"
            ) from error
        self._cache.put(picture.sha256, image)
        return picture

    def _keep_loose(self, image: Pixels, name: str, origin: Origin) -> Picture:
        """A picture that only memory holds; named by its pixels, which no file is made of."""
        digest = hashlib.sha256(f"{image.size}".encode() + image.tobytes()).hexdigest()
        self._loose.put(digest, image)
        return Picture(
            sha256=digest,
            width=image.width,
            height=image.height,
            format="PNG",
            name=_printable(name),
            origin=origin,
        )

    def _check_known(self, picture: Picture) -> None:
        """Raise BadInput where the picture is not (or no longer) in this store."""
        if self._loose.get(picture.sha256) is None:
            self.path(picture)

    def _place(self, sha256: str, ending: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4] / f"{sha256}.{ending}"

    def _pixels(self, picture: Picture) -> Pixels:
        """The shared decoded picture; nobody may change it."""
        if (loose := self._loose.get(picture.sha256)) is not None:
            return loose
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
        return decode(data, _called(picture), self.limits).image


def _area(image: Pixels) -> int:
    return image.width * image.height


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
    make_private(root)
    make_private(path.parent)
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
