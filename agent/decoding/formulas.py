"""What the papers do to logits, as functions of tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def contrasted(logits: Tensor, without: Tensor, strength: float, plausible: float) -> Tensor:
    """What the picture adds to the next token, made stronger.

    (1 + strength) * logits - strength * without, among the tokens whose probability is at least
    `plausible` times that of the likeliest; all others are -inf. It is VCD (Leng et al. 2024) where
    `without` saw a noisy picture, DAMRO (Gong et al. 2024) where it saw the outlying tokens only, and
    the refinement of PAI (Liu et al. 2024) where it saw none, with PAI's gamma = 1 + strength.

    Args:
        logits: `[batch, vocabulary]`, of the prompt as it is.
        without: likewise, of the prompt that lacks the picture or sees it badly.
        strength: alpha, 0 changes nothing but the cut.
        plausible: beta, 0 to 1; 0 cuts nothing.
    """
    import math

    mixed = (1 + strength) * logits - strength * without
    if plausible <= 0:
        return mixed
    least = logits.max(dim=-1, keepdim=True).values + math.log(plausible)
    return mixed.masked_fill(logits < least, float("-inf"))


def class_attention(queries: Tensor, keys: Tensor) -> Tensor:
    """How much a picture encoder's class token attends to each patch (DAMRO, Gong et al. 2024).

    Args:
        queries, keys: of one layer, all heads side by side, `[pictures, 1 + patches, width]`; the class
            token is the first.

    Returns:
        `[pictures, patches]`; with the class token's own share the rows sum to 1.
    """
    scores = queries[:, :1] @ keys.transpose(-2, -1) / keys.shape[-1] ** 0.5
    attention: Tensor = scores.softmax(dim=-1)
    return attention[:, 0, 1:]


def grounded(logits: Tensor, description: Tensor, plausible: float) -> Tensor:
    """The next token as near as can be to a description of the picture (VDGD, Ghosh et al. 2024).

    Of the plausible tokens each is worth minus the least divergence KL(token || p) from the
    distributions p at the description's places; for a token alone that is the log of its probability.

    Args:
        logits: `[batch, vocabulary]`.
        description: logits at the description's tokens, `[places, vocabulary]`.
        plausible: beta, above 0; tokens less likely than that times the likeliest are -inf.
    """
    import math

    nearest = description.log_softmax(dim=-1).max(dim=0).values
    least = logits.max(dim=-1, keepdim=True).values + math.log(plausible)
    return nearest.expand_as(logits).masked_fill(logits < least, float("-inf"))
