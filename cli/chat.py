"""`looktwice chat`: a conversation in the terminal."""

from __future__ import annotations

import contextlib
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import LooktwiceError
from .ask import Fetch, read_documents, read_inputs
from .options import Model, Pack, SearchedIndex
from .settings import load_settings
from .show.pictures import show_pictures
from .terminal import console, print_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from ..agent.given_documents import ReadDocuments
    from ..schema import Picture
    from ..settings import Settings
    from .answering import Answering

HELP = """/add FILE ...   talk about these pictures or documents from now on
/new            begin another conversation
/help           this
/quit           leave, like Ctrl-D; Ctrl-C stops an answer"""
_PROMPT = "› "
_HISTORY = 1_000


def chat(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="pictures or documents to begin with"),
    ] = None,
    index: SearchedIndex = None,
    session: Annotated[
        str | None, typer.Option(help="go on with this conversation; a new one by default")
    ] = None,
    fetch: Fetch = False,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Talk about pictures and documents; arrow keys bring back what was typed before."""
    from .answering import answering

    settings = load_settings(pack=pack, model=model)
    with answering(settings, index) as who, typed_before(settings):
        talk = Talk(settings, who, session or new_session(), fetch)
        if files:
            talk.add(files)
        console().print("/help tells what else can be typed", style="dim")
        while (line := read_line()) is not None and talk.take(line):
            pass


class Talk:
    """A conversation: what it is about, and what was said.

    Args:
        settings: of the program.
        who: answers.
        session: its name.
        fetch: whether files may be got by their addresses.
    """

    def __init__(self, settings: Settings, who: Answering, session: str, fetch: bool) -> None:
        self._settings, self._who, self.session, self._fetch = settings, who, session, fetch
        self._pictures: list[Picture] = []  # for the next question; the session remembers them
        self._paths: list[Path] = []
        self._read: ReadDocuments | None = None

    def take(self, line: str) -> bool:
        """Do what a line says; whether it goes on."""
        command, _, rest = line.strip().partition(" ")
        if command in ("/quit", "/exit"):
            return False
        if command == "/new":
            self.session, self._pictures = new_session(), []
            self._paths, self._read = [], None
        elif command == "/add":
            self.add(split_words(rest))
        elif command.startswith("/"):
            print(HELP)
        elif line.strip():
            self._ask(line)
        return True

    def add(self, words: list[str]) -> None:
        """Take pictures and documents in."""
        inputs = read_inputs(self._settings, words, fetch=self._fetch)
        self._pictures += inputs.pictures
        if inputs.documents:
            inputs.documents = [*self._paths, *inputs.documents]
            self._read = read_documents(self._who, inputs) or self._read
            self._paths = inputs.documents
        show_pictures(map(self._open, inputs.pictures), console())
        names = [picture.name for picture in inputs.pictures] + [p.name for p in inputs.documents]
        if names:
            console().print(f"about {', '.join(names)}", style="dim", markup=False)

    def _open(self, picture: Picture) -> Image:
        from ..media.store import Store

        return Store(self._settings.store_dir, self._settings.media).open(picture)

    def _ask(self, question: str) -> None:
        from .show.answers import follow, show_answer

        began = time.monotonic()
        try:
            events = self._who.stream(question, self._pictures, self._read, self.session)
            answer = follow(events, console())
        except KeyboardInterrupt:
            print_error("stopped")
        except LooktwiceError as error:
            print_error(str(error))
        else:
            self._pictures = []
            show_answer(answer, console(), wall=time.monotonic() - began)


def new_session() -> str:
    """A name that nobody has used."""
    return f"chat {datetime.now():%Y-%m-%d %H:%M:%S}"


def split_words(text: str) -> list[str]:
    """Words as a shell splits them; a name with a lone quote stays as it is."""
    import shlex

    try:
        return shlex.split(text)
    except ValueError:
        return [text.strip()]


def read_line() -> str | None:
    """What is typed next; None at the end."""
    while True:
        try:
            return input(_PROMPT)
        except EOFError:
            return None
        except KeyboardInterrupt:  # the line is given up, as in a shell
            print()


@contextlib.contextmanager
def typed_before(settings: Settings) -> Iterator[None]:
    """Lines of earlier conversations behind the arrow keys, where the system has readline."""
    try:
        import readline
    except ImportError:
        yield
        return
    from ..media.private import private_file

    path = settings.home / "chat_history"
    private_file(path)
    readline.set_history_length(_HISTORY)
    with contextlib.suppress(OSError):
        readline.read_history_file(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            readline.write_history_file(path)
            path.chmod(0o600)
