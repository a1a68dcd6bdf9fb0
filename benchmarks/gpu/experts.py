"""The experts: pictures a second of OCR and detector, passages of the text embedder, and memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...tools.detection.detr import TransformersEngine
from ...tools.ocr.reader import Reader
from .bench import Bench, page
from .figures import Figure
from .ocr_models import write_ocr

__all__ = ["measure_detector", "measure_embedders", "measure_ocr"]

_LINES = 40
"""Of a page."""


def measure_ocr(bench: Bench) -> Iterator[Figure]:
    """PP-OCRv6 medium: finding lines in a page, and reading as many as a page has."""
    import numpy as np

    folders = write_ocr(bench.folder / "ocr", bench.device, shrink=16 if bench.tiny else 1)
    reader = Reader(lambda: folders, score=0.0)
    image = page(320 if bench.tiny else 1_280)
    picture = bench.store.add(image)
    with bench.holding("ocr"):
        found = bench.seconds(lambda: reader.read(image, picture))
    yield Figure("ocr", "finding the lines of a page", 1 / found, "pages/s")
    line = np.full((48, 480, 3), 255, np.uint8)
    lines = [line] * (2 if bench.tiny else _LINES)
    recogniser = reader._load().paddlex_pipeline.text_rec_model
    read = bench.seconds(lambda: list(recogniser(lines)))
    yield Figure("ocr", "reading lines", len(lines) / read, "lines/s")
    whole = found + read * _LINES / len(lines)
    yield Figure("ocr", f"a page of {_LINES} lines", 1 / whole, "pages/s")
    yield Figure("ocr", "memory held", bench.held["ocr"], "bytes")


def measure_detector(bench: Bench) -> Iterator[Figure]:
    """D-FINE X with random weights."""
    import transformers as hf

    folder = bench.folder / "detector"
    hf.DFineForObjectDetection(_dfine(bench.tiny)).save_pretrained(folder)
    side = 64 if bench.tiny else 640
    hf.RTDetrImageProcessor(size={"height": side, "width": side}).save_pretrained(folder)
    with bench.holding("detector"):
        engine = TransformersEngine(folder, 0.3, bench.device)
    image = page(side)
    seconds = bench.seconds(lambda: engine.predict(image, ()))
    yield Figure("detector", "pictures", 1 / seconds, "pictures/s")
    yield Figure("detector", "memory held", bench.held["detector"], "bytes")


def _dfine(tiny: bool) -> Any:
    """Of the sizes of D-FINE X (its backbone HGNetV2-B5), or small ones."""
    import transformers as hf

    if not tiny:
        backbone = hf.HGNetV2Config(
            stem_channels=[3, 32, 64],
            stage_in_channels=[64, 128, 512, 1_024],
            stage_mid_channels=[64, 128, 256, 512],
            stage_out_channels=[128, 512, 1_024, 2_048],
            stage_num_blocks=[1, 2, 5, 2],
            stage_numb_of_layers=[6, 6, 6, 6],
            out_features=["stage2", "stage3", "stage4"],
        )
        return hf.DFineConfig(
            backbone_config=backbone,
            encoder_in_channels=[512, 1_024, 2_048],
            encoder_hidden_dim=384,
            encoder_ffn_dim=2_048,
            decoder_in_channels=[384, 384, 384],
            num_labels=80,
        )
    return tiny_dfine()


def tiny_dfine(**how: Any) -> Any:
    """The architecture at a size that a processor runs at once; `how` adds to its configuration."""
    import transformers as hf

    backbone = hf.HGNetV2Config(
        stem_channels=[3, 8, 16],
        embedding_size=16,
        depths=[1] * 4,
        hidden_sizes=[16, 24, 32, 48],
        stage_in_channels=[16, 16, 24, 32],
        stage_mid_channels=[8] * 4,
        stage_out_channels=[16, 24, 32, 48],
        stage_num_blocks=[1] * 4,
        stage_numb_of_layers=[1] * 4,
        out_features=["stage2", "stage3", "stage4"],
    )
    return hf.DFineConfig(
        backbone_config=backbone,
        encoder_in_channels=[24, 32, 48],
        encoder_hidden_dim=32,
        encoder_ffn_dim=32,
        encoder_attention_heads=4,
        d_model=32,
        decoder_in_channels=[32] * 3,
        decoder_ffn_dim=32,
        decoder_attention_heads=4,
        decoder_layers=2,
        decoder_n_points=[2] * 3,
        num_queries=20,
        hidden_expansion=0.5,
        **how,
    )


def measure_embedders(bench: Bench) -> Iterator[Figure]:
    """The text embedder's and the reranker's networks, at the lengths that passages have."""
    import torch
    import transformers as hf

    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    sizes = small if bench.tiny else {"hidden_size": 1_024, "intermediate_size": 3_072}
    shape = {"num_hidden_layers": 28, "head_dim": 128, "vocab_size": 151_669, **sizes}
    if bench.tiny:
        shape |= {"head_dim": 8, "vocab_size": 512, "num_attention_heads": 4}
        shape |= {"num_key_value_heads": 2}
    else:
        shape |= {"num_attention_heads": 16, "num_key_value_heads": 8}
    with bench.holding("text embedder"), torch.device(bench.device):
        model = hf.AutoModel.from_config(hf.Qwen3Config(**shape), dtype=bench.dtype).eval()
    ids = torch.zeros((32, 64 if bench.tiny else 256), dtype=torch.long, device=bench.device)

    def run() -> None:
        with torch.inference_mode():
            model(input_ids=ids, use_cache=False)

    yield Figure("text embedder", "passages", len(ids) / bench.seconds(run), "passages/s")
    yield Figure("text embedder", "memory held", bench.held["text embedder"], "bytes")
