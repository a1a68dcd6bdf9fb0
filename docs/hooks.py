"""What MkDocs calls while it builds the site: the pages that the program writes about itself are added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from looktwice.docs.generated import pages
from looktwice.docs.generated.api import search_path
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files


@event_priority(100)  # before the plugin reads its own configuration
def on_config(config: MkDocsConfig) -> None:
    """Show the reader of docstrings the same package that is running."""
    handlers = config["plugins"]["mkdocstrings"].config["handlers"]
    handlers["python"]["paths"] = [search_path()]


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add the generated files to those of docs/."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
