"""Looking for pictures by what they show, among photographs and drawn things, and for what is not there.

The photographs are those that installed packages bring along; nothing is copied into this package. The
drawn things are as plain as icons are, on grounds of several colours.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path
from random import Random

from PIL import Image, ImageFilter

from ...errors import UsageError
from ..task import EvidencePage, Task, Truth
from .maker import Maker
from .paper import Sheet

_TOOLS = (frozenset({"find_pictures"}),)
_SIDE = 640
_PHOTOS = {
    "street.jpg": ("ultralytics", "assets/bus.jpg", ("bus", "person")),
    "talk.jpg": ("ultralytics", "assets/zidane.jpg", ("person", "tie")),
    "portrait.jpg": ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg", ("person", "tie")),
    "palace.jpg": ("sklearn", "datasets/images/china.jpg", ()),
    "bloom.jpg": ("sklearn", "datasets/images/flower.jpg", ()),
    "rest.jpg": ("gradio", "media_assets/images/cheetah1.jpg", ()),
    "tall.jpg": ("gradio", "media_assets/images/tower.jpg", ()),
}
"""What each photograph is called here, where it is, and what of the things asked for it shows."""
_ASKED = ("find pictures of {many}", "which pictures show {one}?", "images that contain {one}")
_THINGS = {
    "stop sign": ("a stop sign", "stop signs"),
    "clock": ("a clock", "clocks"),
    "traffic light": ("a traffic light", "traffic lights"),
    "cup": ("a cup", "cups"),
    "laptop": ("a laptop", "laptops"),
    "tv": ("a television set", "television sets"),
    "frisbee": ("a frisbee", "frisbees"),
    "person": ("a person", "people"),
    "bus": ("a bus", "buses"),
    "tie": ("a tie", "ties"),
}
"""What is asked for, in the words for one and for many."""
_MISSING = (
    "find pictures of lighthouses",
    "which photos show a guitar?",
    "pictures of a volcano",
    "show me images with penguins",
    "find photos of a helicopter",
    "which images contain a bridge?",
    "pictures of butterflies",
    "are there photos of a waterfall?",
    "find images with a violinist",
    "photos of rockets",
)
_WRITTEN = ("Violin lessons", "Bakery", "Mountain hut")
"""Signs among the pictures: what they say is shown in none."""
_EACH = 3


def generate(make: Maker) -> list[Task]:
    """One collection, asked for what is shown, what is only written, and what is not there."""
    shown = _pictures(make)
    names = tuple(make.rng.sample(list(shown), len(shown)))
    tasks = [
        Task(
            id=f"shown-{thing.replace(' ', '-')}-{at}",
            kind="shown",
            question=asked.format(one=one, many=many),
            documents=names,
            truth=_truth(tuple(name for name, things in shown.items() if thing in things)),
        )
        for thing, (one, many) in _THINGS.items()
        for at, asked in enumerate(_ASKED)
    ]
    tasks += [
        Task(id=f"missing-{at}", kind="missing", question=question, documents=names,
             truth=Truth(answerable=False, tools=_TOOLS))
        for at, question in enumerate(_MISSING)
    ]  # fmt: skip
    tasks.append(
        Task(id="written", kind="written", question="find pictures of a violin", documents=names,
             truth=_truth(("pictures/sign-0.jpg",)))
    )  # fmt: skip
    return tasks


def _truth(names: tuple[str, ...]) -> Truth:
    answers = ("<AND>".join(Path(name).name for name in names),)
    pages = tuple(EvidencePage(document=name, page=1) for name in names)
    return Truth(answers=answers, match="prose", pages=pages, tools=_TOOLS)


def _pictures(make: Maker) -> dict[str, tuple[str, ...]]:
    """Thirty pictures and more, each with what it shows."""
    shown: dict[str, tuple[str, ...]] = {}
    for name, (package, inside, things) in _PHOTOS.items():
        shown[_saved(make, partial(photo, package, inside), name)] = things
    for thing, draw in DRAWN.items():
        for at in range(_EACH):
            name = f"{thing.replace(' ', '-')}-{at}.jpg"
            shown[_saved(make, _placed(draw, make.rng), name)] = (thing,)
    for at, words in enumerate(_WRITTEN):
        shown[_saved(make, partial(_sign, words), f"sign-{at}.jpg")] = ()
    return shown


def _saved(make: Maker, draw: Callable[[], Image.Image], name: str) -> str:
    path = f"pictures/{name}"
    if make.wants(path):
        file = io.BytesIO()
        draw().save(file, "JPEG", quality=92)
        make.file(file.getvalue(), path)
    return path


def _sign(words: str) -> Image.Image:
    sheet = Sheet(_SIDE, _SIDE, "#dfe6ea")
    sheet.write(_SIDE / 2, _SIDE / 2, words, 60, face="bold", anchor="mm")
    return sheet.image


@lru_cache
def photo(package: str, inside: str) -> Image.Image:
    """A photograph of an installed package; UsageError where it is missing."""
    spec = find_spec(package)
    folders = (spec.submodule_search_locations if spec else None) or ()
    path = next((p for f in folders if (p := Path(f) / inside).is_file()), None)
    if path is None:
        raise UsageError(f"{package} is not installed whole; mend it: pip install {package}")
    with Image.open(path) as opened:
        return opened.convert("RGB")


def photographs() -> list[Image.Image]:
    """All photographs that the suite uses."""
    return [photo(package, inside) for package, inside, _ in _PHOTOS.values()]


def _placed(draw: Callable[[Sheet], None], rng: Random) -> Callable[[], Image.Image]:
    """A drawn thing, larger or smaller, somewhere on a plain ground: what draws it."""
    ground = rng.choice(("#b9d4e8", "#e8dcc8", "#cfd8d0", "#d8dee4"))
    side = round(_SIDE * rng.uniform(0.55, 0.95))
    at = rng.randrange(_SIDE - side + 1), rng.randrange(_SIDE - side + 1)
    return partial(_scene, draw, ground, side, at)


def _scene(
    draw: Callable[[Sheet], None], ground: str, side: int, at: tuple[int, int]
) -> Image.Image:
    whole = Sheet(800, 800, ground)
    draw(whole)
    made = Image.new("RGB", (_SIDE, _SIDE), ground)
    made.paste(whole.image.filter(ImageFilter.GaussianBlur(1.2)).resize((side, side)), at)
    return made


def _stop_sign(sheet: Sheet) -> None:
    def corners(radius: float) -> list[tuple[float, float]]:
        turns = [math.pi / 8 + at * math.pi / 4 for at in range(8)]
        return [(400 + radius * math.cos(t), 330 + radius * math.sin(t)) for t in turns]

    sheet.pen.rectangle((390, 500, 410, 780), fill="#999999")
    sheet.pen.polygon(corners(200), fill="white")
    sheet.pen.polygon(corners(188), fill="#c01020")
    sheet.write(400, 330, "STOP", 115, face="bold", colour="white", anchor="mm")


def _clock(sheet: Sheet) -> None:
    sheet.pen.ellipse((200, 200, 600, 600), fill="#202020")
    sheet.pen.ellipse((220, 220, 580, 580), fill="white")
    for hour in range(1, 13):
        turn = hour * math.pi / 6 - math.pi / 2
        x, y = 400 + 145 * math.cos(turn), 400 + 145 * math.sin(turn)
        sheet.write(x, y, str(hour), 34, face="bold", anchor="mm")
    sheet.pen.line((400, 400, 470, 300), fill="black", width=12)
    sheet.pen.line((400, 400, 400, 275), fill="black", width=8)


def _traffic_light(sheet: Sheet) -> None:
    sheet.pen.rectangle((390, 500, 410, 800), fill="#444444")
    sheet.pen.rounded_rectangle((330, 150, 470, 540), 20, fill="#202020")
    for at, colour in enumerate(("#ff3020", "#604000", "#004020")):
        sheet.pen.ellipse((355, 175 + 120 * at, 445, 265 + 120 * at), fill=colour)


def _cup(sheet: Sheet) -> None:
    sheet.pen.rectangle((0, 560, 800, 800), fill="#806040")
    sheet.pen.ellipse((520, 350, 660, 510), outline="white", width=28)
    sheet.pen.polygon([(280, 300), (560, 300), (520, 600), (320, 600)], fill="white")
    sheet.pen.ellipse((280, 270, 560, 330), fill="#f4f4f4")
    sheet.pen.ellipse((300, 280, 540, 322), fill="#402010")
    sheet.pen.ellipse((320, 580, 520, 620), fill="white")


def _laptop(sheet: Sheet) -> None:
    sheet.pen.rounded_rectangle((200, 180, 600, 450), 10, fill="#303030")
    sheet.pen.rectangle((215, 195, 585, 435), fill="#4080c0")
    sheet.pen.polygon([(200, 450), (600, 450), (660, 600), (140, 600)], fill="#b0b0b0")
    for row in range(4):
        for key in range(11):
            x, y = 215 + key * 34 - row * 8 + (key - 5) * row * 1.5, 462 + row * 22
            sheet.pen.rectangle((x, y, x + 26, y + 16), fill="#202020")
    sheet.pen.rectangle((350, 560, 450, 592), fill="#909090")


def _tv(sheet: Sheet) -> None:
    sheet.pen.rectangle((0, 620, 800, 800), fill="#705030")
    sheet.pen.rounded_rectangle((120, 180, 680, 540), 12, fill="#101010")
    sheet.pen.rectangle((138, 198, 662, 522), fill="#3060a0")
    sheet.pen.rectangle((380, 540, 420, 600), fill="#101010")
    sheet.pen.rectangle((300, 595, 500, 615), fill="#101010")


def _frisbee(sheet: Sheet) -> None:
    sheet.pen.rectangle((0, 0, 800, 800), fill="#509a40")
    sheet.pen.ellipse((250, 350, 550, 450), fill="#e03020")


DRAWN: dict[str, Callable[[Sheet], None]] = {
    "stop sign": _stop_sign,
    "clock": _clock,
    "traffic light": _traffic_light,
    "cup": _cup,
    "laptop": _laptop,
    "tv": _tv,
    "frisbee": _frisbee,
}
"""Things that can be told by their shape alone, each drawn on a sheet of 800 by 800."""
