"""Chat models of the gpu pack with random weights: of the published sizes, or tiny for a rehearsal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["CHAT_MODELS", "TINY", "Shape", "build_chat"]

_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{% if m['content'] is string %}{{ m['content'] }}{% else %}"
    "{% for c in m['content'] %}{% if c['type'] == 'image' %}"
    "<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ c['text'] }}{% endif %}{% endfor %}"
    "{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_MARKS = (
    "<pad>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>",
    "<|video_pad|>",
)  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """The sizes that a configuration states; the rest is the architecture's own.

    Attributes:
        linear: three of four layers are of linear attention (Qwen3.5), else none (Qwen3-VL).
        vision: depth, width and inner width of the vision encoder.
    """

    linear: bool
    vocabulary: int
    hidden: int
    inner: int
    layers: int
    heads: int
    key_heads: int
    head: int
    tied: bool
    vision: tuple[int, int, int]


CHAT_MODELS = {
    "qwen3.5-4b": Shape(True, 248_320, 2_560, 9_216, 32, 16, 4, 256, True, (24, 1_024, 4_096)),
    "qwen3-vl-4b-instruct": Shape(
        False, 151_936, 2_560, 9_728, 36, 32, 8, 128, True, (24, 1_024, 4_096)
    ),
    "qwen3.5-9b": Shape(True, 248_320, 4_096, 12_288, 32, 16, 4, 256, False, (27, 1_152, 4_304)),
}
TINY = {
    "qwen3.5-4b": Shape(True, 512, 32, 64, 4, 4, 2, 8, True, (2, 32, 64)),
    "qwen3-vl-4b-instruct": Shape(False, 512, 32, 64, 2, 4, 2, 8, True, (2, 32, 64)),
}


def build_chat(shape: Shape, device: str, dtype: Any) -> tuple[Any, Any]:
    """A model on its device and its processor, whose tokenizer knows bytes and marks only."""
    import torch
    import transformers as hf

    processor = _processor(shape)
    marks = {name: processor.tokenizer.convert_tokens_to_ids(name) for name in _MARKS}
    kind = hf.Qwen3_5Config if shape.linear else hf.Qwen3VLConfig
    config = kind(
        text_config=_text(shape),
        vision_config=_vision(shape),
        tie_word_embeddings=shape.tied,
        image_token_id=marks["<|image_pad|>"],
        video_token_id=marks["<|video_pad|>"],
        vision_start_token_id=marks["<|vision_start|>"],
        vision_end_token_id=marks["<|vision_end|>"],
    )
    with torch.device(device):
        model = hf.AutoModelForImageTextToText.from_config(config, dtype=dtype)
    model.generation_config.eos_token_id = marks["<|im_end|>"]
    return model.eval(), processor


def _text(shape: Shape) -> dict[str, Any]:
    rope: dict[str, Any] = {"rope_type": "default", "rope_theta": 10_000_000.0}
    rope |= {"mrope_interleaved": True, "mrope_section": _sections(shape)}
    more: dict[str, Any] = {}
    if shape.linear:
        rope["partial_rotary_factor"] = _rotary(shape)
        small = shape.head < 64
        more = {"linear_num_key_heads": 2 if small else 16}
        more["linear_num_value_heads"] = 4 if small else 32
        more["linear_key_head_dim"] = more["linear_value_head_dim"] = 8 if small else 128
    return {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.inner,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.key_heads,
        "head_dim": shape.head,
        "max_position_embeddings": 32_768,
        "tie_word_embeddings": shape.tied,
        "rope_parameters": rope,
        **more,
    }


def _rotary(shape: Shape) -> float:
    """The share of a head that turns with the position."""
    return 0.25 if shape.head >= 64 else 1.0


def _sections(shape: Shape) -> list[int]:
    """How the turning pairs are shared out among time, height and width."""
    pairs = int(shape.head * (_rotary(shape) if shape.linear else 1)) // 2
    side = pairs // 3
    return [pairs - 2 * side, side, side]


def _vision(shape: Shape) -> dict[str, Any]:
    depth, width, inner = shape.vision
    found: dict[str, Any] = {
        "depth": depth,
        "hidden_size": width,
        "intermediate_size": inner,
        "num_heads": 16 if width > 64 else 4,
        "out_hidden_size": shape.hidden,
    }
    if not shape.linear:
        found["deepstack_visual_indexes"] = [depth // 4] if depth < 8 else [5, 11, 17]
    return found


def _processor(shape: Shape) -> Any:
    import transformers as hf

    return hf.Qwen3VLProcessor(
        hf.Qwen2VLImageProcessor(
            patch_size=16, size={"shortest_edge": 65_536, "longest_edge": 16_777_216}
        ),
        _tokenizer(),
        hf.Qwen3VLVideoProcessor(),
        chat_template=_TEMPLATE,
    )


def _tokenizer() -> Any:
    """One token a byte, and the marks."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(models.BPE(vocab={letter: at for at, letter in enumerate(letters)}, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.add_special_tokens(list(_MARKS))
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        eos_token="<|im_end|>",
        pad_token="<pad>",
        image_token="<|image_pad|>",
        video_token="<|video_pad|>",
        vision_start_token="<|vision_start|>",
        vision_end_token="<|vision_end|>",
        chat_template=_TEMPLATE,
        model_max_length=32_768,
    )
