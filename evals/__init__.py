"""How good the whole assistant is: tasks, metrics, runs, reports; `looktwice eval`.

task.py      what is asked and what is right
suites/      tasks of our own, made by generators with answers known by construction
adapters.py  tasks read from the files of public benchmarks
runner.py    asks an assistant and keeps its answers
scoring.py   answers against truths; metrics/ holds the definitions
report.py    one page that shows what went wrong; compare.py, ablate.py
"""

from __future__ import annotations

from ..extensions.extras import require

require("evals")
