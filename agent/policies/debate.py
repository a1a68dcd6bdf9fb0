"""A short debate: the model argues for each of two answers before it chooses between them.

After "explainable meme detection" (Lin et al., 2024: two sides argue, a judge decides) and MALT (Motwani et
al., 2024). The judge hears them in both orders, as without a debate (JudgeLM). Off by default
(`stages.debate`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...schema import Evidence
from ..backends.base import Message
from ..evidence.prompting import answer_messages
from ..run import Run
from ..state import State

ARGUMENTS = 2
"""Calls of the model before it chooses."""
_TOKENS = 60


def debated(
    first: str, second: str, state: State, evidence: Sequence[Evidence], run: Run
) -> Callable[[str, str], list[Message]]:
    """The question which of two answers is right, with what the model says for each.

    Args:
        first, second: the answers; each is argued for once, whatever their order is later.
        evidence: what both are argued with.

    Returns:
        Makes the messages for the answers in either order.
    """
    said = {
        draft: _argument(draft, other, state, evidence, run)
        for draft, other in ((first, second), (second, first))
    }

    def ask(a: str, b: str) -> list[Message]:
        cases = {"pro": said[a], "con": said[b]}
        return answer_messages(state, evidence, run, "choose_debated", a=a, b=b, **cases)

    return ask


def _argument(draft: str, other: str, state: State, evidence: Sequence[Evidence], run: Run) -> str:
    messages = answer_messages(state, evidence, run, "argue", draft=draft, other=other)
    return " ".join(run.model.generate(messages, max_tokens=_TOKENS).text.split())
