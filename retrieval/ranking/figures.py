"""Pages of figures, for questions that ask for one.

What an embedder knows of a table is its few words: the numbers between them only water it down, so a page
of prose about the same thing looks nearer to a question than the table that answers it. A page gets back
what its share of numbers took from it, as far as the question asks for a number.
"""

from __future__ import annotations

from ..embeddings.runtime import Once, Vectors
from ..embeddings.text import TextEmbedder

__all__ = ["EXAMPLES", "FigureIntent", "for_figures"]

_FOR_FIGURES = (
    "How much was it?",
    "What is the amount in USD millions?",
    "What percent of the total?",
    "What is the ratio?",
    "Did the margin increase or decrease?",
    "How many are there?",
    "Which was the highest?",
    "What was the growth rate compared to last year?",
)
_FOR_WORDS = (
    "Who is it?",
    "Why did it happen?",
    "What is the name?",
    "Where is it?",
    "Is there any legal dispute?",
    "What are the risks?",
    "Describe the product.",
    "What caused the change?",
)
EXAMPLES = (*_FOR_FIGURES, *_FOR_WORDS)
_FROM, _TO = -0.2, 0.1
"""Cosines by which a question is nearer to one kind than to the other: never, and surely, a figure."""


class FigureIntent:
    """Tells by its nearest examples whether a question asks for a figure; safe for threads."""

    def __init__(self, embedder: TextEmbedder) -> None:
        self._examples = Once[Vectors](lambda: embedder.embed_queries(EXAMPLES))

    def for_figures(self, question: Vectors) -> float:
        """How surely, 0..1, from the question's vector `[dimensions]`."""
        return for_figures(question, self._examples())


def for_figures(question: Vectors, examples: Vectors) -> float:
    """How surely a question asks for a figure, 0..1, from its vector and those of `EXAMPLES`."""
    near = examples @ question
    count = len(_FOR_FIGURES)
    lead = float(near[:count].max() - near[count:].max())
    return min(1.0, max(0.0, (lead - _FROM) / (_TO - _FROM)))
