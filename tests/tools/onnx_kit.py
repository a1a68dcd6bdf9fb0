"""An engine of onnxruntime that is not in this wheel, acted by the processor's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from looktwice.weights.onnx_providers import CPU, say_fallback

Breaks = Literal["loading", "running"] | None


@dataclass
class Engine:
    """What was run in it."""

    ran: int = 0


Elsewhere = Callable[[str, Breaks], Engine]
"""Makes an engine of this name, which may fail while it loads or while it runs."""


def act(monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    import onnxruntime

    real = onnxruntime.InferenceSession

    def make(name: str, breaks: Breaks) -> Engine:
        engine = Engine()

        class Session:
            def __init__(
                self,
                path: Any,
                sess_options: Any = None,
                providers: Sequence[Any] = (),
                provider_options: Any = None,
                **_: Any,
            ) -> None:
                self.chosen = [*providers]
                if name in self.chosen and breaks == "loading":
                    raise RuntimeError("an operator is missing")
                self._real = real(str(path), sess_options, providers=[CPU])

            def get_providers(self) -> list[str]:
                return self.chosen

            def run(self, *given: Any) -> Any:
                if name in self.chosen:
                    if breaks == "running":
                        raise RuntimeError("the device is gone")
                    engine.ran += 1
                return self._real.run(*given)

            def __getattr__(self, attribute: str) -> Any:
                return getattr(self._real, attribute)

        say_fallback.cache_clear()
        monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
        monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [name, CPU])
        return engine

    return make
