"""Trains the model that sees the made-up world, from nothing, on one CPU core.

    python tests/world/train.py FOLDER [--minutes 29] [--start FOLDER]

First the vision tower learns alone what each patch shows, named by the language model's own words for
it: so "red" in a question and a red patch are alike before anything else is learned. Then all of it
learns to answer. Minutes are of CPU time, whatever else the machine does; `--start` goes on from a
checkpoint of an earlier run, through both stages once more.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from looktwice.prompts import render
from torch import nn
from torch.nn import functional as F

from .model import IMAGE_TOKENS, PATCH, SIDE, WIDTH, build, processor, tokenizer
from .questions import BIG, DIGITS, PLACED, Question, about_part, about_tag, digit_on, shows
from .scenes import COLOURS, SHAPES, WHOLE, Scene, View, draw, make_scene, part_inside

BATCH = 16
RATE = 1.2e-3
PATCHES_ONLY = 0.3  # of the time
_LEAST_DIGIT = 2.6  # radius of a tag in pixels from which its digit is asked of patches
_NOTHING = -100
_NOTHING_COUNTS = (0.5, 0.5, 0.02)
"""Weight of patches without colour, shape, digit: few have a digit, and they would be drowned."""

LAYOUTS = {
    "whole": 0.22,
    "part": 0.5,
    "closer": 0.18,
    "closest": 0.05,
    "two": 0.02,
    "blind": 0.03,
}
"""How often a batch shows which pictures: closer is the whole and a part of it, closest two parts."""


@dataclass
class Sample:
    """Pictures and questions about them; `patches` are the classes of every patch."""

    views: list[tuple[Scene, View]]
    questions: list[tuple[str, str]]


def part_prompt(question: str) -> str:
    """What the program itself asks about a part."""
    return render("part_shows", question=question)


def random_view(scene: Scene, rng: random.Random, around_tag: bool) -> View:
    """A part of a scene of any size and a shape not far from a square."""
    widest = 0.45 if around_tag else 0.75
    wide = math.exp(rng.uniform(math.log(0.1), math.log(widest)))
    high = min(1.0, max(0.1, wide * rng.uniform(0.75, 1.33)))
    x, y = rng.random(), rng.random()
    tagged = [t for t in scene.things if t.digit is not None]
    if around_tag:
        x, y = rng.choice(tagged).tag
        x, y = x + rng.uniform(-0.4, 0.4) * wide, y + rng.uniform(-0.4, 0.4) * high
    left, top = min(max(x - wide / 2, 0), 1 - wide), min(max(y - high / 2, 0), 1 - high)
    return (left, top, left + wide, top + high)


def whole_questions(scene: Scene, rng: random.Random) -> list[tuple[str, str]]:
    """Two of every kind about the whole of a scene, what its tags hold included."""
    made = [maker(scene, rng) for maker in (*rng.sample(BIG, 4), *rng.sample(BIG, 2), digit_on)]
    return [(q.text, q.answer) for q in made if q is not None]


def part_questions(scene: Scene, view: View, rng: random.Random) -> list[tuple[str, str]]:
    """What a part shows, and whether it shows what a question asks about."""
    seen = list(about_part(scene, view, rng))
    tags = [q for q in seen if q.kind == "small"]
    asked = [(q.text, q.answer) for q in rng.sample(seen, min(3, len(seen))) + tags]
    asked += [rng.choice(shown_or_not(scene, view, rng)) for _ in range(2)]
    rng.shuffle(asked)  # the program asks each of them first and alone
    return asked


def shown_or_not(scene: Scene, view: View, rng: random.Random) -> list[tuple[str, str]]:
    """Questions about a part, all with yes or all with no for an answer, if there are any."""
    places = [q for maker in PLACED for _ in range(2) if (q := maker(scene, rng)) is not None]
    places += [about_tag(t) for t in scene.things if t.digit is not None]
    said = rng.random() < 0.5
    fit = [q for q in places if shows(view, q) is said]
    fit = fit or [q for q in places if shows(view, q) is not None]
    fit = fit or [Question("How many things are there?", "", (), "big")]
    return [(part_prompt(q.text), "yes" if shows(view, q) else "no") for q in fit]


def closer_questions(scene: Scene, views: list[View], rng: random.Random) -> list[tuple[str, str]]:
    """Questions about the whole, where parts of it were opened beside it."""
    tagged = [t for t in scene.things if t.digit is not None]
    seen = [t for t in tagged if any(part_inside(t.tag_extent, v) > 0.99 for v in views)]
    made: list[Question | None] = [about_tag(t) for t in seen]
    made += [maker(scene, rng) for maker in rng.sample(BIG, 3)]
    if rng.random() < 0.2:
        made.append(digit_on(scene, rng))
    asked = [(q.text, q.answer) for q in made if q is not None]
    rng.shuffle(asked)
    return asked


def sample(layout: str, rng: random.Random) -> Sample:
    """One sample of a layout; every sample of a layout has as many pictures."""
    scene = make_scene(rng)
    if layout == "whole":
        return Sample([(scene, WHOLE)], whole_questions(scene, rng))
    if layout == "blind":
        return Sample([], whole_questions(scene, rng))
    if layout == "part":
        view = random_view(scene, rng, rng.random() < 0.65)
        return Sample([(scene, view)], part_questions(scene, view, rng))
    if layout == "two":
        other = make_scene(rng)
        asked = [
            (f"{text[:-1]} in picture {n}?", answer)
            for n, s in ((1, scene), (2, other))
            for text, answer in whole_questions(s, rng)[-4:]
        ]
        rng.shuffle(asked)
        return Sample([(scene, WHOLE), (other, WHOLE)], asked)
    views = [random_view(scene, rng, rng.random() < 0.8) for _ in range(1 + (layout == "closest"))]
    shown = [(scene, WHOLE), *((scene, view) for view in views)]
    return Sample(shown, closer_questions(scene, views, rng))


def pixels(scene: Scene, view: View, rng: random.Random) -> np.ndarray[Any, Any]:
    """A view as the model's input, `[3, side, side]`; a little noise keeps it honest."""
    image = np.asarray(draw(scene, (SIDE, SIDE), view), dtype=np.float32) / 255
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, 0.015, image.shape)
    return np.ascontiguousarray(((image + noise - 0.5) / 0.25).transpose(2, 0, 1), np.float32)


