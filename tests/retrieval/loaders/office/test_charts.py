"""Charts of any kind are the tables they were drawn from."""

from __future__ import annotations

import pytest
from looktwice.retrieval.loaders.office.charts import chart_lines, drawn_words
from lxml import etree

C = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def points(tag: str, values: list[str]) -> str:
    inner = "".join(f'<c:pt idx="{k}"><c:v>{v}</c:v></c:pt>' for k, v in enumerate(values))
    return f"<c:{tag}><c:numRef><c:numCache>{inner}</c:numCache></c:numRef></c:{tag}>"


def read(chart: str) -> list[str]:
    root = etree.fromstring(f'<c:chartSpace xmlns:c="{C}" xmlns:a="a">{chart}</c:chartSpace>')
    return [line.text for line in chart_lines(root)]


@pytest.mark.parametrize(
    "kind", ["barChart", "bar3DChart", "surface3DChart", "ofPieChart", "unheardOf"]
)
def test_the_values_are_told_whatever_the_chart_looks_like(kind: str) -> None:
    series = (
        "<c:ser><c:tx><c:v>Guests</c:v></c:tx>"
        + points("cat", ["May", "June"])
        + points("val", ["8150", "9920.5000000000001"])
        + "</c:ser>"
    )
    title = "<c:title><a:p><a:t>Lido</a:t></a:p></c:title>"
    assert read(f"{title}<c:{kind}>{series}</c:{kind}>") == [
        "Lido", " | Guests", "May | 8150", "June | 9920.5",
    ]  # fmt: skip


def test_scattered_points_have_two_values_and_gaps_stay_gaps() -> None:
    series = "<c:ser>" + points("xVal", ["1", "3"]) + points("yVal", ["7", "9"]) + "</c:ser>"
    gap = '<c:ser><c:val><c:pt idx="1"><c:v>5</c:v></c:pt></c:val></c:ser>'
    assert read(series + gap) == [" | series 1 | series 2", "1 | 7", "3 | 9 | 5"]


def test_words_of_a_drawing() -> None:
    root = etree.fromstring('<x xmlns:a="a"><a:p><a:t>Plan</a:t></a:p><a:p><a:t>Do</a:t></a:p></x>')
    assert drawn_words(root) == "Plan Do"
    assert read("") == []
