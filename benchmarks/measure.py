"""Measurements: how often, how long, how spread."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from ..errors import WeightsError
from ..settings import Settings, quiet_third_parties


@dataclass(frozen=True)
class Measurement:
    """One thing that was measured.

    Attributes:
        what: in a few words.
        seconds: every run; or bytes or things, where `unit` says so.
        target: the most its median should be; None where there is no promise.
        size: how much there was to do, where others differ from it in that.
    """

    what: str
    seconds: tuple[float, ...]
    target: float | None = None
    unit: Literal["s", "bytes", "count"] = "s"
    size: int | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> tuple[float, float]:
        """The 10th and the 90th percentile."""
        if len(self.seconds) < 2:
            return self.seconds[0], self.seconds[0]
        tenths = statistics.quantiles(self.seconds, n=10, method="inclusive")
        return tenths[0], tenths[-1]

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        return None if self.target is None else self.median <= self.target

    def as_json(self) -> dict[str, Any]:
        low, high = self.spread
        return {**asdict(self), "median": self.median, "p10": low, "p90": high, "met": self.met}


def seconds_of(work: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def scratch_settings(**more: Any) -> Iterator[Settings]:
    """Offline settings on the starter pack whose pictures and sessions are thrown away afterwards.

    The weights are the user's own, where there are any.
    """
    own = Settings.load()
    with TemporaryDirectory(prefix="looktwice-bench-", ignore_cleanup_errors=True) as folder:
        if own.weights_dir.is_dir():
            link = Path(folder) / "weights"
            link.symlink_to(own.weights_dir.resolve(), target_is_directory=True)
        settings = Settings.load(home=Path(folder), pack="starter", model="", offline=True, **more)
        quiet_third_parties(settings)
        yield settings


def needs_starter(settings: Settings) -> None:
    """Raise WeightsError when the starter pack is not here."""
    from ..weights import resolve, state

    lacking = [
        name
        for name in resolve.names_in("starter", settings)
        if state.state_of(name, settings).status not in ("present", "verified")
    ]
    if lacking:
        raise WeightsError(f"{', '.join(lacking)} missing: run `looktwice models pull starter`")
