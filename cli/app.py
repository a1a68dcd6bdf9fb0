"""The command line put together: every command and command group of `looktwice`, and how it ends.

Exit codes: 0 done, 1 some inputs failed, 2 the call itself was wrong, 130 interrupted.
"""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from .. import __version__
from ..errors import Cancelled, LooktwiceError, UsageError
from .ask import ask
from .batch import batch_app
from .chat import chat
from .checks import checks
from .clean import clean
from .compare import compare
from .demo import demo
from .doctor import doctor
from .evaluate.app import eval_app
from .extract import extract
from .index.app import index_app
from .models import models_app
from .serve import mcp, serve
from .tables import tables
from .terminal import print_error, write_utf8
from .tools import tools
from .ui import ui
from .up import down, up

app = typer.Typer(
    help="The multimodal assistant that looks twice before it answers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(ui)
app.command()(ask)
app.command()(chat)
app.command()(extract)
app.command()(compare)
app.command()(demo)
app.command()(up)
app.command()(down)
app.command()(serve)
app.command()(mcp)
app.command()(tables)
app.command()(tools)
app.command()(checks)
app.command()(doctor)
app.command()(clean)
app.add_typer(models_app, name="models")
app.add_typer(index_app, name="index")
app.add_typer(batch_app, name="batch")
app.add_typer(eval_app, name="eval")


@app.callback(invoke_without_command=True)
def top(
    version: Annotated[bool, typer.Option("--version", help="print the version and leave")] = False,
) -> None:
    """The multimodal assistant that looks twice before it answers."""
    if version:
        print(__version__)
        raise typer.Exit


def main() -> NoReturn:
    """Run the command line; errors are one line for people, never a traceback."""
    write_utf8()
    try:
        code = app(standalone_mode=False)  # typer hands the code of typer.Exit back
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except LooktwiceError as error:
        print_error(str(error))
        sys.exit(exit_code(error))
    except Exception as error:
        if hasattr(error, "format_message"):  # click's own: a wrong option, a missing argument
            if words := error.format_message():  # none where the help was shown instead
                print_error(words)
            sys.exit(2)
        raise
    if code == 130:  # typer makes this of Ctrl-C
        print_error("interrupted")
    sys.exit(code if isinstance(code, int) else 0)


def exit_code(error: LooktwiceError) -> int:
    """Which code says what went wrong."""
    if isinstance(error, UsageError):
        return 2
    return 130 if isinstance(error, Cancelled) else 1
