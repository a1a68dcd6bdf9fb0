"""The warm program is found at once, asked where it agrees, and left alone where it does not."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest
from looktwice.errors import BadInput
from looktwice.media.private import make_private
from looktwice.schema import Picture
from looktwice.settings import Settings
from looktwice.ui.service import client
from looktwice.ui.service.client import FIND_SECONDS, Service, Unusable, find_service
from looktwice.ui.service.place import is_private, socket_path
from looktwice.ui.service.wire import AskRequest, SearchRequest

from ...agent import kit
from ...cli.index.index_cli_kit import WordEmbedder, pdf, use
from ..api_kit import own_threads, wait_until
from .kit import warm_program


def found(settings: Settings) -> Service:
    service = find_service(settings, 20.0)  # nobody waits here, and the machine may be busy
    assert isinstance(service, Service), service
    return service


def test_it_answers_as_the_assistant_does(short_home: Path) -> None:
    with warm_program(short_home) as assistant:
        service = found(Settings.load())
        picture = assistant.store.add(kit.picture(7))
        events = list(service.ask(AskRequest(question=kit.TOTAL, pictures=(picture,))))
        answer = kit.final(events)
        assert (answer.text, answer.citations[0].quote) == ("8.20", "Total 8.20")
        gone = Picture(sha256="0" * 64, width=9, height=9, format="PNG", name="gone.png")
        with pytest.raises(BadInput, match="is not in the picture store") as caught:
            list(service.ask(AskRequest(question=kit.TOTAL, pictures=(gone,))))
        assert caught.value.source == "gone.png"
        service.stop()
        wait_until(lambda: find_service(Settings.load()) is None)


def test_who_leaves_stops_the_run(short_home: Path) -> None:
    model = kit.EndlessModel(kit.Script())
    with warm_program(short_home, model) as assistant:
        picture = assistant.store.add(kit.picture(7))
        events = found(Settings.load()).ask(AskRequest(question=kit.TOTAL, pictures=(picture,)))
        while next(events).type != "token":
            pass
        events.close()  # type: ignore[attr-defined]
        assert model.stopped.wait(10)
        wait_until(lambda: not own_threads())


def test_documents_are_read_and_searched(
    short_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(WordEmbedder, monkeypatch)
    (tmp_path / "lease.pdf").write_bytes(pdf("The lease ends in March 2031."))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7")
    script = kit.Script(says={"draft": "March 2031"})
    with warm_program(short_home, script) as assistant:
        assistant._library._embedders = assistant._given._embedders
        service = found(Settings.load())
        folder, failed = service.read_documents([tmp_path / "lease.pdf", tmp_path / "broken.pdf"])
        assert [Path(path).name for path, _ in failed] == ["broken.pdf"]
        asked = AskRequest(question="When does the lease end?", read=folder)
        assert kit.final(list(service.ask(asked))).citations[0].source.document == "lease.pdf"
        only = {"types": ["pdf"]}
        ((hit,), _) = service.search(SearchRequest(index=folder, query="lease", filters=only))
        assert hit["document"] == "lease.pdf"


def test_other_settings_or_another_version_are_told(
    short_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warm_program(short_home):
        other = Settings.load(threads=3, api_key="secret", serve={"running": 9})
        refused = find_service(other, 20.0)
        assert refused == Unusable("it runs with other settings (api_key, threads)")
        monkeypatch.setattr(client, "__version__", "9.9")
        refused = find_service(Settings.load(), 20.0)
        assert isinstance(refused, Unusable)
        assert refused.reason.endswith("this is 9.9")


def test_where_none_was_started_nothing_is_said(short_home: Path) -> None:
    assert find_service(Settings.load()) is None


def left_behind(settings: Settings) -> tuple[socket.socket, Path]:
    path = socket_path(settings)
    assert path is not None
    make_private(path.parent)
    bound = socket.socket(socket.AF_UNIX)
    bound.bind(str(path))
    return bound, path


def test_dead_and_hanging_ones_are_noticed_at_once(short_home: Path) -> None:
    settings = Settings.load()
    bound, path = left_behind(settings)
    bound.close()
    began = time.process_time()
    assert find_service(settings) == Unusable("it has ended")
    path.unlink()
    hanging, path = left_behind(settings)
    with hanging:
        hanging.listen()
        assert find_service(settings) == Unusable("it does not answer")
        path.parent.chmod(0o755)
        assert find_service(settings) == Unusable(
            "others may enter its folder, or it is another user's"
        )
    assert FIND_SECONDS < 0.3
    assert time.process_time() - began < 0.3


def as_nobody(path: Path) -> int:
    """What a process of another user gets from the socket: 1 refused, 2 hung up on, 0 answered."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 9
    try:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(20)
            try:
                line.connect(str(path))
            except PermissionError:
                code = 1
            else:
                line.sendall(b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                code = 0 if line.recv(100) else 2
    except ConnectionError:
        code = 2
    finally:
        os._exit(code)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="needs another user")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_another_user_cannot_use_it(short_home: Path) -> None:
    with warm_program(short_home):
        path = socket_path(Settings.load())
        assert path is not None
        assert is_private(path)
        assert as_nobody(path) == 1  # the folder lets nobody in
        for place, mode in ((short_home, 0o755), (path.parent, 0o755), (path, 0o777)):
            place.chmod(mode)
        assert as_nobody(path) == 2  # and if it did, the process at the other end is looked at
        refused = find_service(Settings.load(), 20.0)
        assert isinstance(refused, Unusable)
