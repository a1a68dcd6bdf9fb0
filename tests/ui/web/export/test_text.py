"""What is kept of a conversation, and how it leaves as a file."""

from __future__ import annotations

from looktwice.schema import Citation, Source
from looktwice.ui.web.conversation import Exchange
from looktwice.ui.web.export.text import as_json, as_markdown

from ..kit import SHA, answer, picture


def test_a_conversation_leaves_as_markdown_and_as_json() -> None:
    cited = Citation(
        evidence="E1", source=Source(picture=SHA), quote="Total *8.20*", start=0, end=5
    )
    exchange = Exchange(
        question="What <b>is</b> it?", pictures=(picture(),),
        answer=answer(citations=(cited,), pictures=(picture(),)),
    )  # fmt: skip
    text = as_markdown("Chat #1", [exchange], lambda picture: "data:image/png;base64,AA")
    assert text.startswith("# Chat \\#1\n\n## What \\<b\\>is")
    assert 'Total \\*8.20\\*" in a.png' in text
    import json

    read = json.loads(as_json("Chat", [exchange]))
    assert Exchange.model_validate(read["exchanges"][0]) == exchange
