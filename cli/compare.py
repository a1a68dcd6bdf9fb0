"""`looktwice compare A B`: what changed between two pictures, or two versions of a document.

Exit codes: 0 done, 1 one of them cannot be read, 2 the call itself was wrong, 130 interrupted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Json, Pack
from .progress import cancelling
from .settings import load_settings
from .terminal import console, print_json

if TYPE_CHECKING:
    from ..settings import Settings
    from ..tools.comparing import Differences, TextChange
    from ..tools.comparing.words import ComparedWord


def compare(
    before: Annotated[Path, typer.Argument(metavar="A", help="a picture or a document")],
    after: Annotated[Path, typer.Argument(metavar="B", help="what it is compared with")],
    as_json: Json = False,
    pack: Pack = None,
) -> None:
    """Tell what changed between two pictures of a scene, or two versions of a document."""
    settings = load_settings(pack=pack)
    if _is_picture(before) and _is_picture(after):
        _show_differences(_pictures(before, after, settings), as_json)
    else:
        _show_changes(_documents(before, after, settings), as_json)


def _is_picture(path: Path) -> bool:
    from ..media.formats import is_picture

    try:
        with path.open("rb") as file:
            return is_picture(file.read(4096))
    except OSError:
        return False  # whoever reads it says what is wrong


def _pictures(before: Path, after: Path, settings: Settings) -> Differences:
    from ..extensions.extras import has
    from ..media.store import Store
    from ..tools.comparing import PictureComparer
    from ..tools.registry import Experts

    store = Store(settings.store_dir, settings.media)
    experts = Experts.from_settings(settings) if has("experts") else None
    comparer = PictureComparer(
        store,
        experts.detector if experts is not None else None,
        experts.reader if experts is not None else None,
    )
    return comparer.compare(store.add(before), store.add(after))


def _documents(before: Path, after: Path, settings: Settings) -> list[TextChange]:
    from ..extensions.extras import has
    from ..tools.comparing import DocumentComparer
    from ..tools.registry import Experts

    read = Experts.from_settings(settings).reader.read if has("experts") else None
    with cancelling() as control:
        return DocumentComparer(settings.documents, read).compare(before, after, control)


def _show_differences(found: Differences, as_json: bool) -> None:
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    if not found.same_scene:
        _print("they do not show the same scene")
    for one in found.found:
        where = "  ".join(
            f"{name} ({box.x1:.0f},{box.y1:.0f})-({box.x2:.0f},{box.y2:.0f})"
            for name, box in (("A", one.first), ("B", one.second))
            if box is not None
        )
        _print(f"{one.text}  [{where}]")
    if not found.found:
        _print("no difference found")


def _show_changes(changes: list[TextChange], as_json: bool) -> None:
    from ..tools.comparing.words import in_one_line

    if as_json:
        print_json([_as_json(change) for change in changes])
        return
    for change in changes:
        pages = [page for page in change.pages if page is not None]
        _print(f"page {'/'.join(map(str, dict.fromkeys(pages)))}: {in_one_line(change)}")
        _print(f"    {change.context}")
    if not changes:
        _print("no word changed")


def _as_json(change: TextChange) -> dict[str, object]:
    return {
        "kind": change.kind,
        "before": [_word(word) for word in change.before],
        "after": [_word(word) for word in change.after],
        "context": change.context,
    }


def _word(word: ComparedWord) -> dict[str, object]:
    box = list(word.box.xyxy) if word.box is not None else None
    return {"text": word.text, "page": word.page, "box": box}


def _print(line: str) -> None:
    console().print(line, markup=False, highlight=False)
