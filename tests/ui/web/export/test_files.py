"""A conversation as a web page and as a Word document."""

from __future__ import annotations

import io
import zipfile

import pytest
from looktwice.media.store import Store
from looktwice.schema import Citation, Illustration, Source
from looktwice.ui.web.conversation import Exchange
from looktwice.ui.web.export.files import MEDIA_TYPES, exported

from ....agent.kit import picture
from ..kit import EVIL, Tags, answer

TABLE = f"**Prices**\n\n| item | price |\n|---|---|\n| Bread | 3.10 |\n\n- one\n- {EVIL}\x00"


@pytest.fixture
def store(tmp_path: object) -> Store:
    return Store(tmp_path / "store")  # type: ignore[operator]


def conversation(store: Store) -> list[Exchange]:
    cited = Citation(evidence="E1", source=Source(name="a.png"), quote="Bread 3.10", end=10)
    shown = store.add(picture(40), "a.png")
    return [
        Exchange(
            question=f"Which? {EVIL}",
            answer=answer(text=TABLE, citations=(cited,)),
            pictures=(shown,),
        )
    ]


def test_a_web_page_holds_its_pictures_and_runs_and_loads_nothing(store: Store) -> None:
    made = exported("html", "Chat", conversation(store), store)
    assert isinstance(made, str)
    tags = Tags(made).found
    assert "script" not in {tag for tag, _ in tags}
    addresses = [a["src"] or "" for tag, a in tags if tag == "img"]
    assert len(addresses) == 1
    assert addresses[0].startswith("data:image/")
    assert "<td>3.10</td>" in made
    assert "Bread 3&#46;10 (a&#46;png)" in made


def test_a_word_document_has_the_table_the_picture_and_the_words_as_they_are(store: Store) -> None:
    docx = pytest.importorskip("docx")
    made = exported("docx", "Chat", conversation(store), store)
    assert isinstance(made, bytes)
    document = docx.Document(io.BytesIO(made))
    assert [[c.text for c in row.cells] for row in document.tables[0].rows] == [
        ["item", "price"], ["Bread", "3.10"],
    ]  # fmt: skip
    words = "\n".join(p.text for p in document.paragraphs)
    assert EVIL.split("![")[0].strip() in words
    assert "Bread 3.10" in words
    assert any(
        name.startswith("word/media/") for name in zipfile.ZipFile(io.BytesIO(made)).namelist()
    )


def test_every_kind_can_be_made(store: Store) -> None:
    pytest.importorskip("docx")
    for kind in MEDIA_TYPES:
        assert exported(kind, "Chat", conversation(store), store)


def test_figures_stand_behind_their_paragraphs_in_every_kind(store: Store) -> None:
    docx = pytest.importorskip("docx")
    drawn = store.add(picture(90), "figure.png")
    shown = Illustration(
        picture=drawn, caption="Figure 1: Prices", source=Source(document="a.pdf", page=3), after=7
    )
    given = Exchange(question="Why?", answer=answer(text="First.\n\nLast.", illustrations=(shown,)))
    caption = "Figure 1: Prices (a.pdf, page 3)"
    markdown = exported("md", "Chat", [given], store)
    assert isinstance(markdown, str)
    assert markdown.index("First.") < markdown.index("](data:image/") < markdown.index("Last.")
    assert f"*{caption}*" in markdown
    page = str(exported("html", "Chat", [given], store))
    assert page.index("First.") < page.index("<figcaption>") < page.index("Last.")
    word = docx.Document(io.BytesIO(bytes(exported("docx", "Chat", [given], store))))  # type: ignore[arg-type]
    words = [p.text for p in word.paragraphs]
    assert words.index("First.") < words.index(caption) < words.index("Last.")
