"""JSON, notebooks and XML: every value is told with where it stands."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from looktwice.retrieval.loaders.office.data import (
    is_notebook,
    json_lines,
    notebook_lines,
    parsed,
    xml_lines,
)
from lxml import etree

from .kit import png


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ({"ship": {"name": "Tern", "berths": [3, 7]}, "new": True, "owner": None},
         ["ship.name: Tern", "ship.berths: 3, 7", "new: true", "owner: "]),
        ([{"kind": "oak", "n": 3}, {"kind": "ash", "n": 8.5}], ["kind | n", "oak | 3", "ash | 8.5"]),
        ({"rows": [{"a": 1}, {"a": 2, "b": "x"}]}, ["rows:", "a | b", "1 | ", "2 | x"]),
        ({"list": [{"deep": {"x": 1}}, "y"]}, ["list[1].deep.x: 1", "list[2]: y"]),
        ("only words", ["only words"]),
    ],
)  # fmt: skip
def test_values_stand_behind_their_keys(value: Any, lines: list[str]) -> None:
    assert [line.text for line in json_lines(value)] == [
        line.rstrip(" |") if " | " in line else line for line in lines
    ]


def test_json_lines_and_one_value() -> None:
    assert parsed('{"a": 1}') == [{"a": 1}]
    assert parsed('{"a": 1}\n\n{"a": 2}\n') == [{"a": 1}, {"a": 2}]
    for bad in ("{", "", '{"a": 1}\nno', "[" * 100_000):
        with pytest.raises(ValueError, match=r"."):
            parsed(bad)


def test_notebooks_give_text_code_results_and_pictures() -> None:
    book = {
        "nbformat": 4,
        "cells": [
            {"cell_type": "markdown", "source": ["# Tides\n", "Mean of *May*."]},
            {
                "cell_type": "code",
                "source": "mean(x)",
                "outputs": [
                    {"output_type": "stream", "text": ["4.85 m\n"]},
                    {
                        "data": {
                            "text/plain": "<Figure>",
                            "image/png": base64.b64encode(png()).decode(),
                        }
                    },
                    {"output_type": "error", "evalue": "no more data"},
                ],
            },
            "nonsense",
        ],
    }
    assert is_notebook(json.loads(json.dumps(book)))
    lines = list(notebook_lines(book))
    texts = [line.text for line in lines if line.picture is None]
    assert texts == ["Tides", "Mean of May.", "mean(x)", "4.85 m", "<Figure>", "no more data"]
    assert [line.picture for line in lines if line.picture] == [png()]


def test_xml_tells_texts_and_attributes() -> None:
    xml = '<o xmlns:n="n"><n:item id="4"><name>Rope</name> spare <price cur="EUR">31.50</price>'
    xml += "</n:item></o>"
    lines = [line.text for line in xml_lines(etree.fromstring(xml)) if line.text]
    assert lines == [
        "item",
        "item id: 4",
        "name: Rope",
        "item: spare",
        "price cur: EUR",
        "price: 31.50",
    ]
