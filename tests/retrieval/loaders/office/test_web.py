"""Web pages: spans, inner tables, raised marks, numbers of lists, what is hidden, pictures inside."""

from __future__ import annotations

import base64

import pytest
from looktwice.retrieval.loaders.office.web import html_lines, parse_html

from .kit import png


def lines(html: str) -> list[str]:
    return [line.text for line in html_lines(parse_html(html))]


@pytest.mark.parametrize(
    ("html", "read"),
    [
        (
            "<table><tr><th>Hut<th>Bed<th>Fee<tr><td rowspan=2>Alm<td>A<td>12<tr><td>B<td>15"
            "<tr><td rowspan=0>See<td>A<td>9<tr><td>B<td>11</table>",
            ["Hut | Bed | Fee", "Alm | A | 12", "Alm | B | 15", "See | A | 9", "See | B | 11"],
        ),
        (
            "<table><thead><tr><th rowspan=2>Line</th><th colspan=2>2021</th></tr>"
            "<tr><th>in</th><th>out</th></tr></thead><tr><td>Bus</td><td>7</td><td>5</td></tr></table>",
            ["Line | 2021 | 2021", "Line | in | out", "Bus | 7 | 5"],
        ),
        (
            "<table><tr><td>Tent<table><tr><td>small</td><td>31</td></tr><tr><td>large</td><td>47</td>"
            "</tr></table></td><td>a night</td></tr><tr><td>Boat</td><td>88</td></tr></table>",
            ["Tent | a night", "Boat | 88", "small | 31", "large | 47"],
        ),
        (
            "<p>Debt 31.4<sup>2</sup> of 50 m<sup>2</sup>, H<sub>2</sub>O</p>"
            "<p>Sum 1,200<sup>[4]</sup>.</p>",
            ["Debt 31.4 [2] of 50 m², H2O", "Sum 1,200 [4] ."],
        ),
        (
            "<ol start=4><li>four<li><p>five</p><ul><li>dot</ul><li value=9>nine</ol>",
            ["4. four", "5. five", "dot", "9. nine"],
        ),
        (
            "<div>seen<span style='display: none'>not</span></div><p hidden>nor this</p>"
            "<script>no()</script><template>no</template>",
            ["seen"],
        ),
        (
            "<form>Name: <input value='A. Brandt'><input type=hidden value=x><br>"
            "<input type=checkbox checked> paid</form>",
            ["Name: A. Brandt", "[x] paid"],
        ),
        ("<pre>one\n  two</pre>three", ["one", "two", "three"]),
        ("<table role=presentation><tr><td><h1>News</h1><p>Rain.</p></td><td>ad</td></tr></table>",
         ["News", "Rain.", "ad"]),
    ],
)  # fmt: skip
def test_what_is_seen_is_read(html: str, read: list[str]) -> None:
    assert lines(html) == read


def test_a_picture_that_the_page_holds_comes_along_where_it_stands() -> None:
    address = "data:image/png;base64," + base64.b64encode(png()).decode()
    found = list(
        html_lines(
            parse_html(f"<p>before</p><p><img alt='a bill' src='{address}'></p><p>after</p>")
        )
    )
    assert [line.text for line in found] == ["before", "a bill", "", "after"]
    assert found[2].picture == png()


def test_no_other_address_is_asked_for() -> None:
    asked: list[str] = []
    tree = parse_html(
        "<img src='http://x.example/a.png'><img src='a.png'><img src='file:///etc/a'>"
    )
    list(html_lines(tree, lambda address: asked.append(address)))
    assert asked == ["http://x.example/a.png", "a.png", "file:///etc/a"]
