"""Addresses and times in the lists."""

from __future__ import annotations

import re
import time

from looktwice.ui.web.history import Chat
from looktwice.ui.web.html.components import chat_list, day_of, short_time


def test_times_are_told_as_people_do() -> None:
    noon = 1_700_000_000.0
    assert re.fullmatch(r"\d\d:\d\d", short_time(noon, noon + 1))
    assert re.fullmatch(r"[A-Z][a-z]{2}", short_time(noon, noon + 3 * 86_400))
    assert re.fullmatch(r"\d+ [A-Z][a-z]{2}", short_time(noon, noon + 30 * 86_400))


def test_chats_stand_by_day() -> None:
    now = time.mktime((2026, 5, 20, 15, 0, 0, 0, 0, -1))
    hours = {1: "Today", 20: "Yesterday", 70: "Last 7 days", 24 * 40: "April 2026"}
    assert {h: day_of(now - 3600 * h, now) for h in hours} == hours


def test_a_list_of_chats_has_its_days_once_and_a_way_back() -> None:
    now = time.time()
    chats = [Chat("a", "<b>one", now), Chat("b", "two", now), Chat("c", "old", now - 90 * 86_400)]
    shown = chat_list(chats, "b", removed="d")
    assert shown.count("<h3>") == 2
    assert shown.count("<h3>Today</h3>") == 1
    assert "<b>one" not in shown
    assert 'lt-restore" data-chat="d"' in shown
    assert "lt-restore" not in chat_list(chats, "b")
