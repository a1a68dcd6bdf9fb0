"""The command line: `looktwice ask | index | batch | eval | serve | mcp | demo | models | tools | doctor`.

Exit codes: 0 done, 1 some inputs failed, 2 the call itself was wrong, 130 interrupted.
"""

from __future__ import annotations

import io
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from .. import __version__
from ..errors import BadInput, Cancelled, LooktwiceError, UsageError
from .batch import batch_app
from .evaluate import eval_app
from .index import index_app
from .ui import ui

if TYPE_CHECKING:
    from rich.console import Console

    from ..agent.assistant import Assistant
    from ..schema import Picture
    from ..settings import Settings

app = typer.Typer(
    help="The multimodal assistant that looks twice before it answers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models_app = typer.Typer(help="The weights: list, pull, verify.", no_args_is_help=True)
app.add_typer(models_app, name="models")
app.add_typer(index_app, name="index")
app.add_typer(batch_app, name="batch")
app.add_typer(eval_app, name="eval")
app.command()(ui)

Pack = Annotated[str | None, typer.Option(help="auto, starter, gpu or server")]
Model = Annotated[
    str | None, typer.Option(help="chat model: a path, a hub name, or a server's address")
]
Host = Annotated[str, typer.Option(help="who may connect; other than loopback needs keys")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one")]
Documents = Annotated[
    Path | None, typer.Option("--index", metavar="FOLDER", help="documents to search")
]
KeyFile = Annotated[
    Path | None, typer.Option("--api-key-file", metavar="FILE", help="accepted keys, one a line")
]
Json = Annotated[bool, typer.Option("--json", help="print one JSON value and nothing else")]


def main() -> NoReturn:
    """Run the command line; errors are one line for people, never a traceback."""
    write_utf8()
    try:
        code = app(standalone_mode=False)  # typer hands the code of typer.Exit back
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except UsageError as error:
        sys.exit(complain(str(error), code=2))
    except Cancelled as error:
        sys.exit(complain(str(error), code=130))
    except LooktwiceError as error:
        sys.exit(complain(str(error), code=1))
    except Exception as error:
        if hasattr(error, "format_message"):  # click's own: a wrong option, a missing argument
            words = error.format_message()  # none where the help was shown instead
            sys.exit(complain(words, code=2) if words else 2)
        raise
    if code == 130:  # typer makes this of Ctrl-C
        complain("interrupted", code)
    sys.exit(code if isinstance(code, int) else 0)


def write_utf8() -> None:
    """Pipes and files get UTF-8 whatever the system's code page; a terminal shows what it can."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def complain(message: str, code: int) -> int:
    """Print an error for people; gives the exit code back."""
    print(f"looktwice: {message}", file=sys.stderr)
    return code


def console(stderr: bool = False) -> Console:
    """Where people read."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 160  # a file or a pipe has no width of its own
    return Console(stderr=stderr, soft_wrap=True, width=width)


def load_settings(**overrides: Any) -> Settings:
    """Settings with the libraries told to be quiet, before any of them is imported."""
    from ..settings import Settings, quiet_third_parties

    settings = Settings.load(**overrides)
    quiet_third_parties(settings)
    return settings


@app.callback(invoke_without_command=True)
def top(
    version: Annotated[bool, typer.Option("--version", help="print the version and leave")] = False,
) -> None:
    """The multimodal assistant that looks twice before it answers."""
    if version:
        print(__version__)
        raise typer.Exit


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="in any language the model reads")],
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...")] = None,
    as_json: Json = False,
    trace: Annotated[bool, typer.Option(help="show every step with its time")] = False,
    save_annotated: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="save the pictures with boxes drawn")
    ] = None,
    index: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="documents to search, see looktwice index")
    ] = None,
    session: Annotated[str | None, typer.Option(help="remember this conversation by name")] = None,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Ask a question, about pictures if you give some, or about the documents of an index."""
    from ..agent.assistant import Assistant
    from ..media.annotate import annotate
    from .console import follow, show_answer, show_saved

    with Assistant(load_settings(pack=pack, model=model), index=index) as assistant:
        pictures, failed = load_pictures(assistant, files or [])
        if files and not pictures:
            raise typer.Exit(1)
        if as_json:
            answer = assistant.ask(question, pictures, session=session)
            print(answer.model_dump_json())
        else:
            events = assistant.stream(question, pictures, session=session)
            answer = follow(events, console())
            show_answer(answer, console(), trace)
        if save_annotated is not None:
            saved = annotate(assistant.store, answer, save_annotated)
            show_saved(saved, console(stderr=as_json))
    raise typer.Exit(1 if failed or answer.status == "failed" else 0)


def load_pictures(assistant: Assistant, files: list[Path]) -> tuple[list[Picture], int]:
    """The files that can be used, and how many can not; each of those is named on standard error."""
    pictures, failed = [], 0
    for file in files:
        try:
            pictures.append(assistant.store.add(file))
        except BadInput as error:
            failed += 1
            complain(str(error), code=1)
    return pictures, failed


@app.command()
def demo(
    save: Annotated[Path, typer.Option(help="folder for the annotated pictures")] = Path(
        "runs/demo"
    ),
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Three real questions about three pictures, with evidence and annotated pictures."""
    from .demo import run_demo

    settings = load_settings(pack=pack, model=model)
    raise typer.Exit(run_demo(settings, save, console()))


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    index: Documents = None,
    api_key_file: KeyFile = None,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Answer as an OpenAI-compatible server: /v1/chat/completions, /v1/models, /health, /metrics."""
    from ..ui.openai_server.launch import serve as start

    start(load_settings(pack=pack, model=model), host, port, index, api_key_file)


@app.command()
def mcp(
    http: Annotated[bool, typer.Option("--http", help="over HTTP instead of over pipes")] = False,
    host: Host = "127.0.0.1",
    port: Port = 8001,
    index: Documents = None,
    allow: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER", help="pictures in it may be named by path; may be repeated"),
    ] = None,
    api_key_file: KeyFile = None,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Offer the assistant, its experts and your documents to programs that speak MCP."""
    from ..ui.mcp_server.server import serve_http, serve_stdio

    settings, folders = load_settings(pack=pack, model=model), tuple(allow or ())
    if http:
        serve_http(settings, host, port, index, folders, api_key_file)
    else:
        serve_stdio(settings, index, folders)


