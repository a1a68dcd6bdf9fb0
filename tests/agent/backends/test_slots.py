"""Prompts and the slots that read them."""

from __future__ import annotations

from looktwice.agent.backends.base import Message
from looktwice.agent.backends.slots import PictureSlots
from looktwice.schema import Origin, Picture


def picture(letter: str, of: str | None = None) -> Picture:
    origin = None if of is None else Origin(picture=of * 64)
    return Picture(sha256=letter * 64, width=9, height=9, format="PNG", name="x", origin=origin)


def about(*pictures: Picture) -> list[Message]:
    rules = Message(role="system", text="Look.")
    return [rules, Message(role="user", text="What is it?", pictures=pictures)]


def test_a_picture_keeps_its_slot_whatever_is_asked_in_between() -> None:
    slots = PictureSlots(3)
    first = slots.take(about(picture("a")))
    between = [slots.take(about()), slots.take(about(picture("b")))]
    assert first not in between
    assert slots.take(about(picture("a"), picture("c"))) == first


def test_the_slot_used_longest_ago_gives_way() -> None:
    slots = PictureSlots(2)
    first, second = slots.take(about(picture("a"))), slots.take(about(picture("b")))
    slots.take(about(picture("a")))
    assert slots.take(about(picture("c"))) == second
    assert slots.take(about(picture("a"))) == first


def test_parts_shown_alone_share_a_slot() -> None:
    slots = PictureSlots(3)
    whole = slots.take(about(picture("a")))
    parts = {slots.take(about(picture(letter, of="a"))) for letter in "bcdef"}
    assert len(parts) == 1
    assert whole not in parts
