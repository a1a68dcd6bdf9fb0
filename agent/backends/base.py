"""What the controller asks of a chat model, whatever runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from pydantic import Field

from ...control import Control
from ...schema import Picture, Value

if TYPE_CHECKING:
    from ...tools.looking.regions import HeatMap
    from ...weights.checkpoint import Parts

Role = Literal["system", "user", "assistant"]
JsonSchema = dict[str, Any]
OnToken = Callable[[str], None]


class Message(Value):
    """One turn of a conversation; pictures stand before the text.

    Attributes:
        shared: letters of the text that other questions about the same begin with, too. A model whose
            state cannot be taken back keeps a copy of it there.
    """

    role: Role
    text: str
    pictures: tuple[Picture, ...] = ()
    shared: int = Field(default=0, ge=0)


class CallCost(Value):
    """What one call of a model took.

    Attributes:
        prompt_tokens: in the prompt, pictures included.
        cached_tokens: those of them that were known from an earlier prompt and not read again.
        vision_passes: pictures that went through the vision encoder; servers do not tell.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    vision_passes: int = 0


class Reply(CallCost):
    """What the model wrote and what it cost.

    `finish` is "stop" (it was done), "length" (it reached max_tokens) or "cancelled".
    """

    text: str
    finish: Literal["stop", "length", "cancelled"] = "stop"


class Choice(CallCost):
    """Probability of each option, in the order asked; they sum to 1."""

    probabilities: dict[str, float]
    mass: float = Field(default=1.0, ge=0, le=1.0001)
    """Probability the model gave to all options together before they were scaled to sum to 1."""

    @property
    def best(self) -> str:
        return max(self.probabilities, key=self.probabilities.__getitem__)


@runtime_checkable
class ChatModel(Protocol):
    """A multimodal (or text-only) language model. Implementations are safe to call from threads.

    Attributes:
        name: what it calls itself, for people.
        sees_images: whether `Message.pictures` reach it.
        context_tokens: how much it can read and write at once.
    """

    name: str
    sees_images: bool
    context_tokens: int

    def generate(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonSchema | None = None,
        max_tokens: int = 512,
        temperature: float = 0.0,
        on_token: OnToken | None = None,
        control: Control | None = None,
    ) -> Reply:
        """Write the next turn.

        Args:
            schema: JSON schema the text must follow (constrained decoding).
            on_token: called with each piece of text as it is made.
            control: looked at between tokens; when it says stop, the reply so far is returned with
                finish "cancelled".

        Raises:
            ModelError: the model failed or is gone.
            BadInput: pictures were given to a model that sees none, or the prompt does not fit.
        """
        ...

    def choose(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        *,
        control: Control | None = None,
    ) -> Choice:
        """Probability that the next turn begins with each option (their first tokens must differ).

        Raises:
            ModelError: the model failed, or gave none of the options a probability.
            UsageError: fewer than two options, or options that begin alike.
        """
        ...

    def close(self) -> None:
        """Give back what was opened; calling twice is fine."""
        ...


class TokenChances(Value):
    """A token that was written.

    Attributes:
        chances: probabilities of the likeliest tokens in its place, before any schema ruled some out.
    """

    text: str
    chances: dict[str, float]


@runtime_checkable
class TellsChances(Protocol):
    """A model that can say, token by token, what else it might have written."""

    def generate_with_chances(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonSchema | None = None,
        max_tokens: int = 512,
        control: Control | None = None,
    ) -> tuple[Reply, tuple[TokenChances, ...]]:
        """As `ChatModel.generate`, with the tokens of the reply; () where they are not known."""
        ...


@runtime_checkable
class ReadsAhead(Protocol):
    """A model that can be told what later prompts begin with."""

    def read_ahead(self, messages: Sequence[Message]) -> None:
        """Read these, which hold no pictures, so that a prompt which begins with them costs less.

        What was read before costs nothing.

        Raises:
            ModelError: the model failed or is gone.
        """
        ...


@runtime_checkable
class Attends(Protocol):
    """A chat model that can say where it looks."""

    def attention(
        self, messages: Sequence[Message], picture: Picture, *, control: Control | None = None
    ) -> HeatMap:
        """Where in one of the messages' pictures the model looks before it answers.

        Raises:
            ModelError: its architecture does not show it, or the model failed.
        """
        ...


@runtime_checkable
class Warms(Protocol):
    """A model that can get ready before its first question, at a cost that pays when many follow."""

    def warm(self) -> None:
        """Do so; what does not work here is left out.

        Raises:
            ModelError: the model was closed.
        """
        ...


@runtime_checkable
class Lends(Protocol):
    """A model in this process that others may run themselves, one at a time."""

    def lent(self) -> AbstractContextManager[Parts]:
        """The loaded model; nothing is generated meanwhile.

        Raises:
            ModelError: the model was closed.
        """
        ...
