"""The chat models that users of the page may choose: the program's own, and others of this machine."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ...agent.assistant import Assistant
from ...agent.backends.discovery import DiscoveredModel, discover
from ...agent.loading_times import expected_seconds
from ...errors import UsageError
from ...settings import PackName, Settings
from ...weights.addresses import is_loopback
from ...weights.devices import has_card_for
from ...weights.local_servers import served_model
from ...weights.resolve import weight_for
from ...weights.state import state_of

_PACKS: tuple[PackName, ...] = ("starter", "laptop", "gpu")
Build = Callable[[Settings], Assistant]


Key = tuple[PackName, str]
"""The pack and the model of settings."""


@dataclass(frozen=True, slots=True)
class ModelOption:
    """A model that can be chosen.

    Attributes:
        value: what stands for it; "" for the program's own.
        label: for people.
        pack, model: the settings that mean it.
    """

    value: str
    label: str
    pack: PackName
    model: str = ""


@dataclass(eq=False)
class _Loaded:
    """An assistant and how many questions it is at work on."""

    assistant: Assistant
    users: int = 0


class ModelChoices:
    """Assistants of the models that users chose; one beside the program's own is kept loaded.

    Args:
        own: the program's assistant; stays the caller's to close.
        build: makes another one.
        find: the models of servers on this machine.
    """

    def __init__(
        self,
        own: Assistant,
        build: Build = Assistant,
        find: Callable[[], list[DiscoveredModel]] = discover,
    ) -> None:
        self._own, self._build, self._find = own, build, find
        self._options: dict[str, ModelOption] = {}
        self._lock, self._loading = threading.Lock(), threading.Lock()
        self._loaded: dict[Key, _Loaded] = {}
        self._latest: Key | None = None

    def options(self) -> list[ModelOption]:
        """What can be chosen now: models whose weights are here, and those that servers here hold."""
        own, settings = self._own.runs_on(), self._own.settings
        used = own["model"].rpartition("/")[2]  # a server may name a file
        found = [ModelOption("", f"{own['pack']}: {used}", settings.pack, settings.model)]
        for pack in _PACKS:
            taken = settings.model_copy(update={"pack": pack, "model": ""})
            name = weight_for("chat", taken)
            if name is None or name == own["model"] or (pack == "gpu" and not _on_card(taken)):
                continue
            if state_of(name, taken).status in ("present", "verified"):
                found.append(ModelOption(pack, f"{pack}: {name}", pack))
        served = {model.setting for model in self._find()} - {settings.model}
        found += [ModelOption(name, name, "server", name) for name in sorted(served)]
        self._options = {option.value: option for option in found}
        return found

    def chosen(self, settings: Settings, value: str | None) -> Settings:
        """Settings with the model that was chosen; the program's own where nobody knows it.

        Raises:
            UsageError: the address of a server was typed that is not on this machine.
        """
        typed = (value or "").strip()
        option = self._options.get(typed)
        if option is not None:
            return settings.model_copy(update={"pack": option.pack, "model": option.model})
        if "://" not in typed:
            return settings
        served = served_model(typed)
        if not is_loopback(served.address if served is not None else typed):
            raise UsageError(
                f"{typed} is not on this machine: the page asks servers of this machine only; "
                "whoever runs the program can start it with --model and another address"
            )
        return settings.model_copy(update={"pack": "server", "model": typed})

    @contextmanager
    def answering(self, settings: Settings, loading: Callable[[str], None]) -> Iterator[Assistant]:
        """Who answers with these settings, until the end of the block.

        Args:
            settings: of the question, see `chosen`.
            loading: told what has to be loaded first, and about how long that takes.

        Raises:
            LooktwiceError: it cannot be loaded.
        """
        key = settings.pack, settings.model
        if key == (self._own.settings.pack, self._own.settings.model):
            yield self._own
            return
        one = self._take(key, loading)
        try:
            yield one.assistant
        finally:
            with self._lock:
                one.users -= 1
            self._close_unused(but=self._latest)

    def close(self) -> None:
        """Close those that nobody uses any more; the program ends."""
        self._latest = None
        self._close_unused()

    def _take(self, key: Key, loading: Callable[[str], None]) -> _Loaded:
        with self._loading:  # one at a time: two would need the memory of both
            with self._lock:
                one = self._loaded.get(key)
            if one is None:
                self._close_unused()
                pack, model = key
                made = self._own.settings.model_copy(update={"pack": pack, "model": model})
                loading(loading_sentence(": ".join(filter(None, key)), expected_seconds(made)))
                one = _Loaded(self._build(made))
                one.assistant.warm()
            with self._lock:
                self._loaded[key], self._latest = one, key
                one.users += 1
            return one

    def _close_unused(self, but: Key | None = None) -> None:
        with self._lock:
            unused = [k for k, one in self._loaded.items() if not one.users and k != but]
            gone = [self._loaded.pop(key) for key in unused]
        for one in gone:
            one.assistant.close()


def loading_sentence(model: str, seconds: float | None) -> str:
    """What is loaded and, where that was seen before, how long it takes."""
    about = "" if seconds is None else f", about {math.ceil(seconds)} s"
    return f"Loading the model {model}{about}"


def _on_card(settings: Settings) -> bool:
    return has_card_for("chat", settings)
