"""`looktwice eval baselines`, and the name it had before."""

from __future__ import annotations

import pytest
from looktwice.cli.app import app
from looktwice.errors import UsageError
from typer.testing import CliRunner


@pytest.mark.parametrize("command", ["baselines", "peers"])
@pytest.mark.parametrize("option", ["--baseline", "--peer"])
def test_both_names_are_one_command(command: str, option: str, home: object) -> None:
    with pytest.raises(UsageError, match="--baseline: nobody is none of smolagents, langchain"):
        CliRunner().invoke(app, ["eval", command, option, "nobody"], catch_exceptions=False)


def test_only_the_present_name_is_in_the_help() -> None:
    shown = CliRunner().invoke(app, ["eval", "--help"]).output
    assert "baselines" in shown
    assert "peers" not in shown
