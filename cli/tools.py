"""`looktwice tools`: what the assistant can call."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

from .options import Json
from .settings import load_settings
from .terminal import console

if TYPE_CHECKING:
    from ..extensions.extras import Extra


def tools(as_json: Json = False) -> None:
    """List the tools, those of MCP servers among them."""
    from ..extensions.extras import has, not_installed
    from ..media.store import Store
    from ..tools import default_tools
    from ..tools.mcp_client.remote import open_remote
    from .show.tools import show_tools

    needed_by_tools: tuple[Extra, ...] = ("experts", "index")
    settings = load_settings()
    store = Store(settings.store_dir, settings.media)
    with open_remote(settings) or nullcontext() as remote:
        show_tools(
            default_tools(settings, store, remote.tools if remote else ()), console(), as_json
        )
    for extra in needed_by_tools:
        if not has(extra):
            print(not_installed(extra), file=sys.stderr)
