"""llama.cpp in this process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.backends import open_model
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.llama_library import usable_cores
from looktwice.agent.backends.llamacpp import LlamaCppModel
from looktwice.errors import BadInput, ModelError, UsageError, WeightsError
from looktwice.media.store import Store
from looktwice.settings import Settings
from looktwice.weights.obtain import chat_model_path

CAPITAL = [Message(role="user", text="What is the capital of France? One word.")]


@pytest.fixture(scope="module")
def gguf(starter_settings: Settings) -> Path:
    return chat_model_path(starter_settings)


@pytest.fixture(scope="module")
def model(gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaCppModel]:
    opened = LlamaCppModel(gguf, store=Store(tmp_path_factory.mktemp("store")), context_tokens=2048)
    yield opened
    opened.close()


def system_threads() -> int:
    return len(os.listdir("/proc/self/task"))


@pytest.mark.parametrize("content", [b"", b"GGUF", b"PK\x03\x04" + bytes(5000)])
def test_a_file_that_is_no_model(tmp_path: Path, store: Store, content: bytes) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(content)
    with pytest.raises(WeightsError, match=r"model\.gguf: not a GGUF model"):
        LlamaCppModel(file, store=store)


def test_a_missing_file_and_a_folder(tmp_path: Path, store: Store) -> None:
    for path in (tmp_path / "missing.gguf", tmp_path):
        with pytest.raises(WeightsError, match="cannot be read"):
            LlamaCppModel(path, store=store)


def test_a_damaged_header_is_an_error_and_no_crash(tmp_path: Path, store: Store) -> None:
    file = tmp_path / "damaged.gguf"
    file.write_bytes(b"GGUF\x03\x00\x00\x00" + b"\x07" * 5000)
    with pytest.raises(ModelError, match=r"damaged\.gguf: llama.cpp cannot load it"):
        LlamaCppModel(file, store=store)


@pytest.mark.parametrize("wrong", [{"slots": 0}, {"context_tokens": 0}, {"threads": -1}])
def test_arguments_that_make_no_sense(tmp_path: Path, store: Store, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="positive"):
        LlamaCppModel(tmp_path / "x.gguf", store=store, **wrong)


def test_threads_keep_to_what_the_process_may_use() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("quota", "cores"), [("max 100000", 8), ("150000 100000", 1), ("50000 100000", 1), ("", 8)]
)
def test_a_containers_share_counts(monkeypatch: pytest.MonkeyPatch, quota: str, cores: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(Path, "read_text", lambda _: quota)
    assert usable_cores() == cores


@pytest.mark.weights
def test_it_answers_in_words(model: LlamaCppModel) -> None:
    assert "Paris" in model.generate(CAPITAL).text
    assert not model.sees_images
    assert model.context_tokens == 2048


@pytest.mark.weights
def test_a_prompt_that_does_not_fit(model: LlamaCppModel) -> None:
    with pytest.raises(BadInput, match="does not fit"):
        model.generate([Message(role="user", text="word " * 2500)])


@pytest.mark.weights
def test_alternating_beginnings_each_keep_their_place(model: LlamaCppModel) -> None:
    """The second round of prompts must cost only what is new in them."""
    import json
    import urllib.request

    def read(kind: str, question: str) -> int:
        key = model._remote._client.api_key
        body = {
            "messages": [
                {"role": "system", "content": f"You {kind}. " + f"Rule of {kind}. " * 20},
                {"role": "user", "content": question},
            ],
            "max_tokens": 1,
        }
        request = urllib.request.Request(
            f"{model._remote.address}/chat/completions",
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
        )
        with urllib.request.urlopen(request) as answer:
            return int(json.load(answer)["timings"]["prompt_n"])

    kinds = ("plan", "draft", "verify")
    first = [read(kind, "Where is the bus?") for kind in kinds]
    second = [read(kind, "How many people?") for kind in kinds]
    assert all(again < once / 3 for once, again in zip(first, second, strict=True))


@pytest.mark.weights
def test_what_prompts_begin_with_is_read_once_and_kept(gguf: Path, tmp_path: Path) -> None:
    rules = [Message(role="system", text="You count. " + "Count what is there. " * 20)]
    kept = tmp_path / "kept"

    def read_now() -> tuple[int, int]:
        """Tokens that reading ahead and then a question took, in a new process's stead."""
        model = LlamaCppModel(
            gguf, store=Store(tmp_path / "store"), context_tokens=512, beginnings=kept
        )
        called: list[str] = []
        call = model._remote.call

        def listen(path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
            answer = call(path, body)
            called.append(path)
            return answer

        model._remote.call = listen
        model.read_ahead(rules)
        said = [{"role": "system", "content": rules[0].text}, {"role": "user", "content": "Cups?"}]
        answer = call("v1/chat/completions", {"messages": said, "max_tokens": 1})
        model.close()
        return len(called), answer["timings"]["prompt_n"]

    assert read_now() == (2, pytest.approx(10, abs=8))  # read and saved, at a start of 100 tokens
    (file,) = kept.iterdir()
    assert read_now() == (1, pytest.approx(10, abs=8))  # brought back
    whole = file.stat().st_size
    file.write_bytes(file.read_bytes()[:-1_000])
    assert read_now() == (2, pytest.approx(10, abs=8))
    (again,) = kept.iterdir()
    assert again.stat().st_size == whole


@pytest.mark.weights
def test_nowhere_to_keep_is_no_failure(gguf: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    model = LlamaCppModel(
        gguf, store=Store(tmp_path), context_tokens=512, beginnings=tmp_path / "file" / "kept"
    )
    model.read_ahead([Message(role="system", text="You count.")])
    model.close()


@pytest.mark.weights
def test_others_on_this_machine_are_kept_out(model: LlamaCppModel) -> None:
    import urllib.error
    import urllib.request

    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(
            urllib.request.Request(
                f"{model._remote.address}/chat/completions",
                b'{"messages": [{"role": "user", "content": "hi"}]}',
                {"Content-Type": "application/json"},
            )
        )


@pytest.mark.weights
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="counts threads in /proc")
def test_opened_by_settings_and_closed_for_good(starter_settings: Settings, store: Store) -> None:
    before = system_threads()
    model = open_model(starter_settings, store)
    assert isinstance(model, LlamaCppModel)
    assert "Paris" in model.generate(CAPITAL).text
    running = system_threads()
    model.close()
    assert running > before + 4
    assert system_threads() <= before + 1 + usable_cores()  # OpenMP keeps its own for later
    with pytest.raises(ModelError, match="closed"):
        model.generate(CAPITAL)


@pytest.mark.weights
def test_nothing_is_written_on_the_screen(gguf: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from looktwice.agent.backends.llamacpp import LlamaCppModel\n"
        "from looktwice.agent.backends.base import Message\n"
        "from looktwice.media.store import Store\n"
        "m = LlamaCppModel(sys.argv[1], store=Store(Path(sys.argv[2])), context_tokens=512)\n"
        "m.generate([Message(role='user', text='hi')], max_tokens=2)\n"
        "m.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(gguf), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.weights
def test_a_program_that_forgets_to_close_ends_well(gguf: Path, tmp_path: Path) -> None:
    code = (
        "import sys, threading; from pathlib import Path\n"
        "from looktwice.agent.backends.llamacpp import LlamaCppModel\n"
        "from looktwice.agent.backends.base import Message\n"
        "from looktwice.media.store import Store\n"
        "m = LlamaCppModel(sys.argv[1], store=Store(Path(sys.argv[2])), context_tokens=512)\n"
        "begun = threading.Event()\n"
        "def write():\n"
        "    try:\n"
        "        ask = [Message(role='user', text='Tell a long story.')]\n"
        "        m.generate(ask, max_tokens=400, on_token=lambda _: begun.set())\n"
        "    except Exception as error:\n"
        "        print(type(error).__name__)\n"
        "threading.Thread(target=write, daemon=True).start()\n"
        "begun.wait()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(gguf), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