@app.command()
def tools(as_json: Json = False) -> None:
    """List the tools, those of MCP servers among them."""
    from ..media.store import Store
    from ..tools import default_tools
    from ..tools.mcp_client.remote import open_remote
    from .console import show_tools

    settings = load_settings()
    store = Store(settings.store_dir, settings.media)
    with open_remote(settings) or nullcontext() as remote:
        show_tools(
            default_tools(settings, store, remote.tools if remote else ()), console(), as_json
        )


@app.command()
def doctor(as_json: Json = False) -> None:
    """What is installed, found and missing, and the one command that mends each."""
    from .console import show_findings
    from .doctor import report

    findings = report(load_settings())
    show_findings(findings, console(), as_json)
    raise typer.Exit(0 if all(f.ok for f in findings) else 1)


@models_app.command("list")
def models_list(as_json: Json = False) -> None:
    """Every weight: its size, licence, pack and state."""
    from ..weights import state
    from .console import show_weights

    show_weights(state.states(load_settings()), console(), as_json)


@models_app.command()
def pull(
    pack: Annotated[str, typer.Argument(help="starter or gpu; by default your pack")] = "",
) -> None:
    """Fetch a pack's weights and check each file."""
    from ..weights import obtain, resolve
    from ..weights.convert import prepare
    from .console import DownloadBars

    settings = load_settings(pack=pack or None)
    with DownloadBars(console(stderr=True)) as bars:
        obtain.pull(resolve.resolve_pack(settings), settings, bars.update)
    prepare.prepare(settings)
    console().print(f"The {resolve.resolve_pack(settings)} pack is ready.")


@models_app.command()
def verify(
    pack: Annotated[str, typer.Argument(help="starter or gpu; by default your pack")] = "",
    as_json: Json = False,
) -> None:
    """Hash every file of a pack again."""
    from ..weights import resolve, state
    from .console import show_weights

    settings = load_settings(pack=pack or None)
    states = state.verify(settings, resolve.resolve_pack(settings))
    show_weights(states, console(), as_json)
    raise typer.Exit(0 if all(s.status == "verified" for s in states) else 1)
