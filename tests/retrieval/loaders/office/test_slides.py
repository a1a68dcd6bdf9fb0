"""A slide is a page."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from looktwice.retrieval.loaders.base import IllustratedPage
from looktwice.retrieval.loaders.load import open_document
from pptx import Presentation
from pptx.util import Inches

from .kit import LIMITS, kinds, png, presentation, read


def test_a_slide_is_a_page_with_its_title_text_tables_charts_and_notes(tmp_path: Path) -> None:
    about, pages = read(presentation(tmp_path / "a.pptx"))
    assert (about.type, about.title, about.pages) == ("pptx", "", 3)
    assert [page.label for page in pages] == ["Growth", "", ""]
    assert kinds(pages[0]) == [
        ("heading", "Growth"),
        ("text", "> 50% growth"),
        ("text", "- 5 % loss"),
        ("text", "List<String>"),
        ("row", "Year | Profit"),
        ("row", "2023 | 1,234.50"),
        ("text", "say hello"),
    ]
    assert pages[1].text.splitlines()[1:] == ["East | 1.5", "West | 2.25"]
    assert pages[1].section == ("slide 2",)
    assert pages[2].text == ""


def test_a_shape_of_an_unknown_kind_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.pptx"
    show = Presentation()
    for number in range(3):
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = f"Part {number}"
        box = slide.shapes.add_textbox(Inches(1), Inches(2), Inches(4), Inches(1))
        box.text_frame.text = f"The fee is {number + 3},480."
        slide.shapes.add_picture(io.BytesIO(png()), Inches(1), Inches(4))
    show.save(str(path))
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.pptx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "ppt/slides/_rels/slide2.xml.rels":
                data = data.replace(b"/relationships/image", b"/relationships/odd").replace(
                    b"../media/image1.png", b"http://x.example/1.png"
                )
                data = data.replace(b'.png"', b'.png" TargetMode="External"')
            if name == "ppt/slides/slide3.xml":
                data = data.replace(b"<p:sld ", b'<p:sld show="0" ')
            new.writestr(name, data)
    with open_document(tmp_path / "b.pptx", LIMITS) as opened:
        pages = list(opened.pages())
    texts = [page.page.text if isinstance(page, IllustratedPage) else page.text for page in pages]  # type: ignore[union-attr]
    assert [isinstance(page, IllustratedPage) for page in pages] == [True, False, True]
    assert texts[0].split("\n")[:2] == ["Part 0", "The fee is 3,480."]
    assert texts[1].split("\n")[:2] == ["Part 1", "The fee is 4,480."]
    assert "(not read: Picture" in texts[1]
    assert texts[2].split("\n")[:2] == ["Part 2", "(hidden slide)"]


def test_merged_cells_and_raised_marks_of_slides(tmp_path: Path) -> None:
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    table = slide.shapes.add_table(3, 3, Inches(1), Inches(1), Inches(6), Inches(2)).table
    for at, text in enumerate(["Area", "Half", "Sold", "East", "1", "40", "", "2", "55"]):
        table.cell(at // 3, at % 3).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    run = table.cell(2, 2).text_frame.paragraphs[0].add_run()
    run.text = "6"
    run.font._element.set("baseline", "30000")
    show.save(str(tmp_path / "a.pptx"))
    (page,) = read(tmp_path / "a.pptx")[1]
    assert page.text.split("\n") == ["Area | Half | Sold", "East | 1 | 40", "East | 2 | 55 [6]"]
