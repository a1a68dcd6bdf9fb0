"""POPE-like probes (Li et al., "Evaluating Object Hallucination", 2023): is there a red circle?

Half of what is asked for is there; the other half has the colour or the shape of a thing that is, as POPE's
adversarial probes have. Each way of decoding answers the same ones.

python -m looktwice.tests.world.probes FOLDER [--scenes 200]
"""

from __future__ import annotations

import argparse
import random
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import torch
from looktwice.agent.backends.base import ChatModel, Message
from looktwice.agent.backends.local.trusting import Method
from looktwice.agent.backends.transformers import TransformersModel
from looktwice.media.store import Store

from .model import SIDE
from .questions import is_there
from .scenes import draw, make_scene
from .trial import PIXELS, UNSEEN

_EACH = 3
"""Probes of a scene."""


@dataclass
class Probed:
    """What came of probes: how many, how many answers were right, and how many said yes."""

    asked: int = 0
    right: int = 0
    said_yes: int = 0

    def __str__(self) -> str:
        return f"{self.right / self.asked:6.1%} right, {self.said_yes / self.asked:6.1%} yes"


def probe(model: ChatModel, store: Store, scenes: int) -> tuple[Probed, Probed]:
    """Ask the probes of every second scene and of the others; the two tell how much is chance."""
    rng = random.Random(UNSEEN)
    halves = Probed(), Probed()
    for number in range(scenes):
        scene, half = make_scene(rng), halves[number % 2]
        picture = store.add(draw(scene, (PIXELS, PIXELS)), "scene")
        for _ in range(_EACH):
            question = is_there(scene, rng)
            message = Message(role="user", text=question.text, pictures=(picture,))
            said = model.generate([message], max_tokens=2).text.strip()
            half.asked += 1
            half.right += said == question.answer
            half.said_yes += said == "yes"
    return halves


def main() -> None:
    """Print a line for each way of decoding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenes", type=int, default=200)
    given = parser.parse_args()
    torch.set_num_threads(1)  # so small a model only loses time by sharing its work
    for method in get_args(Method):
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Path(folder))
            model = TransformersModel(
                given.folder, store=store, device="cpu", max_pixels=SIDE * SIDE, decoding=method
            )
            with closing(model):
                even, odd = probe(model, store, given.scenes)
        print(f"{method:6}  even: {even}   odd: {odd}   of {even.asked} and {odd.asked}")


if __name__ == "__main__":
    main()
