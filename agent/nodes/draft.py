"""draft: write the answer from the evidence, or talk where no tool is needed."""

from __future__ import annotations

from ...prompts import render
from ...schema import Token
from ..backends.base import Message
from ..evidence.prompting import answer_messages, shown_evidence
from ..evidence.selection import keep
from ..planner import list_tools
from ..query_rewriting import at_hand
from ..run import Run
from ..state import State
from ..verification.measured import measured
from .base import Done

_BLIND = "Your language model reads text only: pictures reach you as what the tools saw in them."
_SEEING = "You see the user's pictures yourself, and your tools measure what you can not."


def draft(state: State, run: Run) -> Done:
    """Answer in as few words as the question needs; what was measured is not put into words again."""
    if result := measured(state["standalone_question"], shown_evidence(state)):
        run.emit(Token(text=result))
        return Done(State(draft=result, verdict=None), "as it was measured")
    messages = from_evidence(state, run) if state["looked"] else talk(state, run)
    reply = run.model.generate(messages, on_token=lambda text: run.emit(Token(text=text)))
    text = reply.text.strip()
    if reply.finish == "length":
        text += " …"
        run.emit(Token(text=" …"))
    return Done(State(draft=text, verdict=None), f"{reply.completion_tokens} tokens")


def from_evidence(state: State, run: Run) -> list[Message]:
    """The prompt for a first draft, or for the next one after a verdict."""
    shown = keep(tuple(shown_evidence(state)), run.settings.limits.evidence_tokens)
    verdict = state["verdict"]
    if verdict is None or verdict.outcome == "look_again":
        enough = [item for item in shown if item.id in state["enough"]]
        return answer_messages(state, enough, run, task="task_answer")
    return answer_messages(
        state,
        shown,
        run,
        task="task_revise",
        draft=state["draft"],
        critique=verdict.critique,
        refinement=verdict.refinement,
    )


def talk(state: State, run: Run) -> list[Message]:
    """The prompt for a question that needs no tool."""
    system = render(
        "chat_system",
        sight=_SEEING if run.model.sees_images else _BLIND,
        tools=list_tools(run.tools.values()),
    )
    text = at_hand(run) + state["standalone_question"]
    return [Message(role="system", text=system), Message(role="user", text=text)]
