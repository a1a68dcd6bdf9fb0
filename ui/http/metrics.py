"""What a server counts, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ...schema import Answer

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320)


class Metrics:
    """Counters of one server; nothing here names a user or holds a word that was asked."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = self._counter("requests", "requests by route and status", "route status")
        self._answers = self._counter("answers", "answers by how they ended", "status stop_reason")
        self._tokens = self._counter("tokens", "tokens of the chat model", "kind")
        self._model_calls = self._counter("model_calls", "calls of the chat model", "")
        self._tools = self._counter("tool_calls", "tool calls by how they ended", "tool outcome")
        self._stopped = self._counter("disconnects", "answers whose callers left before", "")
        self._seconds = Histogram(
            "looktwice_request_seconds",
            "time of a request",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )

    def gauge(self, name: str, words: str, read: Callable[[], float]) -> None:
        """A number that is read whenever somebody asks."""
        Gauge(f"looktwice_{name}", words, registry=self.registry).set_function(read)

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count a finished request."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def disconnect(self) -> None:
        """Count a caller who left."""
        self._stopped.inc()

    def answer(self, answer: Answer) -> None:
        """Count an answer and what it cost."""
        self._answers.labels(answer.status, answer.stop_reason).inc()
        self._tokens.labels("prompt").inc(answer.usage.prompt_tokens)
        self._tokens.labels("completion").inc(answer.usage.completion_tokens)
        self._model_calls.inc(answer.usage.model_calls)
        for result in answer.results:
            self._tools.labels(result.call.tool, result.error.kind if result.error else "ok").inc()

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, words: str, labels: str) -> Counter:
        return Counter(f"looktwice_{name}", words, labels.split(), registry=self.registry)