def patch_classes(scene: Scene, view: View) -> np.ndarray[Any, Any]:
    """Colour, shape and digit at the middle of every patch, `[64, 3]`; 0 is the paper."""
    count = SIDE // PATCH
    wide, high = view[2] - view[0], view[3] - view[1]
    xs = view[0] + (np.arange(count) + 0.5) / count * wide
    ys = view[1] + (np.arange(count) + 0.5) / count * high
    x, y = (grid.ravel() for grid in np.meshgrid(xs, ys))
    found = np.zeros((count * count, 3), dtype=np.int64)
    step = (wide / count / 2, high / count / 2)
    for t in scene.things:
        inside = (abs(x - t.x) < t.r) & (abs(y - t.y) < t.r)
        found[inside, 0] = list(COLOURS).index(t.colour) + 1
        found[inside, 1] = SHAPES.index(t.shape) + 1
        if t.digit is None or t.tag_r / wide * SIDE < 1:
            continue
        near = (abs(x - t.tag[0]) < t.tag_r + step[0] / 2) & (
            abs(y - t.tag[1]) < t.tag_r + step[1] / 2
        )
        clear = min(t.tag_r / wide, t.tag_r / high) * SIDE > _LEAST_DIGIT
        found[near, 2] = t.digit + 2 if clear else 1
    return found


