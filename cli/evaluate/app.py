"""The command group put together: `looktwice eval suites | run | report | compare | ...`.

Exit codes: 0 done, 1 some tasks failed, 2 the call itself was wrong, 130 interrupted.
"""

from __future__ import annotations

import typer

from .baselines import baselines
from .feedback import from_feedback
from .run import ablate, compare, report, run, suites
from .seer import seer

eval_app = typer.Typer(help="How good it is: suites, runs, reports.", no_args_is_help=True)
eval_app.command()(suites)
eval_app.command()(run)
eval_app.command()(report)
eval_app.command()(compare)
eval_app.command()(ablate)
eval_app.command()(baselines)
eval_app.command("peers", hidden=True)(baselines)  # its name in version 0.1
eval_app.command()(seer)
eval_app.command()(from_feedback)
