"""What the page is made of: past chats, people, the door, questions at work."""

from __future__ import annotations

import asyncio
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from looktwice.errors import BadInput, Cancelled, UsageError
from looktwice.schema import Answer, Box, Picture
from looktwice.settings import PageLimits, Settings
from looktwice.ui.web.app import clean
from looktwice.ui.web.auth import COOKIE, Passwords, People, Rate, add_user, new_token
from looktwice.ui.web.conversation import Exchange
from looktwice.ui.web.documents import Documents, safe_name
from looktwice.ui.web.history import History
from looktwice.ui.web.launch import bind, check_host
from looktwice.ui.web.middleware import Door
from looktwice.ui.web.runs import Asking, Runs
from looktwice.ui.web.viewer import crop_of, pane, text_pane

from ...agent.kit import EndlessModel, Script, make_assistant, picture
from ...retrieval.kit import open_index

SHA = "ab" * 32


def exchange(words: str, text: str = "8.20", **how: object) -> Exchange:
    answer = Answer(
        question=words, text=text, status="answered", confidence=0.5, stop_reason="accepted"
    )
    return Exchange(question=words, answer=answer, **how)  # type: ignore[arg-type]


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    made = History(tmp_path / "home" / "chats.db")
    yield made
    made.close()


def test_a_chat_is_kept_in_order_and_can_be_cut(history: History) -> None:
    chat = history.add("ann", None, exchange("one"))
    for words in ("two", "three"):
        assert history.add("ann", chat, exchange(words)) == chat
    assert [e.question for e in history.exchanges("ann", chat)] == ["one", "two", "three"]
    history.cut("ann", chat, 1)
    history.add("ann", chat, exchange("other"))
    assert [e.question for e in history.exchanges("ann", chat)] == ["one", "other"]
    assert history.exchange("ann", chat, 1).question == "other"
    with pytest.raises(BadInput):
        history.exchange("ann", chat, 2)


def test_nobody_sees_or_changes_what_is_somebody_elses(history: History) -> None:
    picture = Picture(sha256=SHA, width=1, height=1, format="PNG")
    chat = history.add("ann", None, exchange("secret", pictures=(picture,)))
    assert history.chats("bob") == []
    assert history.picture("bob", SHA) is None
    assert history.picture("ann", SHA) == picture
    for forbidden in (
        lambda: history.exchanges("bob", chat),
        lambda: history.exchange("bob", chat, 0),
        lambda: history.add("bob", chat, exchange("mine")),
        lambda: history.cut("bob", chat, 0),
        lambda: history.remove("bob", chat),
        lambda: history.title("bob", chat),
    ):
        with pytest.raises(BadInput):
            forbidden()
    assert [e.question for e in history.exchanges("ann", chat)] == ["secret"]


def test_chats_are_found_by_all_their_words_taken_literally(history: History) -> None:
    history.add("ann", None, exchange("the rent of May", "500 euro"))
    both = history.add("ann", None, exchange("100% of it_", "rent"))
    assert {c.title for c in history.chats("ann", "rent")} == {"the rent of May", "100% of it_"}
    assert [c.title for c in history.chats("ann", "rent EURO")] == ["the rent of May"]
    assert [c.id for c in history.chats("ann", "100%")] == [both]
    assert [c.id for c in history.chats("ann", "t_")] == [both]
    assert history.chats("ann", "t_x") == []
    history.remove("ann", both)
    assert len(history.chats("ann")) == 1


def test_the_file_of_chats_is_private(tmp_path: Path) -> None:
    History(tmp_path / "chats.db").close()
    assert stat.S_IMODE((tmp_path / "chats.db").stat().st_mode) == 0o600


# --- people


def test_a_password_file_holds_hashes_and_lets_only_the_right_ones_in(tmp_path: Path) -> None:
    path = tmp_path / "users"
    add_user(path, "ann", "correct horse")
    add_user(path, "bob", "battery staple")
    add_user(path, "ann", "another horse")
    text = path.read_text()
    assert "horse" not in text
    assert len(text.splitlines()) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    known = Passwords(path)
    assert known.fits("ann", "another horse")
    assert not known.fits("ann", "correct horse")
    assert not known.fits("bob", "another horse")
    assert not known.fits("eve", "another horse")


