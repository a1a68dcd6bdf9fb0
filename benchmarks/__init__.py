"""What things cost, measured: `make bench`, or `python -m benchmarks [NAME ...]` here."""
