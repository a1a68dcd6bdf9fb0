"""Pages of the documentation that the program writes about itself, so that they cannot be wrong.

Not shipped, and not for what a person has to say: that stands in docs/*.md.
"""

from __future__ import annotations

from . import api, checks, commands, extras, graph, packages, settings, tools, weights

WRITERS = {
    "reference/api.md": api.page,
    "reference/checks.md": checks.page,
    "reference/commands.md": commands.page,
    "reference/extras.md": extras.page,
    "reference/packages.md": packages.page,
    "reference/settings.md": settings.page,
    "reference/tools.md": tools.page,
    "reference/weights.md": weights.page,
    "images/graph.svg": graph.drawing,
}


def pages() -> dict[str, str]:
    """The generated files, by their path in docs/."""
    return {path: write() for path, write in WRITERS.items()}
