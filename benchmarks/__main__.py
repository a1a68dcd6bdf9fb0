"""python -m benchmarks."""

from __future__ import annotations

from importlib import import_module

if __name__ == "__main__":
    # By its full name, so that it sees the package around it, not a folder called benchmarks.
    import_module("looktwice.benchmarks.runner").main()
