"""The values that travel through the program.

All are immutable and round-trip through JSON (`model_dump_json`, `model_validate_json`).
Only `Box` carries coordinates, and a box says which frame it is in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from importlib import import_module
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from .errors import ToolErrorKind

Frame = Literal["picture", "page"]
_EARLIER_NAMES = {"sift": "gate", "verify": "check"}


def _renamed(node: object) -> object:
    """Names of nodes as version 0.1 wrote them still read."""
    return _EARLIER_NAMES.get(node, node) if isinstance(node, str) else node


Node = Annotated[
    Literal["intake", "plan", "act", "gate", "draft", "check", "finish"], BeforeValidator(_renamed)
]
EvidenceKind = Literal[
    "objects", "text", "region", "calculation", "passage", "image", "value", "seen"
]
FormName = Literal[
    "fact",
    "yes_no",
    "choice",
    "count",
    "list",
    "table",
    "description",
    "explanation",
    "summary",
    "comparison",
    "translation",
    "transcription",
    "code",
    "record",
    "talk",
]
Provenance = Literal["read", "counted", "measured", "computed", "cited", "seen"]
"""How a statement is known: by OCR, by boxes, by measuring pixels, by arithmetic, from a document, by
the model's own eyes."""
Status = Literal["answered", "partial", "declined", "failed"]
StopReason = Literal[
    "accepted", "no_tools_needed", "unsupported", "budget", "deadline", "cancelled", "error"
]


