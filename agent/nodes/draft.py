"""draft: write the answer from the evidence, or talk where no tool is needed."""

from __future__ import annotations

from ...prompts import render
from ...schema import AnswerRevised, Token
from ..backends.base import Message
from ..evidence.prompting import answer_messages, shown_evidence
from ..evidence.rendering import as_read, transcribed, unfenced
from ..evidence.selection import keep
from ..extraction.composing import Composed
from ..planner import list_tools
from ..policies.base import form_of
from ..policies.comparing import compared
from ..policies.finding import pictures_found, watched
from ..policies.gathered import gathered
from ..policies.summarising import summed_up
from ..policies.translating import translated
from ..query_rewriting import at_hand
from ..querying import told_by_table
from ..repetition import RepetitionWatch, once
from ..run import Run
from ..state import State, Verdict, numbered_evidence, targets
from ..verification.measured import measured
from .base import Done

_BLIND = "Your language model reads text only: pictures reach you as what the tools saw in them."
_SEEING = "You see the user's pictures yourself, and your tools measure what you can not."


def draft(state: State, run: Run) -> Done:
    """Answer in the form that is asked for; what was measured is not put into words again."""
    form = form_of(state)
    looks = run.model.sees_images and bool(state["target_pictures"])
    if (found := pictures_found(state, run) or (None if looks else watched(state))) is not None:
        return put_together(*found, state, run)
    if (told := summed_up(state)) is not None:
        return put_together(*told, state, run)
    if (found := compared(state, shown_evidence(state), run)) is not None:
        return put_together(*found, state, run)
    if not looks and (told := told_by_table(state)) is not None:
        return put_together(*told, state, run)
    if result := "" if run.model.sees_images else as_it_is(state, run):
        run.emit(Token(text=result))
        return Done(State(draft=result, verdict=None), "as it was measured or read")
    if (made := gathered(state, run)) is not None:
        return put_together(*made, state, run)
    if (text := translated(state, run)) is not None:
        return Done(State(draft=text, verdict=None), "translated line by line")
    messages = from_evidence(state, run) if state["looked"] or looks else talk(state, run)
    watch = RepetitionWatch(lambda text: run.emit(Token(text=text)))
    reply = run.model.generate(
        messages,
        max_tokens=min(form.tokens, run.settings.limits.answer_tokens),
        on_token=watch,
        until=lambda: watch.repeats,
    )
    said = once(reply.text)
    text = reply.text if said is None else said
    text = unfenced(text, code=form.name == "code") if form.worked else text.strip()
    did = f"{reply.completion_tokens} tokens"
    if said is not None:
        run.emit(AnswerRevised(text=text, reason="it repeated itself"))
        did += ", stopped where it repeated itself"
    elif reply.finish == "length":
        text += " …"
        run.emit(Token(text=" …"))
    return Done(State(draft=text, verdict=None), did)


def put_together(composed: Composed, verdict: Verdict, state: State, run: Run) -> Done:
    """An answer the program made of what was read from each picture: there is no draft to be checked."""
    run.emit(Token(text=composed.text))
    update = State(draft=composed.text, verdict=verdict, rows=composed.rows)
    if composed.calculation is not None:
        update["evidence"] = numbered_evidence([composed.calculation], state)
    return Done(update, f"put together of {len(verdict.citations)} places")


def as_it_is(state: State, run: Run) -> str:
    """An answer that needs no model: what was counted or computed, or the words read."""
    evidence = shown_evidence(state)
    if form_of(state).brief:
        return measured(state["standalone_question"], evidence)
    return transcribed(evidence) if state["form"] == "transcription" else ""


def from_evidence(state: State, run: Run) -> list[Message]:
    """The prompt for a first draft, or for the next one after a verdict."""
    told = shown_evidence(state)
    if form_of(state).worked and not run.model.sees_images:
        told = list(map(as_read, told))
    shown = keep(told, run.model.room_for_evidence(targets(state)))
    verdict = state["verdict"]
    if verdict is None or verdict.outcome == "look_again":
        enough = [item for item in shown if item.id in state["enough"]]
        task = "task_answer" if plain_fact(state, run) else f"form_{state['form']}"
        return answer_messages(state, enough, run, task=task)
    return answer_messages(
        state,
        shown,
        run,
        task="task_revise",
        draft=state["draft"],
        critique=verdict.critique,
        refinement=verdict.refinement,
    )


def plain_fact(state: State, run: Run) -> bool:
    """Whether a model that reads is to give one short fact, as its prompt's example shows."""
    return form_of(state).brief and not run.model.sees_images


def talk(state: State, run: Run) -> list[Message]:
    """The prompt for a question that needs no tool."""
    system = render(
        "system_chat",
        sight=_SEEING if run.model.sees_images else _BLIND,
        tools=list_tools(run.tools.values()),
    )
    text = at_hand(run) + state["standalone_question"]
    return [Message(role="system", text=system), Message(role="user", text=text)]
