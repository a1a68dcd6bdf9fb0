"""Which embedders the settings name for an index; another one than it was made with is told of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from looktwice.agent.assistant import Assistant
from looktwice.errors import OfflineError, UsageError
from looktwice.retrieval.embeddings.chat.embedder import ChatPictures, ChatTexts
from looktwice.retrieval.embeddings.chosen import open_index_embedders
from looktwice.retrieval.index import Index
from looktwice.settings import Settings

from ...agent.backends import tiny_models as tiny

CHAT = {"texts": "chat", "pictures": "chat"}


def test_the_packs_own_by_default(home: Path) -> None:
    text, picture = open_index_embedders(Settings(home=home, pack="starter", offline=True))
    assert text.name == "all-minilm-l6-v2@53aa5117"  # type: ignore[attr-defined]
    assert picture is not None
    assert not picture.words


def test_the_chat_model_gives_both_and_nothing_is_loaded_for_its_name(home: Path) -> None:
    folder = home / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    settings = Settings(home=home, model=str(folder), retrieval=CHAT)
    text, picture = open_index_embedders(settings)
    assert isinstance(text, ChatTexts)
    assert isinstance(picture, ChatPictures)
    assert text.name == picture.name
    assert text.name.startswith("model, asked for one word@")


def test_a_server_is_asked_where_the_chat_model_is_there_or_an_address_is_given(home: Path) -> None:
    at = Settings(
        home=home, model="http://127.0.0.1:9/v1", model_name="qwen", retrieval={"texts": "chat"}
    )
    text, picture = open_index_embedders(at)
    assert isinstance(text, ChatTexts)
    assert text.name.startswith("qwen at a server, ")
    assert not isinstance(picture, ChatPictures)
    far = Settings(home=home, offline=True, retrieval={"texts": "http://10.0.0.1/v1"})
    with pytest.raises(OfflineError, match=r"10\.0\.0\.1"):
        open_index_embedders(far)


def test_a_model_that_gives_no_vectors_is_told_of(home: Path) -> None:
    with pytest.raises(UsageError, match="llamacpp"):
        open_index_embedders(Settings(home=home, pack="starter", retrieval=CHAT))


def test_one_model_answers_and_finds_and_another_one_is_told_of(home: Path, tmp_path: Path) -> None:
    folder = tiny.build_qwen3_vl(tmp_path / "tiny")
    settings = Settings(home=home, model=str(folder), offline=True, retrieval=CHAT)
    (tmp_path / "lease.txt").write_text("The lease ends in March 2031.\n")
    with Assistant(settings) as assistant:
        assert assistant.index_embedders is not None
        text, picture = assistant.index_embedders
        with Index.open(tmp_path / "ix", settings, write=True, text=text, picture=picture) as index:
            index.add([tmp_path / "lease.txt"])
        model = assistant._chat_model()
        own = open_index_embedders(settings).text.embed(["A lease."])
        np.testing.assert_allclose(text.embed(["A lease."]), own, atol=1e-5)
        found = assistant.open_index(tmp_path / "ix").search("When does the lease end?")
        assert [hit.document for hit in found] == ["lease.txt"]
        assert assistant._chat_model() is model  # lent, not loaded again
    other = Settings(home=home, pack="starter", offline=True)
    with pytest.raises(UsageError, match=r"made with tiny, asked for one word.*index rebuild"):
        Index.open(tmp_path / "ix", other)
