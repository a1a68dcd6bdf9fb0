"""Real architectures with a few thousand random weights, built offline and saved as checkpoints.

Each builder writes a folder that the library's own loading code reads. The weights are random but
larger than at the start of training, so that outputs depend on every input.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from looktwice.weights.checkpoint import kernels_for

TEXTS = [
    "The quick brown fox jumps over the lazy dog. yes no Yes No true false left right",
    '{"answer": "yes", "count": 12, "boxes": [1, 2, 3], "total": 45.90}',
    "What is shown in the picture? A red bus, a blue car and two people are shown.",
    "(yes) (no) (Yes) (No) (yes) (no)",
    "Straße naïve 日本語 привет 😀",
] * 4

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{% if m['content'] is string %}{{ m['content'] }}{% else %}"
    "{% for c in m['content'] %}{% if c['type'] == 'image' %}IMAGE{% else %}{{ c['text'] }}"
    "{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
GEMMA = (
    "{{ bos_token }}{% for m in messages %}"
    "{% if m['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "<start_of_turn>{{ 'model' if m['role'] == 'assistant' else 'user' }}\n"
    "{% for c in m['content'] %}{% if c['type'] == 'image' %}<start_of_image>"
    "{% else %}{{ c['text'] }}{% endif %}{% endfor %}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)


def tokenizer(template: str | None, *, eos: str, special: list[str], **named: Any) -> Any:
    """A byte-level BPE of about 400 tokens with the given control tokens after them."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    core.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False)
    )
    core.add_special_tokens(special)
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        eos_token=eos,
        pad_token="<pad>",
        chat_template=template,
        model_max_length=10**9,
        **named,
    )


def _save(folder: Path, model_class: Any, config: Any, processor: Any, stop: int) -> Path:
    import torch

    torch.manual_seed(7)
    model = model_class(config)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() > 1:
                weight.normal_(0, 0.35)
    model.generation_config.eos_token_id = stop
    model.generation_config.pad_token_id = 0
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _text(vocab: int, **more: Any) -> dict[str, Any]:
    return {
        "vocab_size": vocab,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": 4096,
    } | more


def build_qwen3_vl(folder: Path) -> Path:
    import transformers as hf

    special = ["<pad>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>"]
    special += ["<|image_pad|>", "<|video_pad|>"]
    template = CHATML.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>")
    tok = tokenizer(template, eos="<|im_end|>", special=special)
    ids = {name: tok.convert_tokens_to_ids(name) for name in special}
    config = hf.Qwen3VLConfig(
        text_config=_text(
            512,  # wider than the tokenizer, as real checkpoints are
            rope_parameters={
                "rope_type": "default",
                "rope_theta": 10000.0,
                "mrope_section": [2, 1, 1],
                "mrope_interleaved": True,
            },
        ),
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 4,
            "patch_size": 16,
            "out_hidden_size": 32,
            "num_position_embeddings": 64,
            "deepstack_visual_indexes": [0],
        },
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
    )
    processor = hf.Qwen3VLProcessor(
        hf.Qwen2VLImageProcessor(
            patch_size=16, size={"shortest_edge": 32 * 32, "longest_edge": 4096 * 4096}
        ),
        tok,
        hf.Qwen3VLVideoProcessor(),
        chat_template=template,
    )
    stop = ids["<|im_end|>"]
    return _save(folder, hf.Qwen3VLForConditionalGeneration, config, processor, stop)


