"""Constrained decoding for transformers: only tokens that keep the text inside a JSON schema.

The grammars are XGrammar's (after Dong et al. 2024, "XGrammar: Flexible and Efficient Structured
Generation PromptRunner for Large Language Models").
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ....errors import UsageError

if TYPE_CHECKING:
    import torch

# Compiled schemas that are kept; beyond this the least recently used go.
_CACHE_BYTES = 256 * 2**20

_CONTROL = re.compile(rb"[\x00-\x1f]")


class Grammars:
    """Turns JSON schemas into token masks for one tokenizer; a schema is compiled once.

    Args:
        tokenizer: a transformers tokenizer.
        vocab_size: width of the model's logits, often larger than the tokenizer's vocabulary.
        stop_ids: the tokens that end a turn; allowed only where the JSON value is complete.
    """

    def __init__(self, tokenizer: Any, vocab_size: int, stop_ids: Sequence[int]) -> None:
        import xgrammar

        info = xgrammar.TokenizerInfo.from_huggingface(
            tokenizer, vocab_size=vocab_size, stop_token_ids=list(stop_ids)
        )
        self._compiler = xgrammar.GrammarCompiler(info, cache_limit_bytes=_CACHE_BYTES)
        self._vocab_size = vocab_size
        # XGrammar takes control tokens for the letters they are written with, but they vanish when
        # the text is decoded, and a string would end up shorter than its schema allows.
        forbidden = set(tokenizer.all_special_ids) | {
            index for index, token in tokenizer.added_tokens_decoder.items() if token.special
        }
        # In strings with a length limit it also lets raw control characters pass, which JSON forbids.
        forbidden |= {i for i, text in enumerate(info.decoded_vocab) if _CONTROL.search(text)}
        self._allowed = _pack(vocab_size, forbidden - set(stop_ids))

    def mask(self, schema: dict[str, Any]) -> SchemaMask:
        """A fresh logits processor for one generation.

        Raises:
            UsageError: the schema is not one that can be followed token by token.
        """
        try:
            # One way of spacing: with free whitespace a small model may write blanks without end.
            # The order of keys is kept, because properties are written in it.
            grammar = self._compiler.compile_json_schema(json.dumps(schema), any_whitespace=False)
        except Exception as error:
            raise UsageError(
                f"this JSON schema cannot guide the model: {error}; it begins {str(schema)[:200]}"
            ) from error
        return SchemaMask(grammar, self._vocab_size, self._allowed)


class SchemaMask:
    """A transformers logits processor (batch of one, used for one generation only)."""

    def __init__(self, grammar: Any, vocab_size: int, allowed: torch.Tensor) -> None:
        import xgrammar

        self._matcher = xgrammar.GrammarMatcher(grammar)
        self._bitmask = xgrammar.allocate_token_bitmask(1, vocab_size)
        self._vocab_size = vocab_size
        self._allowed = allowed
        self._written: int | None = None

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Set the scores `[1, vocab]` of tokens that would leave the grammar to minus infinity."""
        import xgrammar

        self._follow(input_ids)
        if self._matcher.is_terminated():  # asked once more before it is seen that all is written
            return scores
        self._matcher.fill_next_token_bitmask(self._bitmask)
        # Not the Triton kernel, XGrammar's first choice on CUDA: it needs a C compiler on the
        # user's machine. Plain torch runs everywhere, and the same way.
        xgrammar.apply_token_bitmask_inplace(
            scores,
            (self._bitmask & self._allowed).to(scores.device),
            vocab_size=self._vocab_size,
            backend="torch_native",
        )
        scores[:, self._vocab_size :] = float("-inf")
        return scores

    def _follow(self, input_ids: torch.Tensor) -> None:
        """Tell the grammar which token was chosen since the last call."""
        length = input_ids.shape[1]
        if self._written is not None and not self._matcher.is_terminated():
            token = int(input_ids[0, -1])
            if length != self._written + 1 or not self._matcher.accept_token(token):
                raise RuntimeError(f"token {token} does not follow the JSON schema")
        self._written = length


def _pack(vocab_size: int, forbidden: set[int]) -> torch.Tensor:
    """Every token but the forbidden ones as XGrammar's bits: int32 `[1, ceil(vocab_size / 32)]`."""
    import torch

    bits = torch.zeros(-(-vocab_size // 32) * 32, dtype=torch.int64)
    bits[:vocab_size] = 1
    bits[[i for i in forbidden if i < vocab_size]] = 0
    words = (bits.view(-1, 32) << torch.arange(32)).sum(dim=1)
    return torch.where(words < 2**31, words, words - 2**32).to(torch.int32).unsqueeze(0)
