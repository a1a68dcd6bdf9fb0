"""The command `python -m looktwice.benchmarks.fuzz`: how many, how long, which, where to."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from .originals import originals
from .trial import Outcomes, Trial, attempts


def main(arguments: Sequence[str] | None = None) -> int:
    """Read broken documents of every ending; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="documents of every ending")
    parser.add_argument("--minutes", type=float, default=10.0, help="budget of all together")
    parser.add_argument("--seed", type=int, default=0, help="another seed breaks them otherwise")
    parser.add_argument("--only", nargs="*", default=(), help="endings, such as .pdf")
    parser.add_argument("--out", type=Path, default=Path("runs/fuzz"), help="folder of findings")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    sound = {e: d for e, d in originals().items() if not given.only or e in given.only}
    until = time.monotonic() + 60 * given.minutes
    found = {}
    trial = Trial(given.out)
    try:
        for left, (ending, data) in enumerate(sound.items()):
            share = (until - time.monotonic()) / (len(sound) - left)
            found[ending] = tried(trial, ending, data, given.seed, given.count, share)
            print(line(ending, found[ending]), flush=True)
    finally:
        trial.close()
    report = {
        ending: {**o.counts, "findings": o.findings, "refusals": o.reasons.most_common(12)}
        for ending, o in found.items()
    }
    (given.out / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    return int(any(outcomes.findings for outcomes in found.values()))


def tried(
    trial: Trial, ending: str, sound: bytes, seed: int, count: int, seconds: float
) -> Outcomes:
    """So many broken documents of one ending, as far as the time goes."""
    outcomes, until = Outcomes(), time.monotonic() + seconds
    for number, data in enumerate(islice(attempts(ending, sound, seed), count)):
        if time.monotonic() > until:
            break
        trial.one(f"{seed}-{number}{ending}", data, outcomes)
    return outcomes


def line(ending: str, outcomes: Outcomes) -> str:
    """One ending for people."""
    counts = outcomes.counts
    said = f"{ending:10} {counts['read']:5} read, {counts['refused']:5} refused"
    return "\n".join([f"{said}, {len(outcomes.findings)} findings", *map(str, outcomes.findings)])


if __name__ == "__main__":
    sys.exit(main())
