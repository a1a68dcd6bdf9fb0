"""What listens while transformers writes: tokens become text, and a stop is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....control import Control
from ..base import OnToken
from ..thoughts import ThoughtFilter

if TYPE_CHECKING:
    import torch


class Streamer:
    """Turns tokens into text as they come; what it passes on joins to `text`.

    A transformers streamer by shape (`put`, `end`). Text is held back while its last letter is
    incomplete, because one letter may take several tokens; thoughts are not passed on at all.
    """

    def __init__(self, tokenizer: Any, on_token: OnToken | None, *, opened: bool = False) -> None:
        self._tokenizer = tokenizer
        self._on_token = on_token
        self.listener_failed = False
        self.restart(opened=opened)

    def restart(self, *, opened: bool = False) -> None:
        """Begin again; `opened` where the prompt ends inside a thought."""
        self._ids: list[int] = []
        self._prompt_seen = False
        self._start = 0  # tokens from here are decoded again, so that spacing comes out right
        self._read = 0  # tokens before here have been passed on
        self._pieces: list[str] = []
        self._filter = ThoughtFilter(self._pass_on, opened=opened)

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def thinking(self) -> bool:
        """Whether it ended inside a thought."""
        return self._filter.thinking

    @property
    def heard(self) -> bool:
        return self._on_token is not None and bool(self._pieces)

    def put(self, value: torch.Tensor) -> None:
        """Take the prompt (first call) or new tokens, `[n]` or `[1, n]`."""
        if not self._prompt_seen:
            self._prompt_seen = True
            return
        self._ids.extend(value.flatten().tolist())
        self._advance(final=False)

    def end(self) -> None:
        self._advance(final=True)
        self._filter.end()

    def _advance(self, *, final: bool) -> None:
        """Decode a short window only: a long answer must not cost the square of its length."""
        before = self._decode(self._ids[self._start : self._read])
        after = self._decode(self._ids[self._start :])
        if len(after) <= len(before) or (after.endswith("\ufffd") and not final):
            return
        self._start, self._read = self._read, len(self._ids)
        self._filter.feed(after[len(before) :])

    def _decode(self, ids: list[int]) -> str:
        text: str = self._tokenizer.decode(
            ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text

    def _pass_on(self, piece: str) -> None:
        self._pieces.append(piece)
        if self._on_token is None:
            return
        try:
            self._on_token(piece)
        except BaseException:
            self.listener_failed = True
            raise


class Stopper:
    """A transformers stopping criterion: true once the run should stop."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self.stopped = False

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        import torch

        self.stopped = self._control.should_stop
        return torch.full((input_ids.shape[0],), self.stopped, device=input_ids.device)
