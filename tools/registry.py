"""Every tool of an assistant, and the engines behind them: the one place that lists them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ..errors import LooktwiceError, UsageError
from ..extensions.extras import has
from ..media.store import Store
from ..settings import Settings
from ..weights.convert.prepare import classifier_path, detector_path, ocr_paths
from ..weights.devices import device_of_file
from .base import Tool
from .calculate import calculate
from .codes import codes_tool
from .comparing import PictureComparer, compare_tool
from .detection.detector import Detector, detect_tool
from .documents.search import Searchable, search_tools
from .looking.look import Looker, look_tool
from .measure import Classifier
from .ocr.reader import Reader, read_tool
from .plugins import plugin_tools
from .tables.library import HasTables, TableLibrary
from .tables.query import table_tools


@dataclass(frozen=True)
class Experts:
    """The engines behind the tools; each loads its weights when it is first asked."""

    detector: Detector
    reader: Reader
    classifier: Classifier | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Experts:
        """Engines of the pack in use; nothing is loaded or fetched yet."""
        return cls(
            detector=Detector(
                lambda: detector_path(settings),
                settings.thresholds.detector_score,
                lambda path: device_of_file(path, "detector", settings),
            ),
            reader=Reader(lambda: ocr_paths(settings), settings.thresholds.text_score),
            classifier=Classifier(lambda: classifier_path(settings)),
        )

    def warm(self) -> None:
        """Load what nearly every question about a picture needs; a failure is told of when it is asked."""
        with suppress(LooktwiceError):
            self.reader.warm()


def default_tools(
    settings: Settings,
    store: Store,
    extra: Sequence[Tool] = (),
    experts: Experts | None = None,
    index: Searchable | None = None,
) -> list[Tool]:
    """Every tool of an assistant: the only list of them; what is not installed is left out.

    Args:
        settings: say which weights are used, once a tool is first run.
        store: holds the pictures.
        extra: tools of the user.
        experts: engines to use; give them where something else (indexing) uses them too, so that
            they are loaded once.
        index: the user's documents; an empty one brings no tools.

    Raises:
        UsageError: two tools have the same name.
    """
    engines = experts or Experts.from_settings(settings)
    looker = Looker(engines.detector, engines.reader, engines.classifier, store)
    seeing = [
        detect_tool(engines.detector, store),
        read_tool(engines.reader, store),
        look_tool(looker),
        codes_tool(store),
        compare_tool(PictureComparer(store, engines.detector, engines.reader)),
    ]
    reads = experts is not None or has("experts")
    library = TableLibrary(
        store,
        engines.reader.read if reads else None,
        index if isinstance(index, HasTables) else None,
    )
    tools = [
        *(seeing if reads else ()),
        calculate,
        *(table_tools(library) if has("documents") and (reads or index is not None) else ()),
        *extra,
        *(search_tools(index, store) if index is not None else ()),
    ]
    names = {item.name for item in tools}
    return unique([*tools, *(item for item in plugin_tools() if item.name not in names)])


def unique(tools: Sequence[Tool]) -> list[Tool]:
    """The tools as a list, each of a name of its own.

    Raises:
        UsageError: two tools have the same name.
    """
    names = [item.name for item in tools]
    if double := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"two tools are called {', '.join(double)}; rename one of them")
    return list(tools)


def describe(tools: Iterable[Tool]) -> str:
    """The tools for people: name, arguments and purpose, one after the other."""
    parts = []
    for item in tools:
        arguments = ", ".join(item.parameters.get("properties", {}))
        parts.append(f"{item.name}({arguments})\n    {item.description}")
    return "\n".join(parts)
