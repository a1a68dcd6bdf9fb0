"""Asks a model about scenes it has not seen: alone, with the closer look, and without the picture.

python -m looktwice.tests.world.trial FOLDER [--scenes 100] [--backend llamacpp] [--loop] [--no-attention]
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import torch
from looktwice.agent.backends.base import ChatModel, Choice, Message
from looktwice.agent.backends.llamacpp import LlamaCppModel
from looktwice.agent.backends.transformers import TransformersModel
from looktwice.agent.closer_look.zoom import Closer, closer_look, effort_for
from looktwice.agent.policies.seeing import SURE
from looktwice.media.store import Store
from looktwice.schema import Picture
from looktwice.weights.convert.llava import MODEL, PROJECTOR, make_llava

from ..agent import kit
from .interpreter import interpreted
from .model import SIDE
from .questions import Question, colour_of, digit_on, shape_of
from .scenes import Scene, draw, make_scene

PIXELS = 768
"""Side of the pictures, twelve times that of the model's input."""

UNSEEN = 1_000_003
"""Seed of scenes that training never makes: it draws its own from one stream of another seed."""


Asked = Sequence[tuple[Scene, Sequence[Question]]]
"""Scenes, and what is asked of each."""


@dataclass
class Tally:
    """Right answers by way of asking and kind of question."""

    asked: Counter[str] = field(default_factory=Counter)
    right: Counter[tuple[str, str]] = field(default_factory=Counter)
    looked: Counter[str] = field(default_factory=Counter)

    def share(self, way: str, kind: str) -> float:
        """Of the questions of a kind, how many were answered rightly this way, 0..1."""
        return self.right[way, kind] / self.asked[kind]


def open_model(folder: Path, store: Store) -> TransformersModel:
    """The trained model behind the program's own backend."""
    return TransformersModel(folder, store=store, device="cpu", max_pixels=SIDE * SIDE)


def open_gguf(folder: Path, store: Store) -> LlamaCppModel:
    """The same weights as GGUF, made beside the pictures, behind llama.cpp."""
    into = store.root / "gguf"
    into.mkdir(parents=True)
    make_llava(folder, into)
    return LlamaCppModel(into / MODEL, mmproj=into / PROJECTOR, store=store, threads=1)


def ask(model: ChatModel, question: Question, pictures: Sequence[Picture] = ()) -> Choice:
    """The model's choice among the answers the question could have."""
    message = Message(role="user", text=question.text, pictures=tuple(pictures))
    return model.choose([message], question.options)


def scenes(
    count: int, seed: int = UNSEEN, kinds: Collection[str] = ("small", "big")
) -> list[tuple[Scene, list[Question]]]:
    """Scenes with one question about a tag and two about what is large, of these kinds."""
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        scene = make_scene(rng)
        asked = (digit_on(scene, rng), colour_of(scene, rng), shape_of(scene, rng))
        made.append((scene, [q for q in asked if q is not None and q.kind in kinds]))
    return made


def trial(model: ChatModel, store: Store, asked_of: Asked) -> Tally:
    """Ask everything in three ways."""
    tally = Tally()
    closer = Closer(store, effort=effort_for(model, looks=16))
    for scene, asked in asked_of:
        picture = store.add(draw(scene, (PIXELS, PIXELS)), "scene")
        for question in asked:
            kind = question.kind
            tally.asked[kind] += 1
            once = ask(model, question, [picture])
            twice = once
            if once.probabilities[once.best] < SURE:
                tally.looked[kind] += 1
                found = closer_look(question.text, [picture], model, closer)
                parts = [e.picture for e in found if e.picture is not None]
                twice = ask(model, question, [picture, *parts]) if parts else once
            for way, choice in (("once", once), ("closer", twice), ("blind", ask(model, question))):
                tally.right[way, kind] += choice.best == question.answer
    return tally


class WithoutAttention:
    """A model that does not show where it looks, as llama.cpp's does not."""

    def __init__(self, model: ChatModel) -> None:
        self.name, self.sees_images, self.context_tokens = model.name, True, model.context_tokens
        self.choose, self.generate, self.close = model.choose, model.generate, model.close
        self.picture_pixels = SIDE**2


def through_the_loop(model: ChatModel, store: Store, asked_of: Asked) -> Tally:
    """Ask everything of the whole loop, without tools, so that all that is seen is seen by the model."""
    tally = Tally()
    with kit.make_assistant(
        store.root.parent / "home", interpreted(model), experts=[]
    ) as assistant:
        assistant.store = store
        for scene, asked in asked_of:
            picture = store.add(draw(scene, (PIXELS, PIXELS)), "scene")
            for question in asked:
                answer = assistant.ask(question.text, [picture])
                tally.asked[question.kind] += 1
                tally.right["loop", question.kind] += answer.text == question.answer
                tally.right["declined", question.kind] += answer.status == "declined"
                tally.looked[question.kind] += any(e.kind == "region" for e in answer.evidence)
    return tally


OPENERS: dict[str, Callable[[Path, Store], ChatModel]] = {
    "transformers": open_model,
    "llamacpp": open_gguf,
}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenes", type=int, default=100)
    parser.add_argument("--backend", choices=OPENERS, default="transformers")
    parser.add_argument("--no-attention", action="store_true", help="as llama.cpp has none")
    parser.add_argument("--kind", choices=("small", "big"), action="append")
    parser.add_argument("--loop", action="store_true", help="through the whole assistant")
    given = parser.parse_args()
    asked = scenes(given.scenes, kinds=given.kind or ("small", "big"))
    torch.set_num_threads(1)  # so small a model only loses time by sharing its work
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        with closing(OPENERS[given.backend](given.folder, store)) as opened:
            model = WithoutAttention(opened) if given.no_attention else opened
            tally = (through_the_loop if given.loop else trial)(model, store, asked)
    ways = ("loop", "declined") if given.loop else ("once", "closer", "blind")
    for kind, count in tally.asked.items():
        shares = "  ".join(
            f"{way} {tally.right[way, kind]} ({tally.share(way, kind):.1%})" for way in ways
        )
        print(f"{kind:6} {count:4} questions  {shares}  looked closer at {tally.looked[kind]}")


if __name__ == "__main__":
    main()