@pytest.mark.parametrize(
    ("name", "password"), [("a b", "long enough"), ("ann", "short"), ("", "x" * 9)]
)
def test_names_and_passwords_that_cannot_be_used(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(UsageError):
        add_user(tmp_path / "users", name, password)


@pytest.mark.parametrize("text", ["", "ann:secret\n", "ann:scrypt:1:2:3\n", "\n\n"])
def test_a_file_that_is_none_says_how_to_make_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "users"
    path.write_text(text)
    with pytest.raises(UsageError):
        Passwords(path)


def test_a_login_opens_ends_and_cannot_be_guessed_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "users"
    add_user(path, "ann", "correct horse")
    people = People(Passwords(path))
    token = people.log_in("ann", "correct horse", "1.2.3.4")
    assert people.owner({COOKIE: token}) == "user ann"
    assert people.owner({COOKIE: new_token()}) is None
    people.log_out({COOKIE: token})
    assert people.owner({COOKIE: token}) is None
    for _ in range(10):
        with pytest.raises(UsageError, match="do not fit"):
            people.log_in("eve", "guess", "1.2.3.4")
    with pytest.raises(UsageError, match="too many"):
        people.log_in("eve", "guess", "1.2.3.4")


def test_without_passwords_a_browser_is_somebody_and_nonsense_is_nobody() -> None:
    people = People()
    token = new_token()
    assert people.owner({COOKIE: token}) == people.owner({COOKIE: token})
    assert people.owner({COOKIE: token}) != people.owner({COOKIE: new_token()})
    for odd in ("", "x", "../../etc", token + "x", "a" * 10_000):
        assert people.owner({COOKIE: odd}) is None


def test_a_rate_is_kept_for_each_and_forgets() -> None:
    rate = Rate(2, 60)
    assert [rate.take("a", 0), rate.take("a", 1), rate.take("b", 2)] == [0, 0, 0]
    assert rate.take("a", 30) == pytest.approx(30)
    assert rate.take("a", 61) == 0


# --- the door


@pytest.fixture
def door() -> Iterator[TestClient]:
    app = FastAPI()

    @app.post("/take")
    async def take(request: Request) -> int:
        return len(await request.body())

    @app.get("/")
    def home() -> str:
        return "home"

    limits = PageLimits(upload_bytes=3 * 2**20, files=1)
    app.add_middleware(Door, people=People(), limits=limits, hosts=("localhost",))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def test_everybody_gets_a_cookie_once_and_nothing_is_loaded_from_elsewhere(
    door: TestClient,
) -> None:
    first = door.get("/")
    assert "HttpOnly; SameSite=Strict" in first.headers["set-cookie"]
    assert "set-cookie" not in door.get("/").headers
    policy = first.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


def test_other_names_other_sites_and_odd_lengths_are_refused(door: TestClient) -> None:
    assert door.get("/", headers={"host": "evil.example"}).status_code == 421
    assert door.get("/", headers={"host": "localhost.evil.example:80"}).status_code == 421
    assert door.post("/take", headers={"origin": "http://evil.example"}).status_code == 403
    assert door.post("/take", headers={"origin": "http://localhost"}).status_code == 200
    assert door.post("/take", headers={"content-length": "-5"}).status_code == 400


def test_too_much_is_refused_also_when_its_length_is_not_told(door: TestClient) -> None:
    assert door.post("/take", content=b"x" * 2**20).json() == 2**20
    assert door.post("/take", content=b"x" * (2**20 + 1)).status_code == 413
    pieces = (b"x" * 2**18 for _ in range(8))
    assert door.post("/take", content=pieces).status_code == 413


# --- questions at work


class Tabs:
    """Runs on an assistant that never ends by itself."""

    def __init__(self, home: Path, **limits: int) -> None:
        self.model = EndlessModel(Script())
        self.assistant = make_assistant(home, self.model)
        self.runs = Runs(self.assistant, PageLimits(**limits))
        self.kept: list[Exchange] = []

    async def ask(self, owner: str, tab: str) -> list[int | None]:
        asking = Asking("Hello!")
        return [place async for _, place in self.runs.follow(owner, tab, asking, self.kept.append)]


async def until(true: object) -> None:
    async with asyncio.timeout(20):
        while not true():  # type: ignore[operator]
            await asyncio.sleep(0.01)


def test_questions_wait_their_turn_and_each_is_stopped_alone(home: Path) -> None:
    async def main() -> None:
        tabs = Tabs(home, running=1)
        first = asyncio.create_task(tabs.ask("ann", "1"))
        await until(lambda: tabs.runs.running == 1)
        second = asyncio.create_task(tabs.ask("bob", "2"))
        await until(lambda: tabs.runs.waiting == 1)
        assert not tabs.runs.stop("bob", "1")  # ann's tab
        assert tabs.runs.running == 1
        assert tabs.runs.stop("ann", "1")
        assert set(await first) <= {None}  # it never waited
        await until(lambda: tabs.runs.waiting == 0)
        assert tabs.kept[0].answer.stop_reason == "cancelled"
        assert tabs.runs.stop("bob", "2")
        assert 0 in await second  # it was next
        await until(lambda: tabs.runs.running == 0)
        tabs.assistant.close()

    asyncio.run(main())


def test_a_question_stopped_in_the_queue_never_starts(home: Path) -> None:
    async def main() -> None:
        tabs = Tabs(home, running=1, per_user=2, waiting=1)
        first = asyncio.create_task(tabs.ask("ann", "1"))
        await until(lambda: tabs.runs.running == 1)
        second = asyncio.create_task(tabs.ask("ann", "2"))
        await until(lambda: tabs.runs.waiting == 1)
        with pytest.raises(UsageError, match="too many"):
            await tabs.ask("ann", "3")
        with pytest.raises(UsageError, match="wait already"):
            await tabs.ask("bob", "1")
        with pytest.raises(UsageError, match="still being answered"):
            await tabs.ask("ann", "1")
        tabs.runs.stop("ann", "2")
        with pytest.raises(Cancelled):
            await second
        tabs.runs.stop_all()
        await first
        assert len(tabs.kept) == 1
        tabs.assistant.close()

    asyncio.run(main())


def test_after_200_asked_and_stopped_questions_nothing_is_left(home: Path) -> None:
    async def main() -> None:
        tabs = Tabs(home, running=4, waiting=200, per_user=200)
        before = threading.active_count()

        async def one(number: int) -> None:
            task = asyncio.create_task(tabs.ask("ann", str(number)))
            await until(lambda: tabs.runs.stop("ann", str(number)) or task.done())
            await asyncio.gather(task, return_exceptions=True)

        for start in range(0, 200, 20):
            await asyncio.gather(*(one(start + n) for n in range(20)))
        await until(lambda: tabs.runs.running == 0)
        assert (tabs.runs.waiting, tabs.runs._jobs) == (0, {})
        pages = [t for t in threading.enumerate() if t.name.startswith("looktwice")]
        await until(lambda: not any(t.is_alive() for t in pages if "warm" not in t.name))
        assert threading.active_count() <= before + 8  # asyncio's own pool
        tabs.assistant.close()

    asyncio.run(main())


# --- documents, views, start


def test_own_documents_are_added_found_shown_and_removed(home: Path, tmp_path: Path) -> None:
    settings = Settings(home=home, offline=True, pack="starter")
    documents = Documents(
        settings, open_index=lambda folder, *, write: open_index(folder, settings, write=write)
    )
    note = tmp_path / "lease.txt"
    note.write_text("The lease ends on 3 May 2027.\n")
    told: list[object] = []
    summary = documents.add("ann", [(note, "../../lease.txt")], told.append)
    assert len(summary.added) == 1
    assert told
    assert [d.name for d in documents.listed("ann")] == ["lease.txt"]
    assert documents.listed("bob") == []
    assert documents.search("ann", "lease ends")[0].document == "lease.txt"
    assert documents.search("bob", "lease ends") == []
    kept = list(home.rglob("lease.txt"))
    assert len(kept) == 1
    assert kept[0].is_relative_to(home / "documents")
    with pytest.raises(BadInput):
        documents.remove("bob", "lease.txt")
    documents.remove("ann", "lease.txt")
    assert documents.listed("ann") == []
    assert not kept[0].exists()
    documents.close()


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\a.pdf", "a.pdf"),
        (".hidden", "hidden"),
        ("a\x00b\n.pdf", "a_b_.pdf"),
        ("<script>.pdf", "_script_.pdf"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 97 + ".pdf"),
    ],
)
def test_file_names_lead_nowhere(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_a_region_is_cut_out_and_one_without_size_is_refused(home: Path) -> None:
    with make_assistant(home) as assistant:
        whole = assistant.store.add(picture(40, side=200))
        crop = crop_of(assistant.store, whole, Box(x1=-9, y1=20, x2=100, y2=80))
        assert crop.original == whole.sha256
        assert crop.local(Box(x1=0, y1=20, x2=100, y2=80))[:2] == (0, 0)
        with pytest.raises(BadInput, match="too small"):
            crop_of(assistant.store, whole, Box(x1=5, y1=5, x2=6, y2=90))


def test_what_has_no_look_shows_its_words_with_the_quoted_ones_marked() -> None:
    shown = text_pane("a.docx, page 1", "One\nTotal <b> 8.20", "Total <b>")
    assert "<mark>Total &#60;b&#62;</mark>" in shown
    whole = Picture(sha256=SHA, width=20, height=10, format="PNG", name="<b>")
    assert 'data-width="20"' in pane("<b>", whole, [])
    assert "<b>" not in pane("<b>", whole, [])


def test_other_machines_need_passwords(tmp_path: Path) -> None:
    assert check_host("127.0.0.1", None)
    assert check_host("::1", None)
    assert not check_host("0.0.0.0", tmp_path / "users")
    with pytest.raises(UsageError, match="passwords"):
        check_host("0.0.0.0", None)
    with bind("127.0.0.1", 0) as taken, pytest.raises(UsageError, match="--port"):
        bind("127.0.0.1", taken.getsockname()[1])


def test_forgotten_uploads_are_cleaned_up_and_fresh_ones_stay(tmp_path: Path) -> None:
    import os

    for name, age in (("old", 100), ("new", 0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(b"x")
        now = (tmp_path / name).stat().st_mtime
        os.utime(tmp_path / name, (now - age, now - age))
    clean(tmp_path, 60)
    assert [p.name for p in tmp_path.iterdir()] == ["new"]
    clean(tmp_path / "missing", 60)
