"""all-MiniLM-L6-v2: a sentence embedder as ONNX and tokenizer, without its libraries' start-up time."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import WeightsError
from .graph import OPSET

if TYPE_CHECKING:
    import torch


def make_text_embedder(source: Path, into: Path) -> None:
    """All that sentence-transformers does with this model, in two files.

    Importing it, and transformers, takes seconds; onnxruntime and tokenizers take a fraction of one.
    """
    from tokenizers import Tokenizer

    model = sentence_model(source)
    export(model, into / "model.onnx")
    compare(model, into / "model.onnx")
    limits = json.loads((source / "sentence_bert_config.json").read_text("utf-8"))
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.enable_truncation(limits["max_seq_length"])
    tokenizer.no_padding()  # the file pads every text to 128; a batch needs its longest text only
    tokenizer.save(str(into / "tokenizer.json"))


def sentence_model(source: Path) -> torch.nn.Module:
    """BERT, the mean over its words, and a length of one (after Reimers and Gurevych, 2019)."""
    import torch
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModel

    class SentenceModel(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            config = AutoConfig.from_pretrained(str(source), local_files_only=True)
            self.bert = AutoModel.from_config(
                config, attn_implementation="eager", add_pooling_layer=False
            )

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor]:
            words = attention_mask.to(torch.float32)
            # A mask of four dimensions is taken as it is: transformers' own code for masks, which
            # changes with every version, stays out of the graph.
            unseen = (1 - words[:, None, None, :]) * torch.finfo(torch.float32).min
            hidden = self.bert(input_ids=input_ids, attention_mask=unseen).last_hidden_state
            mean = (hidden * words[..., None]).sum(1) / words.sum(1, keepdim=True)
            return torch.nn.functional.normalize(mean, dim=-1), hidden

    model = SentenceModel().eval()
    missing = model.bert.load_state_dict(
        load_file(source / "model.safetensors"), strict=False
    ).missing_keys
    if missing:
        raise WeightsError(f"{source.name}: model.safetensors lacks {', '.join(missing)}")
    return model


def export(model: torch.nn.Module, path: Path) -> None:
    """Write it as ONNX, for any number of texts of any length."""
    import torch

    some = torch.ones(2, 7, dtype=torch.int64)
    free = {0: "batch", 1: "length"}
    with warnings.catch_warnings():
        # The exporter is the old one, and says so; the new one needs onnxscript.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (some, some),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["input_ids", "attention_mask"],
            output_names=["sentence", "words"],
            dynamic_axes={
                "input_ids": free,
                "attention_mask": free,
                "sentence": {0: "batch"},
                "words": free,
            },
        )


def compare(model: torch.nn.Module, path: Path) -> None:
    """Tracing can freeze what should stay free, so the copy is tried on a size it has not seen.

    Raises:
        WeightsError: it does not compute what the model computes.
    """
    import numpy as np
    import onnxruntime
    import torch

    tokens = torch.arange(3 * 20).reshape(3, 20)
    mask = (torch.arange(20) < torch.tensor([[2], [11], [20]])).long()
    with torch.inference_mode():
        expected = [each.numpy() for each in model(tokens, mask)]
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    given = {"input_ids": tokens.numpy(), "attention_mask": mask.numpy()}
    found = session.run(["sentence", "words"], given)
    pairs = zip(found, expected, strict=True)
    if not all(a.shape == b.shape and np.allclose(a, b, atol=1e-4) for a, b in pairs):
        raise WeightsError(f"{path.name}: the exported text embedder is not what it was made from")
