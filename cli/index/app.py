"""The command group put together: `looktwice index add | update | list | show | search | kinds | ...`.

Exit codes: 0 done, 1 some files failed, 2 the call itself was wrong, 130 interrupted.
"""

from __future__ import annotations

import typer

from .change import add, rebuild, remove, update, verify
from .duplicates import duplicates
from .look import kinds, list_documents, search, show, stats
from .serve import serve
from .watch import watch

index_app = typer.Typer(help="Your documents: add, search, show.", no_args_is_help=True)
index_app.command()(add)
index_app.command()(update)
index_app.command()(remove)
index_app.command("list")(list_documents)
index_app.command()(show)
index_app.command()(search)
index_app.command()(stats)
index_app.command()(kinds)
index_app.command()(duplicates)
index_app.command()(verify)
index_app.command()(rebuild)
index_app.command()(serve)
index_app.command()(watch)
