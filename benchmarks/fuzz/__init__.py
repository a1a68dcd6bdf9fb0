"""Mutated documents against the loaders: `python -m looktwice.benchmarks.fuzz`, or `make fuzz`."""
