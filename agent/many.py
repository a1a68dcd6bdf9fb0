"""Many questions one after the other, or some at once, with a bar that shows how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ..errors import BadInput, ModelError, ToolError
from ..schema import Answer

T = TypeVar("T")


def failed_answer(question: str, reason: str) -> Answer:
    """What stands in the place of an answer that there is none of."""
    return Answer(
        question=question, text=reason, status="failed", confidence=0.0, stop_reason="error"
    )


def answer_each(
    items: Sequence[T],
    ask: Callable[[T], Answer],
    question_of: Callable[[T], str],
    workers: int,
    progress: bool,
) -> list[Answer]:
    """The answers in the order of the items; an item that cannot be used costs only itself."""
    from rich.console import Console
    from rich.progress import Progress

    def one(item: T) -> Answer:
        try:
            return ask(item)
        except (BadInput, ModelError, ToolError) as error:
            return failed_answer(question_of(item), str(error))

    console = Console(stderr=True)
    shown = progress and (console.is_terminal or console.is_jupyter)
    with (
        ThreadPoolExecutor(workers, "looktwice-many") as pool,
        Progress(console=console, disable=not shown) as bar,
    ):
        try:
            return [*bar.track(pool.map(one, items), total=len(items), description="asking")]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