class Trainer:
    """The model, vectors that stand for nothing (thrown away later) and the optimiser."""

    def __init__(self, seed: int) -> None:
        torch.manual_seed(seed)
        prompt = part_prompt("What digit is on the red circle?")
        self.words = tokenizer([prompt])
        self._ids: dict[str, list[int]] = {}
        self.processor = processor(self.words)
        self.model = build(self.words)
        # The fused kernel's backward pass is slow on a CPU; sequences are short here.
        self.model.set_attn_implementation("eager")
        # Inside a sentence and at the start of an answer a word is not the same token.
        spaced = [[f" {w}" for w in words] for words in (COLOURS, SHAPES)]
        self.names = [
            (n, torch.tensor([self.ids(word)[0] for word in words]))
            for n, words in ((0, COLOURS), (0, spaced[0]), (1, SHAPES), (1, spaced[1]), (2, DIGITS))
        ]
        self.nothing = nn.ParameterList(
            nn.Parameter(0.02 * torch.randn(n, WIDTH)) for n in (1, 1, 2)
        )
        weights = [*self.model.parameters(), *self.nothing.parameters()]
        self.optimiser = torch.optim.AdamW(weights, lr=RATE, weight_decay=0.02, betas=(0.9, 0.98))
        self.rng = random.Random(seed)

    def ids(self, text: str) -> list[int]:
        """Tokens of a text, remembered: there are not many texts."""
        if text not in self._ids:
            self._ids[text] = self.words.encode(text, add_special_tokens=False)
        return self._ids[text]

    def see(self, samples: list[Sample]) -> tuple[torch.Tensor, torch.Tensor]:
        """Features `[pictures, 64, width]` of all pictures, and how wrong their patches are named."""
        shown = [view for s in samples for view in s.views]
        images = torch.from_numpy(np.stack([pixels(*view, self.rng) for view in shown]))
        truth = torch.from_numpy(np.stack([patch_classes(*view) for view in shown]))
        tower = self.model.model
        hidden = tower.vision_tower(images, output_hidden_states=True).hidden_states[-1][:, 1:]
        features = tower.multi_modal_projector(hidden)
        table = self.model.get_input_embeddings().weight
        losses = []
        for n, ids in self.names:
            logits = features @ torch.cat([self.nothing[n], table[ids]]).t()
            weight = torch.ones(logits.shape[-1])
            weight[: len(self.nothing[n])] = _NOTHING_COUNTS[n]
            right = truth[..., n].flatten()
            losses.append(F.cross_entropy(logits.flatten(0, 1).float(), right, weight))
        return features, torch.stack(losses).sum()

    def answer(
        self, samples: list[Sample], features: torch.Tensor | None
    ) -> tuple[torch.Tensor, float]:
        """How wrong the answers are, and the share that is right; all turns of a sample at once."""
        embed = self.model.get_input_embeddings()
        turns, labels = zip(*(self._turns(s.questions) for s in samples), strict=True)
        longest = max(map(len, turns))
        ids = torch.tensor([t + [0] * (longest - len(t)) for t in turns])
        wanted = torch.tensor([t + [_NOTHING] * (longest - len(t)) for t in labels])
        inputs = embed(ids)
        if features is not None:
            seen = features.reshape(len(samples), -1, WIDTH).to(inputs.dtype)
            inputs = torch.cat([inputs[:, :1], seen, inputs[:, 1:]], dim=1)
            gap = torch.full((len(samples), seen.shape[1]), _NOTHING)
            wanted = torch.cat([wanted[:, :1], gap, wanted[:, 1:]], dim=1)
        hidden = self.model.model.language_model(inputs_embeds=inputs, use_cache=False)[0]
        at = wanted != _NOTHING
        logits = self.model.lm_head(hidden[at]).float()
        right = (logits.argmax(-1) == wanted[at]).float().view(-1, 2)[:, 0]
        return F.cross_entropy(logits, wanted[at]), right.mean().item()

    def _turns(self, asked: list[tuple[str, str]]) -> tuple[list[int], list[int]]:
        """Tokens of a conversation, and for each the token to come where it is an answer's."""
        ids: list[int] = []
        labels: list[int] = []
        for text, answer in asked:
            question = self.ids(f"<user>{text}<end><assistant>")
            said = self.ids(answer)
            assert len(said) == 1, answer
            ids += [*question, *said, self.words.eos_token_id]
            labels += [_NOTHING] * (len(question) - 1) + [*said, self.words.eos_token_id, _NOTHING]
        return ids, labels

    def step(self, progress: float) -> tuple[str, float, float, float]:
        """One step of the optimiser; progress runs from 0 to 1."""
        patches_only = progress < PATCHES_ONLY
        layout = self.rng.choices(list(LAYOUTS), list(LAYOUTS.values()))[0]
        if patches_only:
            layout = self.rng.choice(["whole", "part", "part", "part"])
        samples = [sample(layout, self.rng) for _ in range(BATCH)]
        right, loss, patch_loss = 0.0, torch.zeros(()), torch.zeros(())
        with torch.autocast("cpu", dtype=torch.bfloat16):
            features = None
            if layout != "blind":
                features, patch_loss = self.see(samples)
            if not patches_only:
                loss, right = self.answer(samples, features)
        for group in self.optimiser.param_groups:
            group["lr"] = RATE * rate(progress)
        self.optimiser.zero_grad()
        (loss + 0.2 * patch_loss).backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        return layout, loss.item(), patch_loss.item(), right

    def start_from(self, folder: Path) -> None:
        """Take the weights of a checkpoint."""
        from transformers import LlavaForConditionalGeneration

        known = LlavaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
        self.model.load_state_dict(known.state_dict())

    def save(self, folder: Path) -> None:
        """Write a checkpoint in half precision that transformers loads by itself."""
        state = {k: v.to(torch.bfloat16) for k, v in self.model.state_dict().items()}
        kept, self.model.config.dtype = self.model.config.dtype, torch.bfloat16
        self.model.save_pretrained(folder, state_dict=state)
        self.model.config.dtype = kept
        self.processor.save_pretrained(folder)


def rate(progress: float) -> float:
    """Share of the full learning rate: down along a cosine, with a warm-up before each stage."""
    begun = progress - (PATCHES_ONLY if progress >= PATCHES_ONLY else 0.0)
    return min(1.0, 0.05 + begun / 0.02) * (0.51 + 0.49 * math.cos(math.pi * progress))


def main() -> None:
    """Train for some minutes, telling every few seconds how it goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=29.0)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--seed", type=int, default=11)
    given = parser.parse_args()
    torch.set_num_threads(1)
    trainer = Trainer(given.seed)
    count = sum(p.numel() for p in trainer.model.parameters())
    print(
        f"{count:,} parameters, {len(trainer.words)} tokens, {IMAGE_TOKENS} a picture", flush=True
    )
    if given.start:
        trainer.start_from(given.start)
    began, seen, steps = time.process_time(), {}, 0  # type: ignore[var-annotated]
    while (spent := (time.process_time() - began) / 60 / given.minutes) < 1:
        layout, loss, patch_loss, right = trainer.step(spent)
        seen.setdefault(layout, []).append((loss, patch_loss, right))
        steps += 1
        if steps % 100 == 0:
            told = {k: np.mean(v, axis=0).round(3).tolist() for k, v in sorted(seen.items())}
            print(f"{steps} {spent:.2f} {told}", flush=True)
            seen = {}
        if steps % 250 == 0:
            trainer.save(given.folder)
    trainer.save(given.folder)
    print(f"{steps} steps of {BATCH} in {given.minutes} minutes of one core")


if __name__ == "__main__":
    main()
