"""Fixtures of the retrieval tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def pdf_kit() -> Any:
    """The helpers of pdf_kit.py, which lies beside the tests (they are no package to import from)."""
    name = "_looktwice_tests_pdf_kit"
    if name not in sys.modules:
        path = Path(__file__).parent / "pdf_kit.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]