def build_qwen3_5(folder: Path) -> Path:
    """Three layers of linear attention to one of full attention, as the real ones have."""
    import transformers as hf

    special = ["<pad>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>"]
    special += ["<|image_pad|>", "<|video_pad|>"]
    template = CHATML.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>")
    tok = tokenizer(template, eos="<|im_end|>", special=special)
    ids = {name: tok.convert_tokens_to_ids(name) for name in special}
    config = hf.Qwen3_5Config(
        text_config=_text(
            512,
            num_hidden_layers=4,
            layer_types=[*["linear_attention"] * 3, "full_attention"],
            linear_num_key_heads=2,
            linear_num_value_heads=4,
            linear_key_head_dim=8,
            linear_value_head_dim=8,
            rope_parameters={
                "rope_type": "default",
                "rope_theta": 10000.0,
                "partial_rotary_factor": 1.0,
                "mrope_section": [2, 1, 1],
                "mrope_interleaved": True,
            },
        ),
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 4,
            "patch_size": 16,
            "out_hidden_size": 32,
            "num_position_embeddings": 64,
        },
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
    )
    processor = hf.Qwen3VLProcessor(
        hf.Qwen2VLImageProcessor(
            patch_size=16, size={"shortest_edge": 32 * 32, "longest_edge": 4096 * 4096}
        ),
        tok,
        hf.Qwen3VLVideoProcessor(),
        chat_template=template,
    )
    stop = ids["<|im_end|>"]
    with kernels_for("cpu"):
        kind = hf.Qwen3_5ForConditionalGeneration
    return _save(folder, kind, config, processor, stop)


def build_idefics3(folder: Path) -> Path:
    import transformers as hf

    special = ["<pad>", "<|im_start|>", "<|im_end|>", "<end_of_utterance>", "<global-img>"]
    special += ["<image>", "<fake_token_around_image>"]
    special += [f"<row_{r}_col_{c}>" for r in range(1, 7) for c in range(1, 7)]
    template = CHATML.replace("IMAGE", "<image>")
    tok = tokenizer(template, eos="<|im_end|>", special=special)
    config = hf.Idefics3Config(
        text_config=_text(len(tok), model_type="llama", pad_token_id=0),
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "image_size": 32,
            "patch_size": 8,
        },
        image_token_id=tok.convert_tokens_to_ids("<image>"),
        scale_factor=2,
    )
    images = hf.Idefics3ImageProcessor(
        size={"longest_edge": 4 * 32}, max_image_size={"longest_edge": 32}
    )
    processor = hf.Idefics3Processor(images, tok, image_seq_len=4, chat_template=template)
    stop = tok.convert_tokens_to_ids("<|im_end|>")
    return _save(folder, hf.Idefics3ForConditionalGeneration, config, processor, stop)


def build_gemma3(folder: Path) -> Path:
    import transformers as hf

    special = ["<pad>", "<eos>", "<bos>", "<start_of_turn>", "<end_of_turn>"]
    special += ["<start_of_image>", "<end_of_image>", "<image_soft_token>"]
    tok = tokenizer(
        GEMMA,
        eos="<eos>",
        special=special,
        bos_token="<bos>",
        extra_special_tokens={
            "image_token": "<image_soft_token>",
            "boi_token": "<start_of_image>",
            "eoi_token": "<end_of_image>",
        },
    )
    config = hf.Gemma3Config(
        text_config=_text(
            len(tok), sliding_window=16, sliding_window_pattern=2, tie_word_embeddings=False
        ),
        tie_word_embeddings=False,  # tied random weights would only repeat the last token
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "image_size": 32,
            "patch_size": 8,
        },
        mm_tokens_per_image=4,
        boi_token_index=tok.boi_token_id,
        eoi_token_index=tok.eoi_token_id,
        image_token_index=tok.image_token_id,
    )
    images = hf.Gemma3ImageProcessor(size={"height": 32, "width": 32})
    processor = hf.Gemma3Processor(images, tok, image_seq_length=4, chat_template=GEMMA)
    stop = tok.convert_tokens_to_ids("<end_of_turn>")
    return _save(folder, hf.Gemma3ForConditionalGeneration, config, processor, stop)


def build_qwen3(folder: Path) -> Path:
    """Text only."""
    import transformers as hf

    tok = tokenizer(CHATML, eos="<|im_end|>", special=["<pad>", "<|im_start|>", "<|im_end|>"])
    config = hf.Qwen3Config(**_text(512, max_position_embeddings=512))
    stop = tok.convert_tokens_to_ids("<|im_end|>")
    return _save(folder, hf.Qwen3ForCausalLM, config, tok, stop)


VISION: dict[str, Callable[[Path], Path]] = {
    "qwen3_vl": build_qwen3_vl,
    "qwen3_5": build_qwen3_5,
    "idefics3": build_idefics3,
    "gemma3": build_gemma3,
}
ALL: dict[str, Callable[[Path], Path]] = {**VISION, "qwen3": build_qwen3}
