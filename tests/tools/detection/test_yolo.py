"""What Ultralytics gives is checked before it is believed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from looktwice.errors import ToolError
from looktwice.tools.detection.yolo import from_ultralytics


class Rows:
    """Stands for a tensor."""

    def __init__(self, rows: list[list[float]]) -> None:
        self.rows = rows

    def cpu(self) -> Rows:
        return self

    def tolist(self) -> list[list[float]]:
        return self.rows


def foreign(*rows: list[float]) -> SimpleNamespace:
    return SimpleNamespace(boxes=SimpleNamespace(data=Rows(list(rows))), names={0: "cat"})


def test_a_detectors_boxes_are_clipped_and_checked() -> None:
    nan = float("nan")
    kept = from_ultralytics(
        foreign([-5, 2, 20, 8, 0.9, 0], [3, 3, 3, 8, 0.9, 0], [nan, 0, 5, 5, 0.9, 0]), (10, 10)
    )
    assert [item.xyxy for item in kept] == [(0, 2, 10, 8)]
    with pytest.raises(ToolError, match="class 7"):
        from_ultralytics(foreign([1, 1, 2, 2, 0.9, 7]), (10, 10))
    with pytest.raises(ToolError, match="3 numbers"):
        from_ultralytics(foreign([1, 1, 2]), (10, 10))
    assert from_ultralytics(SimpleNamespace(boxes=None, names={}), (1, 1)) == []
