"""Packs and the ladder name weights that there are."""

from __future__ import annotations

from looktwice.weights import packs
from looktwice.weights.registry import CATALOGUE
from looktwice.weights.sources import Hub

PICKLES = (".pt", ".pth", ".bin", ".pkl", ".ckpt")


def test_every_rung_names_weights_with_their_memory() -> None:
    for rung in packs.LADDER:
        assert CATALOGUE[rung.chat].chat == "transformers"
        assert 0 < rung.chat_bytes <= CATALOGUE[rung.chat].gpu_bytes
        assert set(packs.roles_of(rung.experts).values()) <= set(CATALOGUE)
        on_gpu = [name for name in rung.parts if not isinstance(CATALOGUE[name].source, Hub)]
        assert not on_gpu
    sizes = [rung.chat_bytes + rung.expert_bytes for rung in packs.LADDER]
    assert sizes == sorted(sizes, reverse=True)


def test_no_pack_brings_a_pickle_from_the_hub() -> None:
    for weight in CATALOGUE.values():
        if isinstance(weight.source, Hub) and packs.packs_with(weight.name):
            patterns = (*weight.source.patterns, *weight.source.optional)
            assert not [p for p in patterns if p.endswith(PICKLES) or p.endswith("*")], weight.name


def test_weights_know_their_packs() -> None:
    assert packs.packs_with("yolov3-tiny") == ("starter", "laptop")
    assert packs.packs_with("qwen3.5-9b") == ("gpu",)
    assert packs.packs_with("qwen3-vl-reranker-2b") == ("gpu",)
    assert packs.packs_with("yolo26x") == ()
