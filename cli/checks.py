"""`looktwice checks`: what a draft is held against before it is given as an answer."""

from __future__ import annotations

from .options import Json
from .settings import load_settings
from .terminal import console


def checks(as_json: Json = False) -> None:
    """List the checks of drafts: what each is for, when it looks, what it costs, whether it is on."""
    from ..agent.verification.registry import all_checks, enabled
    from .show.checks import show_checks

    switched_on = {check.name for check in enabled(load_settings().checks.disabled)}
    show_checks(all_checks(), switched_on, console(), as_json)
