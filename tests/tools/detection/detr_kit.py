"""Tiny detectors with random weights, as transformers writes them."""

from __future__ import annotations

from pathlib import Path

from looktwice.benchmarks.gpu.experts import tiny_dfine

LABELS = ("person", "bus", "dog")
WORDS = ("red", "bus", "dog", "hot", "cat", ".")


def write_dfine(folder: Path) -> Path:
    """One of fixed names."""
    import torch
    import transformers as hf

    torch.manual_seed(0)
    config = tiny_dfine(id2label=dict(enumerate(LABELS)))
    hf.DFineForObjectDetection(config).save_pretrained(folder)
    hf.RTDetrImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)
    return folder


def write_grounding_dino(folder: Path) -> Path:
    """One that is asked for names."""
    import torch
    import transformers as hf

    torch.manual_seed(0)
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    tokenizer = hf.BertTokenizerFast(vocab={word: at for at, word in enumerate(vocabulary)})
    config = hf.GroundingDinoConfig(
        backbone_config=hf.SwinConfig(
            image_size=64,
            embed_dim=8,
            depths=[1, 1, 1, 1],
            num_heads=[1, 1, 2, 2],
            window_size=4,
            out_features=["stage2", "stage3", "stage4"],
        ),
        text_config=hf.BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
        ),
        d_model=32,
        num_queries=20,
        encoder_layers=1,
        encoder_ffn_dim=32,
        encoder_attention_heads=4,
        decoder_layers=2,
        decoder_ffn_dim=32,
        decoder_attention_heads=4,
        max_text_len=32,
    )
    hf.GroundingDinoForObjectDetection(config).save_pretrained(folder)
    images = hf.GroundingDinoImageProcessor(size={"shortest_edge": 64, "longest_edge": 96})
    hf.GroundingDinoProcessor(images, tokenizer).save_pretrained(folder)
    return folder
