"""What a run tells of a model's confidences, kept for its later answers."""

from __future__ import annotations

from ..agent.calibration import keep_temperature
from ..errors import UsageError
from ..settings import Settings
from .runner import EvalRun
from .summary import TEMPERATURE, RunSummary

__all__ = ["CALIBRATES", "keep_fit"]

CALIBRATES = "quick"
"""The suite whose runs calibrate: of all kinds of pictures, and short enough for everybody."""


def keep_fit(run: EvalRun, summary: RunSummary, settings: Settings) -> str:
    """Keep the temperature that fits the model of a whole run of `quick`; says what was done.

    Nothing is kept of other suites, of questions asked without their pictures, and where the settings
    have a temperature, which then counts.

    Raises:
        UsageError: it cannot be written.
    """
    whole = run.manifest.suite == CALIBRATES and run.complete and run.manifest.limit is None
    if not whole or not run.manifest.pictures or settings.thresholds.temperature != 1.0:
        return ""
    model = next((answer.model for answer in run.answers.values() if answer.model), "")
    fitted = summary.whole.get(TEMPERATURE)
    if fitted is None or not model:
        return "too few answers, or all alike, to calibrate its confidence by"
    try:
        keep_temperature(settings, model, fitted)
    except OSError as error:
        raise UsageError(f"{settings.calibration_file} cannot be written ({error})") from None
    return f"the confidence of {model} is from now on tempered by {fitted:g}"
