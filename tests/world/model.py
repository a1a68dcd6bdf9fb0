"""A LLaVA of about two million parameters: CLIP vision tower, projector, Llama; built from nothing.

Its one input size is 64 x 64 pixels in patches of 8, so every picture becomes 64 tokens.
"""

from __future__ import annotations

import itertools
from typing import Any

from .questions import DIGITS, YES_NO
from .scenes import COLOURS, SHAPES

SIDE = 64
PATCH = 8
IMAGE_TOKENS = (SIDE // PATCH) ** 2
WIDTH = 128
SPECIAL = ["<pad>", "<user>", "<assistant>", "<system>", "<end>", "<image>"]

CHAT = (
    "{% for m in messages %}{{ '<' + m['role'] + '>' }}"
    "{% for c in m['content'] %}{% if c['type'] == 'image' %}<image>"
    "{% else %}{{ c['text'] }}{% endif %}{% endfor %}<end>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)

_SENTENCES = (
    "What colour is the {shape}? What shape is the {colour} thing? Is there a {colour} {shape}?",
    "How many things are there? What digit is on the {colour} {shape}?",
    "Is the {colour} {shape} left of the {colour} {shape}? above in picture 1? picture 2?",
)


def tokenizer(prompts: list[str]) -> Any:
    """A byte-level BPE in which each word of the world is one token.

    Args:
        prompts: further texts whose words should be tokens.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    pairs = list(itertools.product(COLOURS, SHAPES))
    texts = [s.format(colour=c, shape=h) for s in _SENTENCES for c, h in pairs]
    # Answers begin a turn: their words without the space before them are tokens, too.
    texts += [*COLOURS, *SHAPES, *YES_NO, *DIGITS, *(w.capitalize() for w in YES_NO)] * 9
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.train_from_iterator(
        texts + prompts * 9,
        trainers.BpeTrainer(
            vocab_size=600,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            special_tokens=SPECIAL,
            show_progress=False,
        ),
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        eos_token="<end>",
        pad_token="<pad>",
        chat_template=CHAT,
        model_max_length=2048,
    )


def processor(words: Any) -> Any:
    """The tokenizer with a picture processor that squeezes every picture into the input."""
    import transformers as hf

    images = hf.CLIPImageProcessor(
        size={"height": SIDE, "width": SIDE},
        do_center_crop=False,
        image_mean=[0.5] * 3,
        image_std=[0.25] * 3,
    )
    return hf.LlavaProcessor(
        images,
        words,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,  # CLIP's class token, which "default" drops again
        chat_template=CHAT,
    )


def build(words: Any) -> Any:
    """The model with random weights."""
    import transformers as hf

    vision = hf.CLIPVisionConfig(
        hidden_size=WIDTH,
        intermediate_size=3 * WIDTH,
        num_hidden_layers=4,
        num_attention_heads=4,
        image_size=SIDE,
        patch_size=PATCH,
        projection_dim=WIDTH,
    )
    text = hf.LlamaConfig(
        vocab_size=len(words),
        hidden_size=WIDTH,
        intermediate_size=3 * WIDTH,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    config = hf.LlavaConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=words.convert_tokens_to_ids("<image>"),
        image_seq_length=IMAGE_TOKENS,
        vision_feature_layer=-1,
        tie_word_embeddings=True,
    )
    model = hf.LlavaForConditionalGeneration(config)
    model.generation_config.eos_token_id = words.eos_token_id
    model.generation_config.pad_token_id = words.pad_token_id
    return model
