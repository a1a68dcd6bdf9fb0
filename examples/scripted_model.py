"""Test a program that uses Looktwice without any weights: python examples/scripted_model.py.

The model says what the script tells it to, the embedder compares words; everything else is real.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from looktwice import Assistant, Message, ScriptedModel, tool


@tool(examples=["What does article 117 cost?"])
def price(article: int) -> str:
    """The price of an article in our shop.

    Args:
        article: Number of the article.
    """
    return f"article {article} costs {article / 10:.2f} euro"


class Words:
    """Texts as bags of words: alike where they share some."""

    def embed(self, texts: Sequence[str]) -> Any:
        """Rows of length 1, one a text."""
        rows = np.zeros((len(texts), 256), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().strip("?").split():
                row[zlib.crc32(word.encode()) % 256] += 1
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)


def reply(messages: Sequence[Message], schema: Any) -> Any:
    """Arguments where the program asks for JSON, else the draft."""
    return {"article": 345} if schema else "34.50 euro"


def sure(messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
    """Yes to every check."""
    return {"yes": 0.95, "no": 0.05}


def main() -> None:
    """One question, and what the model was asked on the way."""
    model = ScriptedModel(reply, choices=sure)
    with Assistant.from_settings(model=model, embedder=Words(), tools=[price]) as assistant:
        answer = assistant.ask("What does article 345 cost?")
    print(answer.text, answer.status)
    print(len(model.calls), "calls of the model;", [r.call.arguments for r in answer.results])
    assert answer.text == "34.50 euro"


if __name__ == "__main__":
    main()
