"""What of the gpu pack this card has room for, and why: measured once, before anything is loaded."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from . import hardware
from .packs import LADDER, LAPTOP, ExpertSet, Rung

__all__ = ["SPARE", "Fit", "fit", "fit_here", "laptop_chat"]

SPARE = 3 * 10**9
"""Bytes left free: what a question's prompt and pictures take while the chat model works on it."""
SYSTEM = 600 * 2**20
"""Bytes of a card that no program gets: the driver's and the runtime's own."""
_GB = 1e9


@dataclass(frozen=True)
class Fit:
    """What was chosen for a GPU.

    Attributes:
        total, free: its bytes, all and not taken by other programs.
        experts: the set of experts, by the card's size.
        rung: the chat model, and the experts that have room beside it on the GPU; the others run on
            the processor. None where no model that sees fits.
    """

    total: int
    free: int
    experts: ExpertSet
    rung: Rung | None

    @property
    def needed(self) -> int:
        """Bytes of everything that stays loaded, and the spare."""
        return SPARE + (self.rung.chat_bytes + self.rung.expert_bytes if self.rung else 0)

    def explained(self) -> str:
        """What fits and why, for people."""
        card = f"{self.free / _GB:.1f} of {self.total / _GB:.1f} GB free"
        if self.rung is None:
            least = LADDER[-1]
            return (
                f"{card}: too little for a model that sees, the smallest of which ({least.chat} in "
                f"{least.bits} bits) takes {least.chat_bytes / _GB:.1f} GB and "
                f"{SPARE / _GB:.0f} GB to work in; the starter, which reads text only, answers "
                "from the processor"
            )
        rung = self.rung
        bits = " in 4 bits" if rung.bits == 4 else ""
        parts = [f"{rung.chat}{bits} {rung.chat_bytes / _GB:.1f} GB"]
        parts += [f"{name} {size / _GB:.1f}" for name, size in rung.parts.items()]
        if not rung.parts:
            whose = "the starter" if self.experts == "starter" else "the gpu pack"
            parts.append(f"the experts of {whose} on the processor")
        whole = f"{self.needed / _GB:.1f} GB with {SPARE / _GB:.0f} to spare"
        return f"{card}: {', '.join(parts)}; {whole} (estimated)"


def fit(total: int, free: int | None = None) -> Fit:
    """What a card of so many bytes holds.

    Args:
        total: bytes of the card.
        free: those not taken; by default all that programs can get.
    """
    usable = total - SYSTEM
    free = usable if free is None else min(free, usable)
    best = _first(usable, None)
    experts = best.experts if best else "starter"
    return Fit(total, free, experts, _first(free, experts) or _first(free, "starter"))


def _first(room: int, experts: ExpertSet | None) -> Rung | None:
    """The best rung that fits, with these experts where they are given; the chat model may shrink."""
    for rung in LADDER:
        beside = rung if experts is None else Rung(rung.chat, rung.bits, experts)
        if beside.chat_bytes + beside.expert_bytes + SPARE <= room:
            return beside
    return None


@functools.cache
def fit_here() -> Fit | None:
    """What this machine's first GPU holds; None without one. The same until the process ends."""
    if not hardware.has_gpu():
        return None
    return fit(hardware.gpu_bytes(), hardware.free_gpu_bytes())


def laptop_chat(ram: int) -> str | None:
    """The chat model of the laptop pack for so much memory; None where none fits."""
    return next((chat for chat, gigabytes in LAPTOP if ram >= gigabytes * 10**9), None)
