"""Extras: what `pip install 'looktwice[NAME]'` adds to the core.

Whoever lacks an extra is told the one command that brings it: a package that is of an extra as a whole
begins with `require(NAME)`, a single import of what it brings stands in a `with needs(NAME):`.
pyproject.toml says what each extra holds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Literal

from ..errors import MissingExtra

Extra = Literal[
    "local",
    "gpu",
    "embedders",
    "experts",
    "documents",
    "index",
    "video",
    "speech",
    "ui",
    "serve",
    "mcp",
    "evals",
    "terminal",
    "ray",
    "baselines",
]

PURPOSES: dict[Extra, str] = {
    "local": "models in this process",
    "gpu": "chat models in 4 bits, for cards with little memory",
    "embedders": "texts and pictures as vectors",
    "experts": "detector, OCR and the closer look",
    "documents": "PDF, Office and web files, HEIC pictures",
    "index": "searching documents",
    "video": "videos",
    "speech": "hearing what is said in videos",
    "ui": "the chat page",
    "serve": "the OpenAI-compatible server",
    "mcp": "the Model Context Protocol",
    "evals": "evaluations",
    "terminal": "pictures in the terminal",
    "ray": "batches on a Ray cluster",
    "baselines": "comparing with other agents",
}
"""Every extra a user may miss, and what it is for."""

_SIGNS: dict[Extra, tuple[str, ...]] = {
    "local": ("torch", "transformers", "accelerate", "xgrammar", "xllamacpp"),
    "gpu": ("torch", "transformers", "accelerate", "bitsandbytes"),
    "embedders": ("numpy", "torch", "transformers", "sentence_transformers", "onnxruntime"),
    "experts": ("numpy", "torch", "onnxruntime", "paddleocr", "supervision"),
    "documents": ("numpy", "pypdfium2", "lxml", "pptx", "openpyxl", "pillow_heif"),
    "index": ("numpy", "torch", "onnxruntime", "chromadb", "rapidfuzz"),
    "video": ("av", "scenedetect"),
    "speech": ("faster_whisper", "av", "scenedetect"),
    "ui": ("gradio", "fastapi", "uvicorn", "prometheus_client"),
    "serve": ("fastapi", "uvicorn", "prometheus_client"),
    "mcp": ("mcp", "fastapi", "uvicorn", "prometheus_client"),
    "evals": ("numpy", "rapidfuzz", "jinja2"),
    "terminal": ("textual_image",),
    "ray": ("ray",),
    "baselines": ("smolagents", "langchain", "langchain_openai"),
}
"""Modules by which an extra is known; found without importing them."""


def command(extra: Extra) -> str:
    """What brings an extra."""
    return f"pip install 'looktwice[{extra}]'"


def not_installed(extra: Extra) -> str:
    """The sentence that says so."""
    return f"{PURPOSES[extra]}: not installed; run: {command(extra)}"


def has(extra: Extra) -> bool:
    """Whether an extra is installed; nothing is imported."""
    return all(_is_there(module) for module in _SIGNS[extra])


def _is_there(module: str) -> bool:
    return sys.modules.get(module) is not None or find_spec(module) is not None


def require(extra: Extra) -> None:
    """Before anything is done that would be in vain without an extra.

    Raises:
        MissingExtra: it is not installed.
    """
    if not has(extra):
        raise MissingExtra(not_installed(extra), extra)


@contextmanager
def needs(extra: Extra) -> Iterator[None]:
    """Around imports of what an extra brings.

    Raises:
        MissingExtra: a module is not installed. One of our own that is missing stays an ImportError.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == __name__.partition(".")[0]:
            raise
        raise MissingExtra(not_installed(extra), extra) from None
