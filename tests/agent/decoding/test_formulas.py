"""Each formula against logits worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from looktwice.agent.decoding import class_attention, contrasted, grounded

INF = float("inf")


def test_what_the_picture_adds_is_made_stronger_among_plausible_tokens() -> None:
    seen = torch.tensor([[2.0, 1.0, -3.0]])
    unseen = torch.tensor([[2.0, -1.0, -9.0]])
    # 2 * 2 - 2, 2 * 1 + 1; the last has e^-5 of the likeliest, less than a tenth
    assert contrasted(seen, unseen, 1.0, 0.1).tolist() == [[2.0, 3.0, -INF]]
    assert contrasted(seen, unseen, 0.5, 0.0).tolist() == [[2.0, 2.0, 0.0]]
    assert contrasted(seen, unseen, 0.0, 0.0).tolist() == seen.tolist()


def test_a_token_is_worth_its_nearest_place_in_the_description() -> None:
    logits = torch.log(torch.tensor([[0.5, 0.45, 0.05]]))
    description = torch.log(torch.tensor([[0.1, 0.6, 0.3], [0.2, 0.2, 0.6]]))
    worth = grounded(logits, description, 0.2)
    assert worth[0, :2].tolist() == pytest.approx([math.log(0.2), math.log(0.6)])
    assert worth[0, 2] == -INF  # a tenth of the likeliest


def test_the_class_token_attends_as_its_query_fits_the_keys_of_patches() -> None:
    queries = torch.tensor([[[2.0, 0, 0, 0], [9, 9, 9, 9], [9, 9, 9, 9]]])
    keys = torch.tensor([[[0.0, 5, 5, 5], [math.log(2), 1, 0, 0], [0, 1, 1, 0]]])
    # scores 0, 2 ln 2 / sqrt(4) and 0: shares 1, 2 and 1 of 4, the first of them its own
    assert class_attention(queries, keys)[0].tolist() == pytest.approx([0.5, 0.25])
