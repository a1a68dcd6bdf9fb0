"""What is being done, in words, for clients that show a model's reasoning while they wait.

The draft is among it: it may still be taken back, so it is never sent as the answer.
"""

from __future__ import annotations

from ...schema import AnswerRevised, Event, Node, StepStarted, Token, ToolFinished, ToolProgress

_DOING: dict[Node, str] = {
    "plan": "Choosing what to look at",
    "act": "Looking",
    "gate": "Weighing what was found",
    "draft": "Draft:",
    "check": "Checking the draft",
}


def progress_of(event: Event) -> str:
    """A piece of the running account; "" for what needs no words."""
    match event:
        case StepStarted(node=node):
            return f"\n{_DOING[node]}\n" if node in _DOING else ""
        case ToolProgress(text=text):
            return f"- {text}\n"
        case ToolFinished(result=result):
            came = result.error.message if result.error else "done"
            return f"- {result.call.tool.replace('_', ' ')}: {came}\n"
        case Token(text=text):
            return text
        case AnswerRevised(reason=reason):
            return f"\nWritten anew{f': {reason}' if reason else ''}\n"
        case _:
            return ""
