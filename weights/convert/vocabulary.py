"""The words of a byte-level BPE (after Sennrich et al., 2016, and GPT-2) in a GGUF file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import WeightsError

if TYPE_CHECKING:
    from gguf import GGUFWriter


def write_vocabulary(writer: GGUFWriter, source: Path, size: int) -> None:
    """Tokens, merges, special tokens and the template of conversations.

    Args:
        source: a folder with tokenizer.json, tokenizer_config.json and perhaps chat_template.jinja.
        size: tokens the model has rows for; those without a word are left unused.

    Raises:
        WeightsError: the tokenizer is not of this kind.
    """
    from gguf import TokenType

    words = json.loads((source / "tokenizer.json").read_text("utf-8"))
    _check(words, source)
    added = {each["id"]: each for each in words["added_tokens"]}
    by_id = {number: word for word, number in words["model"]["vocab"].items()}
    by_id |= {number: each["content"] for number, each in added.items()}
    kinds = dict.fromkeys(by_id, TokenType.NORMAL)
    for number, each in added.items():
        kinds[number] = TokenType.CONTROL if each["special"] else TokenType.USER_DEFINED
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([by_id.get(n, f"[unused{n}]") for n in range(size)])
    writer.add_token_types([kinds.get(n, TokenType.UNUSED) for n in range(size)])
    writer.add_token_merges([_pair(each) for each in words["model"]["merges"]])
    _write_specials(writer, source, {word: number for number, word in by_id.items()})


def _check(words: Mapping[str, Any], source: Path) -> None:
    model, before = words["model"], words.get("pre_tokenizer") or {}
    if model.get("type") != "BPE" or before.get("type") != "ByteLevel" or words.get("normalizer"):
        raise WeightsError(
            f"{source}: only a byte-level BPE, split as GPT-2 does, can be converted"
        )


def _pair(merge: str | list[str]) -> str:
    return merge if isinstance(merge, str) else " ".join(merge)


def _write_specials(writer: GGUFWriter, source: Path, numbers: Mapping[str, int]) -> None:
    config = json.loads((source / "tokenizer_config.json").read_text("utf-8"))
    kinds = {"bos": writer.add_bos_token_id, "eos": writer.add_eos_token_id}
    for kind, add in (kinds | {"pad": writer.add_pad_token_id}).items():
        given = config.get(f"{kind}_token")
        word = given.get("content") if isinstance(given, dict) else given
        if isinstance(word, str) and word in numbers:
            add(numbers[word])
    writer.add_add_bos_token(bool(config.get("add_bos_token", False)))
    writer.add_add_eos_token(False)
    template = source / "chat_template.jinja"
    if template.is_file():
        writer.add_chat_template(template.read_text("utf-8"))
    elif config.get("chat_template"):
        writer.add_chat_template(config["chat_template"])