class Value(BaseModel):
    """An immutable value with no fields beyond the named ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Box(Value):
    """An axis-aligned rectangle, x to the right and y down, x1 <= x2 and y1 <= y2.

    `frame` is "picture" (pixels of the original picture, after EXIF rotation) or "page" (points of
    1/72 inch of the document's page).
    """

    x1: float = Field(allow_inf_nan=False)
    y1: float = Field(allow_inf_nan=False)
    x2: float = Field(allow_inf_nan=False)
    y2: float = Field(allow_inf_nan=False)
    frame: Frame = "picture"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.x1 > self.x2 or self.y1 > self.y2:
            raise ValueError(f"expected x1 <= x2 and y1 <= y2, got {self.xyxy}")
        return self

    @property
    def xyxy(self) -> tuple[float, float, float, float]:
        return (self.x1, self.y1, self.x2, self.y2)

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def center(self) -> tuple[float, float]:
        return ((self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2)

    def intersection(self, other: Box) -> float:
        """Area shared with another box; 0 when the frames differ."""
        if self.frame != other.frame:
            return 0.0
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        return max(0.0, width) * max(0.0, height)

    def iou(self, other: Box) -> float:
        """Intersection over union, 0..1."""
        shared = self.intersection(other)
        union = self.area + other.area - shared
        return min(1.0, shared / union) if union > 0 else 0.0

    def clip(self, width: float, height: float) -> Box:
        """The part of this box inside a frame of the given size."""

        def within(value: float, high: float) -> float:
            return min(max(value, 0.0), high)

        return Box(
            x1=within(self.x1, width),
            y1=within(self.y1, height),
            x2=within(self.x2, width),
            y2=within(self.y2, height),
            frame=self.frame,
        )

    def grow(self, share: float) -> Box:
        """A box larger by `share` of its size on every side (not clipped)."""
        dx, dy = self.width * share, self.height * share
        return Box(
            x1=self.x1 - dx, y1=self.y1 - dy, x2=self.x2 + dx, y2=self.y2 + dy, frame=self.frame
        )

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of them; they must share a frame."""
        items = list(boxes)
        if not items or len({b.frame for b in items}) != 1:
            raise ValueError("expected one or more boxes of one frame")
        return cls(
            x1=min(b.x1 for b in items),
            y1=min(b.y1 for b in items),
            x2=max(b.x2 for b in items),
            y2=max(b.y2 for b in items),
            frame=items[0].frame,
        )


class Origin(Value):
    """Where a derived picture (a crop, a rendered page) lies in its original.

    A local pixel (x, y) is the original's point (left + x * scale, top + y * scale).
    """

    picture: str | None = None
    document: str | None = None
    page: int | None = Field(default=None, ge=1)
    left: float = 0.0
    top: float = 0.0
    scale: float = Field(default=1.0, gt=0)
    frame: Frame = "picture"


class Picture(Value):
    """A reference to a picture; `media.Store` holds its bytes.

    Attributes:
        sha256: hash of the stored bytes, in hex.
        width, height: pixels after EXIF rotation.
        name: where it came from, for people.
        origin: set when this is a crop or a rendered page.
    """

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    format: str
    name: str = ""
    origin: Origin | None = None

    def box(self, x1: float, y1: float, x2: float, y2: float) -> Box:
        """A rectangle in this picture's own pixels, as a `Box` in its original's frame."""
        o = self.origin or Origin()
        return Box(
            x1=o.left + x1 * o.scale,
            y1=o.top + y1 * o.scale,
            x2=o.left + x2 * o.scale,
            y2=o.top + y2 * o.scale,
            frame=o.frame,
        )

    def local(self, box: Box) -> tuple[float, float, float, float]:
        """The inverse of `box`: x1, y1, x2, y2 in this picture's own pixels."""
        o = self.origin or Origin()
        if box.frame != o.frame:
            raise ValueError(f"expected a box in the {o.frame} frame, got {box.frame}")
        return (
            (box.x1 - o.left) / o.scale,
            (box.y1 - o.top) / o.scale,
            (box.x2 - o.left) / o.scale,
            (box.y2 - o.top) / o.scale,
        )

    @property
    def original(self) -> str:
        """SHA-256 of the picture that boxes of this picture refer to."""
        return (self.origin.picture if self.origin else None) or self.sha256


class Detection(Value):
    """One object found by a detector."""

    label: str
    score: float = Field(ge=0, le=1)
    box: Box


class TextLine(Value):
    """One line of text read from a picture; `row` numbers lines that stand side by side alike."""

    text: str
    score: float = Field(ge=0, le=1)
    box: Box
    row: int = Field(default=0, ge=0)


class Source(Value):
    """What evidence was taken from: a picture (SHA-256) or a page of a document (1-based).

    Attributes:
        seconds: from the beginning of a video, of which a page is a moment.
    """

    picture: str | None = None
    document: str | None = None
    page: int | None = Field(default=None, ge=1)
    name: str = ""
    seconds: float | None = Field(default=None, ge=0)


class Cell(Value):
    """A cell of a table.

    Attributes:
        text: as written.
        row, column: of its upper left corner, from 0.
        row_span, column_span: how many rows and columns it covers.
        is_header: it names others: a head of columns, or a label of rows.
        header: the heads it stands under, outermost first: ("Year ended", "2022").
        label: what names its row: ("Assets", "Cash").
        box: where it stands; in page points, or pixels of a picture.
        page: on which page, as one table may go on over several; None without pages.
    """

    text: str
    row: int = Field(ge=0)
    column: int = Field(ge=0)
    row_span: int = Field(default=1, ge=1)
    column_span: int = Field(default=1, ge=1)
    is_header: bool = False
    header: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    box: Box | None = None
    page: int | None = Field(default=None, ge=1)


class Table(Value):
    """A table as values; words for a model are rendered from it last and never parsed back.

    Attributes:
        lines: of the text it stands in, from 0, the one of each row; -1 for a row that stands on none,
            empty where the table was not read from lines.
    """

    cells: tuple[Cell, ...]
    caption: str = ""
    page: int | None = Field(default=None, ge=1)
    box: Box | None = None
    lines: tuple[int, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (
            max((cell.row + cell.row_span for cell in self.cells), default=0),
            max((cell.column + cell.column_span for cell in self.cells), default=0),
        )

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """The cells that begin in each row, from left to right."""
        found: list[list[Cell]] = [[] for _ in range(self.shape[0])]
        for cell in self.cells:
            found[cell.row].append(cell)
        return tuple(tuple(sorted(row, key=lambda cell: cell.column)) for row in found)


class Calculation(Value):
    """A number that the program worked out: `expression` as it was evaluated, `result` as written."""

    expression: str
    result: str


class FoundDifference(Value):
    """One difference between two pictures, or between two versions of a document.

    Attributes:
        kind: "added" is in the second only, "removed" in the first only.
        text: what it is, as one line.
        before, after: the words of each, where words differ.
        first, second: where it stands in each; () where it has no place there.
        pages: of documents, that it stands on, 1-based; None where it is on none.
    """

    kind: Literal["added", "removed", "changed"]
    text: str
    before: str = ""
    after: str = ""
    first: tuple[Box, ...] = ()
    second: tuple[Box, ...] = ()
    pages: tuple[int | None, int | None] = (None, None)


class Seen(Value):
    """A statement that rests on what the model saw, with the crop it was shown where there is one."""

    statement: str
    crop: Picture | None = None


class Evidence(Value):
    """Something an expert saw, in words a language model can read, with its place.

    Attributes:
        id: "E1", "E2" ... within one answer; "" until the controller numbers it.
        text: what was found, in words; of a passage the page's own. `agent.evidence.rendering.in_words`
            makes of it what the model is told.
        heading: what a passage stands under, outermost first.
        detections, lines: the finer parts it was made from, where there are any.
        call: id of the tool call it came from.
        picture: to be looked at with it by a model that sees: the page it stands on.
        tables, calculation, seen, differences: what it says as values, for programs; `text` is for
            models and people. Lines of tables are those of `text`.
        said: the sentence of a summary that rests on it.
    """

    id: str = ""
    kind: EvidenceKind
    text: str
    source: Source = Source()
    boxes: tuple[Box, ...] = ()
    detections: tuple[Detection, ...] = ()
    lines: tuple[TextLine, ...] = ()
    score: float = Field(default=1.0, ge=0, le=1)
    call: str = ""
    picture: Picture | None = None
    heading: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    calculation: Calculation | None = None
    seen: Seen | None = None
    differences: tuple[FoundDifference, ...] = ()
    said: str = ""


class ToolCall(Value):
    """A tool and its arguments, as JSON values.

    Attributes:
        title: what the tool does, for people; set when the call is run.
    """

    id: str = ""
    tool: str
    title: str = ""
    arguments: dict[str, Any] = Field(default_factory=dict)


class ToolFailure(Value):
    """Why a tool gave no result; shown to the model as an observation."""

    kind: ToolErrorKind
    message: str


class ToolResult(Value):
    """What came of a call: evidence, or a failure."""

    call: ToolCall
    evidence: tuple[Evidence, ...] = ()
    error: ToolFailure | None = None
    seconds: float = 0.0
    cached: bool = False


class Step(Value):
    """One node of the controller that ran; `started` is seconds since the run began.

    Attributes:
        did: what it did, with its figures.
        words: what it came to, for people; may be empty.
    """

    node: Node
    started: float
    seconds: float
    did: str
    words: str = ""


class Usage(Value):
    """What a run cost; `seconds` is by node, `total_seconds` the whole.

    Attributes:
        prompt_tokens: of all prompts together, as long as they are.
        prefill_tokens: those of them that the model had to read; the others it knew from before.
        vision_passes: pictures that the vision encoder looked at, for a model in this process.
    """

    model_calls: int = 0
    prompt_tokens: int = 0
    prefill_tokens: int = 0
    completion_tokens: int = 0
    vision_passes: int = 0
    tool_calls: int = 0
    seconds: dict[str, float] = Field(default_factory=dict)
    total_seconds: float = 0.0


class Passage(Value):
    """A stretch of a document's page that a search found.

    Attributes:
        document: the document's name in the index.
        page: 1-based.
        text: the page's own words.
        heading: what it stands under: title, chapter, section; outermost first.
        boxes: where the words stand, one box a line; in page points, or pixels of a picture.
        tables: what of the page's tables stands in it, with the heads of their columns; their lines are
            those of `text`.
        score: 0..1; how sure the ranking is, comparable within one search only.
        found_by: the ways that led to it: "words", "text", "picture", "reranker"; "label" and
            "written" where pictures were looked for by what they show.
        id: of the passage in its index; changes when the document does.
        seconds, until: of a moment of a video, when it begins and ends.
    """

    document: str
    page: int = Field(ge=1)
    text: str
    heading: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    tables: tuple[Table, ...] = ()
    score: float = Field(default=0.0, ge=0, le=1)
    found_by: tuple[str, ...] = ()
    id: int = 0
    seconds: float | None = Field(default=None, ge=0)
    until: float | None = Field(default=None, ge=0)


class SoughtThing(Value):
    """Something that pictures are to show, and the detector's names for it; none where it has none."""

    thing: str
    kinds: tuple[str, ...] = ()


class Depicted(Value):
    """What came of looking for pictures by what they show.

    Attributes:
        things: what was looked for, in the query's own words.
        passages: the pictures, the surest first; their boxes say where the things are.
        found: how many there are, also beyond the limit.
        why: there is none, and among what was looked; "" where some were found.
    """

    things: tuple[SoughtThing, ...]
    passages: tuple[Passage, ...] = ()
    found: int = Field(default=0, ge=0)
    why: str = ""


class Citation(Value):
    """Where one statement of the answer is written or seen.

    Attributes:
        start, end: the statement's characters in `Answer.text`.
        quote: the words of the evidence that carry it.
        known: how the statement is known; None where an earlier version did not say.
    """

    evidence: str
    source: Source
    boxes: tuple[Box, ...] = ()
    quote: str = ""
    start: int = Field(default=0, ge=0)
    end: int = Field(default=0, ge=0)
    known: Provenance | None = None


class Illustration(Value):
    """A figure or a picture that a paragraph of an answer rests on.

    Attributes:
        caption: its own, or what it is called.
        boxes: what it was cut out of its page by; () where it is whole.
        after: characters of `Answer.text` before it: it belongs behind the paragraph that ends there.
    """

    picture: Picture
    caption: str
    source: Source
    boxes: tuple[Box, ...] = ()
    after: int = Field(default=0, ge=0)


FieldStatus = Literal["found", "missing", "unsure"]
FieldSource = Literal["page", "embedded", "form"]


class Review(Value):
    """That a person confirmed or corrected a value that was read.

    Attributes:
        by: who.
        at: when, in UTC.
        found: the value that was read; where it was confirmed it is the field's value, too.
        status: of the value that was read.
    """

    by: str
    at: datetime
    found: Any = None
    status: FieldStatus = "missing"


class LineReview(Value):
    """That a person added a line to a list of a record, or removed one.

    Attributes:
        path: of the line: "lines[2]". The others keep theirs: the number of a removed one is left out.
        removed: it is not in the record; else it was added.
        by: who.
        at: when, in UTC.
        found: what was read in it, by column.
    """

    path: str
    removed: bool
    by: str
    at: datetime
    found: dict[str, Any] = Field(default_factory=dict)


class ExtractedField(Value):
    """One value of a record, with its place.

    Attributes:
        path: which field: "total", "seller.name", "lines[0].amount".
        value: of the field's type: text, number, true or false, an ISO date; None where it is missing.
        status: "unsure" where something speaks against it; `reason` says what.
        page: 1-based.
        boxes: where it is written.
        quote: the page's own words.
        alternatives: other values that it may be.
        source: what it was taken from: the page, data embedded in the file, a form's field.
        review: who confirmed or corrected it, and what had been read; None where nobody did.
    """

    path: str
    value: Any = None
    status: FieldStatus = "missing"
    page: int | None = Field(default=None, ge=1)
    boxes: tuple[Box, ...] = ()
    quote: str = ""
    confidence: float = Field(default=0.0, ge=0, le=1)
    alternatives: tuple[Any, ...] = ()
    source: FieldSource = "page"
    reason: str = ""
    review: Review | None = None


class ExtractedRecord(Value):
    """The record of a document, or of one page.

    Attributes:
        document: the file's path as it was given.
        page: only this page was read; None for the whole document.
        record: the values, nested as in the schema; None where missing.
        fields: every value with its place, in the schema's order.
        doubts: what does not fit together and could not be settled.
        lacking: fields that the schema requires and the document does not give.
        pages: how many were read.
        line_reviews: lines of lists that people added or removed.
    """

    document: str
    page: int | None = Field(default=None, ge=1)
    record: dict[str, Any]
    fields: tuple[ExtractedField, ...] = ()
    doubts: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    pages: int = Field(default=0, ge=0)
    line_reviews: tuple[LineReview, ...] = ()


class Answer(Value):
    """What the user gets, with everything needed to check it.

    Attributes:
        form: what kind of answer was asked for.
        records: typed records, where documents were asked to be read into a schema.
        rows: a list or a table as values, one row a line; of a table the first row names the columns.
        findings: names of the checks that doubted a draft of it, or put one right.
        illustrations: the figures and pictures that a longer answer rests on, in its order.
    """

    question: str
    text: str
    status: Status
    confidence: float = Field(ge=0, le=1)
    stop_reason: StopReason
    citations: tuple[Citation, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    pictures: tuple[Picture, ...] = ()
    results: tuple[ToolResult, ...] = ()
    steps: tuple[Step, ...] = ()
    usage: Usage = Usage()
    model: str = ""
    pack: str = ""
    form: FormName = "fact"
    rows: tuple[tuple[str, ...], ...] = ()
    findings: tuple[str, ...] = ()
    records: tuple[ExtractedRecord, ...] = ()
    illustrations: tuple[Illustration, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON has it."""
        return self.model_dump(mode="json")

    def plot(self, store: Any = None) -> Any:
        """Its pictures with the boxes it rests on, as a matplotlib figure.

        Args:
            store: a `Store` that holds the pictures; that of the settings by default.
        """
        return _presentation().answer_figure(self, store)

    def __repr__(self) -> str:
        """Short, for people; `to_dict` has the rest."""
        text = self.text if len(self.text) <= 80 else f"{self.text[:79]}…"
        cited = f"{len(self.citations)} citation{'' if len(self.citations) == 1 else 's'}"
        return f"Answer({text!r}, {self.status}, confidence {self.confidence:.2f}, {cited})"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        shown: str = _presentation().answer_html(self)
        return shown


def _presentation() -> Any:
    """Found by name and only when an answer is shown: it stands above the values it shows."""
    return import_module(".agent.presentation", __package__)


class StepStarted(Value):
    """A node of the graph begins."""

    type: Literal["step_started"] = "step_started"
    node: Node


class StepFinished(Value):
    """A node of the graph is done, and what it did."""

    type: Literal["step_finished"] = "step_finished"
    step: Step


class ToolStarted(Value):
    """A tool is asked; others may be asked meanwhile."""

    type: Literal["tool_started"] = "tool_started"
    call: ToolCall


class ToolProgress(Value):
    """How far a tool that takes long has come, in words for people."""

    type: Literal["tool_progress"] = "tool_progress"
    call: ToolCall
    text: str


class ToolFinished(Value):
    """A tool answered, or failed."""

    type: Literal["tool_finished"] = "tool_finished"
    result: ToolResult


class Token(Value):
    """A piece of the answer's text as it is written."""

    type: Literal["token"] = "token"
    text: str


class AnswerRevised(Value):
    """The text streamed so far is replaced by `text`."""

    type: Literal["answer_revised"] = "answer_revised"
    text: str
    reason: str = ""


class AnswerReady(Value):
    """The last event of every stream."""

    type: Literal["answer"] = "answer"
    answer: Answer


Event = Annotated[
    StepStarted
    | StepFinished
    | ToolStarted
    | ToolProgress
    | ToolFinished
    | Token
    | AnswerRevised
    | AnswerReady,
    Field(discriminator="type"),
]
