"""The seer: a chat model that knows what there is to see, and errs as its character says."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...agent.backends.base import Choice, JsonSchema, Message, OnToken, Reply
from ...agent.backends.scripted import ScriptedModel
from ...control import Control
from ...media.store import Store
from ...schema import Picture
from ..metrics.text import contains
from ..suites.seer.asking import IN_FULL
from ..task import Task, inside
from . import answers
from .character import Character
from .eyes import SEEN_PIXELS, Eyes
from .plans import fill
from .prompts import Prompt, read, squeezed

_PATCH = 28 * 28
"""Pixels that one token of a picture stands for."""
_SURE, _UNSURE = 0.97, 0.03
_PART = {True: 0.95, None: 0.6, False: 0.05}
"""Probability that a part of a picture shows what is asked, by what is to be seen there."""
_TELLING = 4
_COMPARES = "comparison"


@dataclass
class Cost:
    """What one task cost the model.

    Attributes:
        passes: times that pictures had to be encoded: prompts whose beginning up to the last picture
            was not seen before.
    """

    calls: int = 0
    passes: int = 0
    prompt_tokens: int = 0
    beginnings: set[str] = field(default_factory=set, repr=False)


@dataclass(frozen=True)
class SeerView:
    """What the seer sees when it is asked.

    Attributes:
        shown: whether the pictures of the task stand before it at all.
        sees: whether it makes out what the answer rests on.
        closer: whether that is shown a second time, at least as large.
        told: whether the text of a prompt that does not show them holds the answer.
    """

    task: Task
    shown: bool
    sees: bool
    closer: bool
    told: bool


class SeerModel(ScriptedModel):
    """Answers the tasks of a suite from their truths.

    It recognises a task by its question and pictures, drafts, says how likely a proposed answer is,
    chooses between readings, and fills what is asked for under a schema.

    Args:
        tasks: with their truths.
        folder: of their pictures.
        store: holds the pictures it is shown.
        character: how it errs.

    Attributes:
        costs: by task.
    """

    def __init__(
        self, tasks: Sequence[Task], folder: Path, store: Store, character: Character
    ) -> None:
        super().__init__(
            self._reply, choices=self._choice, sees_images=True, name=f"seer-{character.name}"
        )
        self.picture_pixels = SEEN_PIXELS
        self.character = character
        self.costs: dict[str, Cost] = defaultdict(Cost)
        self._eyes = Eyes(store, character.least)
        self._asked: dict[str, list[Task]] = defaultdict(list)
        self._pictures = pictures_of(tasks, folder, store)
        self._last: Task | None = None
        self._guard = threading.Lock()
        self._now = threading.local()
        for task in tasks:
            for words in wordings(task):
                self._asked[squeezed(words)].append(task)

    def generate(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonSchema | None = None,
        max_tokens: int = 512,
        temperature: float = 0.0,
        on_token: OnToken | None = None,
        control: Control | None = None,
    ) -> Reply:
        """See `ChatModel.generate`."""
        self._now.task = None
        reply = super().generate(
            messages,
            schema=schema,
            max_tokens=max_tokens,
            temperature=temperature,
            on_token=on_token,
            control=control,
        )
        return reply.model_copy(update={"prompt_tokens": self._note(messages, reply.prompt_tokens)})

    def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, control: Control | None = None
    ) -> Choice:
        """See `ChatModel.choose`."""
        self._now.task = None
        choice = super().choose(messages, options, control=control)
        return choice.model_copy(
            update={"prompt_tokens": self._note(messages, choice.prompt_tokens)}
        )

    def drafts(self, task: Task) -> str:
        """What it drafts with the task's own pictures before it, and nothing enlarged."""
        pictures = self._pictures[task.id]
        sees = all(self._eyes.sees([p], p, self._boxes(task)) for p in pictures)
        return self._draft(SeerView(task, shown=True, sees=sees, closer=False, told=False))

    # --- what it says ---------------------------------------------------------------------------

    def _reply(self, messages: Sequence[Message], schema: JsonSchema | None) -> Any:
        prompt = read(messages, list(self._asked))
        if prompt is None:
            return {} if schema is not None else "Hello! Ask me anything about your pictures."
        task = self._task(prompt)
        if schema is not None:
            return self._json(prompt, task, schema)
        if prompt.asks_to_rewrite or prompt.asks_for_a_query:
            return wordings(task)[-1]
        return self._draft(self._view(prompt, task))

    def _json(self, prompt: Prompt, task: Task, schema: JsonSchema) -> str:
        text = json.dumps(fill(schema, task, task.question), ensure_ascii=False)
        tries = str(prompt.text.count("JSON"))  # a repair is another draw
        if self.character.happens(self.character.nonsense, task.id, prompt.tail, tries):
            whole = self.character.happens(0.5, task.id, tries)
            return (
                f"Sure! Here it is:\n```json\n{text}\n```" if whole else text[: len(text) * 2 // 3]
            )
        return text

    def _draft(self, view: SeerView) -> str:
        task, character = view.task, self.character
        if not view.shown and not view.told:
            draft = answers.NOT_SHOWN
        elif not task.truth.answerable:
            draft = answers.invented(task) if character.invents else answers.NOT_THERE
        elif self._errs(view):
            draft = answers.slip(task)
        else:
            draft = answers.right(task)
        return answers.talkative(draft) if character.talks else draft

    def _errs(self, view: SeerView) -> bool:
        """Whether what it believes it sees is wrong."""
        if view.closer:
            return False
        if not view.sees and not view.told:
            return True
        return answers.has_number(view.task) and self.character.happens(
            self.character.slips, view.task.id
        )

    def _choice(self, messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        prompt = read(messages, list(self._asked))
        plain = {option.strip().casefold() for option in options}
        if prompt is None:
            return dict.fromkeys(options, 1 / len(options))
        task = self._task(prompt)
        view = self._view(prompt, task)
        if plain == {"yes", "no"}:
            yes = self._yes(prompt, view)
            return {o: yes if o.strip().casefold() == "yes" else 1 - yes for o in options}
        if task.kind in options:
            return {o: _SURE if o == task.kind else _UNSURE / len(options) for o in options}
        behind = prompt.candidates(options)
        likely = {o: self._likely(behind[o], view) for o in options}
        return {o: p / sum(likely.values()) for o, p in likely.items()}

    def _yes(self, prompt: Prompt, view: SeerView) -> float:
        """Probability of yes to what the prompt asks."""
        if prompt.asks_for_a_part:
            return self._in_part(prompt, view.task)
        if prompt.asks_to_look_closer:
            return _UNSURE if view.sees else _SURE
        if prompt.proposal is None:
            return self._answerable(view)
        likely = self._likely(prompt.proposal, view)
        return 1 - likely if prompt.asks_whether_wrong else likely

    def _answerable(self, view: SeerView) -> float:
        if self.character.invents:
            return 0.99
        if not view.task.truth.answerable:
            return _UNSURE
        if view.sees or view.closer or view.told:
            return _SURE
        return 0.5 if view.shown else _UNSURE

    def _likely(self, statement: str, view: SeerView) -> float:
        """Probability that a statement is right."""
        task, character = view.task, self.character
        if not task.truth.answerable:
            return character.belief if character.invents else _UNSURE
        true = answers.is_true(task, statement)
        if view.closer or not self._errs(view):
            return _SURE if true else _UNSURE
        own = answers.slip(task)
        if statement.strip() and statement.strip() in answers.talkative(own) and not true:
            return character.belief or 0.5
        return (1 - character.belief) * 0.9 if true else 0.1

    def _in_part(self, prompt: Prompt, task: Task) -> float:
        """Whether the last picture shows what the answer rests on."""
        boxes = self._boxes(task)
        shown = prompt.pictures[-1:]
        if not boxes or not shown:
            return 0.5
        whole = any(shown[0].sha256 == p.sha256 for p in self._pictures[task.id])
        return 0.5 if whole else _PART[self._eyes.suspects(shown[0], boxes)]

    # --- what it is asked about -----------------------------------------------------------------

    def _task(self, prompt: Prompt) -> Task:
        """The task of this question whose pictures are shown; else of the conversation that goes on."""
        found = self._asked[prompt.question]
        shown = {p.original for p in prompt.pictures}
        mine = [t for t in found if any(p.sha256 in shown for p in self._pictures[t.id])]
        with self._guard:
            last = self._last
            if mine:
                task = last if last in mine and last is not None else mine[0]
            else:
                here = [t for t in found if last is not None and t.session == last.session]
                task = last if last in found and last is not None else (here or found)[0]
            self._last = self._now.task = task
        return task

    def _view(self, prompt: Prompt, task: Task) -> SeerView:
        own, boxes = self._pictures[task.id], self._boxes(task)
        doubtful = answers.in_doubt(task) if boxes else ()
        shown = {p.original for p in prompt.pictures}
        there = bool(own) and all(p.sha256 in shown for p in own)
        return SeerView(
            task=task,
            shown=there,
            sees=there and all(self._eyes.sees(prompt.pictures, p, boxes) for p in own),
            closer=any(self._eyes.closer(prompt.pictures, p, doubtful) for p in own),
            told=not there and stands_in(prompt.text, task),
        )

    def _boxes(self, task: Task) -> tuple[Any, ...]:
        return task.truth.boxes if len(self._pictures[task.id]) == 1 else ()

    def _note(self, messages: Sequence[Message], words: int) -> int:
        """Count what a prompt cost; gives its tokens, those of its pictures included."""
        pictures = [p for m in messages for p in m.pictures]
        tokens = words + sum(tokens_of(p) for p in pictures)
        task = self._now.task
        if task is None:  # what every prompt begins with, read ahead
            return tokens
        with self._guard:
            cost = self.costs[task.id]
            cost.calls += 1
            cost.prompt_tokens += tokens
            if pictures and (beginning := beginning_of(messages)) not in cost.beginnings:
                cost.beginnings.add(beginning)
                cost.passes += 1
        return tokens


def stands_in(text: str, task: Task) -> bool:
    """Whether a text holds the answer; words as short as "no" or "3" stand in every prompt."""
    said = answers.right(task)
    return task.truth.answerable and len(said) >= _TELLING and contains(text, [said]) == 1.0


def tokens_of(picture: Picture) -> int:
    """What a picture costs as it is seen."""
    return min(SEEN_PIXELS, picture.width * picture.height) // _PATCH


def beginning_of(messages: Sequence[Message]) -> str:
    """A prompt up to its last picture: what a server that keeps prefixes need not read again."""
    last = max(at for at, message in enumerate(messages) if message.pictures)
    parts = [
        f"{m.role} {[p.sha256 for p in m.pictures]} {m.text if at < last else ''}"
        for at, m in enumerate(messages[: last + 1])
    ]
    return "\n".join(parts)


def wordings(task: Task) -> tuple[str, ...]:
    """The question, and in full where it only makes sense after the turns before."""
    full = task.about.removeprefix(IN_FULL)
    return (task.question,) if full == task.about else (task.question, full)


def pictures_of(
    tasks: Sequence[Task], folder: Path, store: Store
) -> dict[str, tuple[Picture, ...]]:
    """What each task is about: its own pictures, or those of the turns before it.

    A follow-up is about the last picture, a comparison about all of them.
    """
    before: dict[str, tuple[Picture, ...]] = defaultdict(tuple)
    found: dict[str, tuple[Picture, ...]] = {}
    for task in tasks:
        own = tuple(store.add(inside(folder, name)) for name in task.images)
        if task.session:
            earlier = before[task.session]
            before[task.session] = (*earlier, *own)
            own = own or (earlier if task.kind == _COMPARES else earlier[-1:])
        found[task.id] = own
    return found
