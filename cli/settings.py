"""Settings as every command loads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..settings import Settings


def load_settings(**overrides: Any) -> Settings:
    """Settings with the libraries told to be quiet, before any of them is imported."""
    from ..settings import Settings, quiet_third_parties

    settings = Settings.load(**overrides)
    quiet_third_parties(settings)
    return settings
