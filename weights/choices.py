"""Which chat models that see there are for this machine: what each costs, and whether it fits."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import Settings
from . import hardware, memory
from .packs import LADDER, LAPTOP
from .registry import CATALOGUE
from .state import Status, state_of

__all__ = ["ChatOption", "chat_options", "explanation"]

_GB = 10**9


@dataclass(frozen=True)
class ChatOption:
    """One chat model.

    Attributes:
        download: bytes to fetch; 0 where that is not known before.
        memory: bytes it takes while it answers.
        where: "on the GPU" or "of memory".
        fits: beside the experts, on this machine.
        recommended: the one to take here.
        status: of its files.
        pack: the pack that takes it.
    """

    name: str
    licence: str
    download: int
    memory: int
    where: str
    fits: bool
    recommended: bool
    status: Status
    pack: str


def chat_options(settings: Settings) -> list[ChatOption]:
    """Those for a GPU where there is one, and those for the processor; largest first."""
    on_card = _on_card(settings)
    ram = hardware.ram_bytes()
    best = None if any(o.recommended for o in on_card) else memory.laptop_chat(ram)
    found = list(on_card)
    for name, gigabytes in LAPTOP:
        weight, state = CATALOGUE[name], state_of(name, settings)
        found.append(
            ChatOption(
                name=name,
                licence=weight.licence,
                download=state.size or 0,
                memory=weight.ram_bytes,
                where="of memory",
                fits=ram >= gigabytes * _GB,
                recommended=name == best,
                status=state.status,
                pack="laptop",
            )
        )
    return found


def _on_card(settings: Settings) -> list[ChatOption]:
    fit = memory.fit_here()
    if fit is None:
        return []
    found: dict[str, ChatOption] = {}
    for rung in LADDER:
        state = state_of(rung.chat, settings)
        chosen = fit.rung is not None and (fit.rung.chat, fit.rung.bits) == (rung.chat, rung.bits)
        name = f"{rung.chat}{' in 4 bits' if rung.bits == 4 else ''}"
        found.setdefault(
            name,
            ChatOption(
                name=name,
                licence=CATALOGUE[rung.chat].licence,
                download=state.size or 0,
                memory=rung.chat_bytes,
                where="on the GPU",
                fits=rung.chat_bytes + memory.SPARE <= fit.free,
                recommended=chosen,
                status=state.status,
                pack="gpu",
            ),
        )
    return list(found.values())


def explanation(options: list[ChatOption], settings: Settings) -> str:
    """Why, and the commands that take the one to take."""
    fit = memory.fit_here()
    have = fit.explained() if fit else f"{hardware.ram_bytes() / _GB:.0f} GB of memory and no GPU"
    taken = next((option for option in options if option.recommended), None)
    if taken is None:
        return f"{have}: too little for a model that sees; the starter, which reads text, stays"
    if settings.offline and taken.status == "missing":
        return (
            f"{have}. LOOKTWICE_OFFLINE forbids fetching {taken.name}: until it is here the starter "
            "answers, which reads text only"
        )
    command = f"looktwice models choose --take, then ask with --pack {taken.pack}"
    return f"{have}. To fetch {taken.name} and check its files: {command}"
