"""Models that users of the page choose: loaded when asked, closed when nobody uses them any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.discovery import DiscoveredModel
from looktwice.errors import UsageError
from looktwice.settings import Settings
from looktwice.ui.web.models import ModelChoices, loading_sentence

from ...agent.kit import make_assistant

FOUND = [
    DiscoveredModel("ollama", "http://127.0.0.1:11434/v1", name, f"ollama:{name}")
    for name in ("see", "read")
]


class Choices(ModelChoices):
    """With two models of a server; notes which assistants were made."""

    def __init__(self, own: Assistant, folder: Path) -> None:
        self.made: list[Assistant] = []
        self.told: list[str] = []

        def build(settings: Settings) -> Assistant:
            self.made.append(make_assistant(folder / str(len(self.made))))
            self.made[-1].settings = settings
            return self.made[-1]

        super().__init__(own, build, lambda: FOUND)

    def closed(self) -> list[bool]:
        return [made._closed for made in self.made]


@pytest.fixture
def choices(tmp_path: Path) -> Iterator[Choices]:
    with make_assistant(tmp_path / "own") as own:
        made = Choices(own, tmp_path)
        yield made
        made.close()


def test_what_can_be_chosen_is_here(choices: Choices) -> None:
    values = [option.value for option in choices.options()]
    assert (values[0], values[-2:]) == ("", ["ollama:read", "ollama:see"])
    own = choices._own.settings
    taken = choices.chosen(own, "ollama:see")
    assert (taken.pack, taken.model) == ("server", "ollama:see")
    assert taken.limits == own.limits
    for unknown in ("ollama:gone", "/etc/passwd", None):
        assert choices.chosen(own, unknown) == own


@pytest.mark.parametrize("typed", ["http://127.0.0.1:8099/v1", " vllm:http://localhost:9/v1"])
def test_a_server_of_this_machine_is_typed(choices: Choices, typed: str) -> None:
    taken = choices.chosen(choices._own.settings, typed)
    assert (taken.pack, taken.model) == ("server", typed.strip())


@pytest.mark.parametrize("typed", ["http://evil.example/v1", "vllm:http://10.0.0.8:8000/v1"])
def test_pictures_are_sent_to_no_other_machine(choices: Choices, typed: str) -> None:
    with pytest.raises(UsageError, match="not on this machine"):
        choices.chosen(choices._own.settings, typed)


def test_one_is_loaded_once_and_closed_when_it_is_not_used_any_more(choices: Choices) -> None:
    choices.options()
    own = choices._own.settings
    see, read = (choices.chosen(own, f"ollama:{name}") for name in ("see", "read"))
    with choices.answering(own, choices.told.append) as who:
        assert who is choices._own
    with ExitStack() as questions:
        for _ in range(2):
            questions.enter_context(choices.answering(see, choices.told.append))
        with choices.answering(read, choices.told.append) as who:
            assert who.settings.model == "ollama:read"
            assert choices.closed() == [False, False]
        assert choices.closed() == [False, False]  # the first still answers, the last stays
    assert choices.closed() == [True, False]
    assert choices.told == [
        "Loading the model server: ollama:see",
        "Loading the model server: ollama:read",
    ]
    choices.close()
    assert choices.closed() == [True, True]


def test_how_long_loading_takes_is_said_where_it_was_seen_before() -> None:
    assert loading_sentence("gpu", 11.2) == "Loading the model gpu, about 12 s"
    assert loading_sentence("gpu", None) == "Loading the model gpu"
