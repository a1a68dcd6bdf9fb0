"""Looktwice: the multimodal assistant that looks twice before it answers.

>>> from looktwice import Assistant
>>> with Assistant.from_settings() as assistant:
...     answer = assistant.ask("What is the total?", images=["receipt.jpg"])

The names below are loaded when they are first used, so importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .agent.assistant import Assistant
    from .agent.backends.base import (
        ChatModel,
        Choice,
        Message,
        Reply,
    )
    from .agent.backends.scripted import ScriptedModel
    from .agent.batch.record_file import RecordFile, RecordLine
    from .agent.extraction.records.results.extracted import Extracted, ExtractedRecords
    from .agent.extraction.records.schemas.fields import FieldSpec, ListSpec, RecordSpec
    from .agent.extraction.records.schemas.requests import RecordRequest
    from .agent.forms import Form
    from .agent.given_documents import ReadDocuments
    from .agent.planner import Example
    from .agent.state import Turn
    from .agent.verification.base import Case, Check, Disagreement, Doubt, Pass, Replace
    from .control import Control
    from .errors import (
        BadInput,
        Cancelled,
        DeadlinePassed,
        LooktwiceError,
        MissingExtra,
        ModelError,
        OfflineError,
        Stopped,
        ToolError,
        UsageError,
        WeightsError,
    )
    from .media.store import Store
    from .retrieval.catalog.rows import (
        Counts,
        Document,
        FailedFile,
        Filters,
    )
    from .retrieval.duplicates.find import Duplicates
    from .retrieval.embeddings.pages import PageRetriever
    from .retrieval.embeddings.picture import PictureEmbedder
    from .retrieval.embeddings.text import Embedder
    from .retrieval.index import Index
    from .retrieval.ingest.progress import (
        IngestProgress,
        IngestSummary,
    )
    from .retrieval.ingest.reader import ScanReader
    from .retrieval.loaders.base import (
        Attachment,
        DocumentFormat,
        DocumentInfo,
        DocumentReader,
        IllustratedPage,
        Inset,
        Loader,
        Renderer,
        Scan,
    )
    from .retrieval.maintenance import VerifyReport
    from .retrieval.outline import Caption, DocumentOutline, Section
    from .retrieval.pages import Page, PageLine, RawLine, Word, build_page
    from .retrieval.ranking.fusion import Reranker
    from .retrieval.ranking.page_rerank import PageReranker
    from .retrieval.watching.questions import VideoQuestion
    from .retrieval.watching.readings import Reading
    from .retrieval.watching.search import Watched
    from .retrieval.watching.spans import Shown, Span
    from .schema import (
        Answer,
        AnswerReady,
        AnswerRevised,
        Box,
        Calculation,
        Cell,
        Citation,
        Depicted,
        Detection,
        Event,
        Evidence,
        ExtractedField,
        ExtractedRecord,
        FoundDifference,
        Illustration,
        LineReview,
        Origin,
        Passage,
        Picture,
        Review,
        Seen,
        SoughtThing,
        Source,
        Step,
        StepFinished,
        StepStarted,
        Table,
        TextLine,
        Token,
        ToolCall,
        ToolFailure,
        ToolFinished,
        ToolProgress,
        ToolResult,
        ToolStarted,
        Usage,
    )
    from .settings import (
        Checks,
        Devices,
        DocumentLimits,
        Limits,
        Mcp,
        McpServer,
        MediaLimits,
        PageLimits,
        Retrieval,
        ServeLimits,
        Settings,
        Stages,
        Thresholds,
    )
    from .tools.base import (
        Tool,
        tool,
    )
    from .tools.context import Context
    from .tools.documents.search import (
        DocumentEntry,
        Searchable,
    )

__version__ = "0.2.0"

_HOMES = {
    "agent.assistant": ("Assistant",),
    "agent.backends.base": ("ChatModel", "Choice", "Message", "Reply"),
    "agent.backends.scripted": ("ScriptedModel",),
    "agent.batch.record_file": ("RecordFile", "RecordLine"),
    "agent.extraction.records.results.extracted": ("Extracted", "ExtractedRecords"),
    "agent.extraction.records.schemas.fields": ("FieldSpec", "ListSpec", "RecordSpec"),
    "agent.extraction.records.schemas.requests": ("RecordRequest",),
    "agent.forms": ("Form",),
    "agent.given_documents": ("ReadDocuments",),
    "agent.planner": ("Example",),
    "agent.state": ("Turn",),
    "agent.verification.base": ("Case", "Check", "Disagreement", "Doubt", "Pass", "Replace"),
    "control": ("Control",),
    "errors": (
        "BadInput",
        "Cancelled",
        "DeadlinePassed",
        "LooktwiceError",
        "MissingExtra",
        "ModelError",
        "OfflineError",
        "Stopped",
        "ToolError",
        "UsageError",
        "WeightsError",
    ),
    "media.store": ("Store",),
    "retrieval.catalog.rows": ("Counts", "Document", "FailedFile", "Filters"),
    "retrieval.duplicates.find": ("Duplicates",),
    "retrieval.embeddings.pages": ("PageRetriever",),
    "retrieval.embeddings.picture": ("PictureEmbedder",),
    "retrieval.embeddings.text": ("Embedder",),
    "retrieval.index": ("Index",),
    "retrieval.ingest.progress": ("IngestProgress", "IngestSummary"),
    "retrieval.ingest.reader": ("ScanReader",),
    "retrieval.loaders.base": (
        "Attachment",
        "DocumentFormat",
        "DocumentInfo",
        "DocumentReader",
        "IllustratedPage",
        "Inset",
        "Loader",
        "Renderer",
        "Scan",
    ),
    "retrieval.maintenance": ("VerifyReport",),
    "retrieval.outline": ("Caption", "DocumentOutline", "Section"),
    "retrieval.pages": ("Page", "PageLine", "RawLine", "Word", "build_page"),
    "retrieval.ranking.fusion": ("Reranker",),
    "retrieval.ranking.page_rerank": ("PageReranker",),
    "retrieval.watching.questions": ("VideoQuestion",),
    "retrieval.watching.readings": ("Reading",),
    "retrieval.watching.search": ("Watched",),
    "retrieval.watching.spans": ("Shown", "Span"),
    "schema": (
        "Answer",
        "AnswerReady",
        "AnswerRevised",
        "Box",
        "Calculation",
        "Cell",
        "Citation",
        "Depicted",
        "Detection",
        "Event",
        "Evidence",
        "ExtractedField",
        "ExtractedRecord",
        "FoundDifference",
        "Illustration",
        "LineReview",
        "Origin",
        "Passage",
        "Picture",
        "Review",
        "Seen",
        "SoughtThing",
        "Source",
        "Step",
        "StepFinished",
        "StepStarted",
        "Table",
        "TextLine",
        "Token",
        "ToolCall",
        "ToolFailure",
        "ToolFinished",
        "ToolResult",
        "ToolProgress",
        "ToolStarted",
        "Usage",
    ),
    "settings": (
        "Checks",
        "DocumentLimits",
        "Limits",
        "Mcp",
        "Devices",
        "McpServer",
        "MediaLimits",
        "PageLimits",
        "Retrieval",
        "ServeLimits",
        "Settings",
        "Stages",
        "Thresholds",
    ),
    "tools.base": ("Tool", "tool"),
    "tools.context": ("Context",),
    "tools.documents.search": ("DocumentEntry", "Searchable"),
}
"""Where each public name is defined; all that is documented as the interface for programs."""
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Answer",
    "AnswerReady",
    "AnswerRevised",
    "Assistant",
    "Attachment",
    "BadInput",
    "Box",
    "Calculation",
    "Cancelled",
    "Caption",
    "Case",
    "Cell",
    "ChatModel",
    "Check",
    "Checks",
    "Choice",
    "Citation",
    "Context",
    "Control",
    "Counts",
    "DeadlinePassed",
    "Depicted",
    "Detection",
    "Devices",
    "Disagreement",
    "Document",
    "DocumentEntry",
    "DocumentFormat",
    "DocumentInfo",
    "DocumentLimits",
    "DocumentOutline",
    "DocumentReader",
    "Doubt",
    "Duplicates",
    "Embedder",
    "Event",
    "Evidence",
    "Example",
    "Extracted",
    "ExtractedField",
    "ExtractedRecord",
    "ExtractedRecords",
    "FailedFile",
    "FieldSpec",
    "Filters",
    "Form",
    "FoundDifference",
    "IllustratedPage",
    "Illustration",
    "Index",
    "IngestProgress",
    "IngestSummary",
    "Inset",
    "Limits",
    "LineReview",
    "ListSpec",
    "Loader",
    "LooktwiceError",
    "Mcp",
    "McpServer",
    "MediaLimits",
    "Message",
    "MissingExtra",
    "ModelError",
    "OfflineError",
    "Origin",
    "Page",
    "PageLimits",
    "PageLine",
    "PageReranker",
    "PageRetriever",
    "Pass",
    "Passage",
    "Picture",
    "PictureEmbedder",
    "RawLine",
    "ReadDocuments",
    "Reading",
    "RecordFile",
    "RecordLine",
    "RecordRequest",
    "RecordSpec",
    "Renderer",
    "Replace",
    "Reply",
    "Reranker",
    "Retrieval",
    "Review",
    "Scan",
    "ScanReader",
    "ScriptedModel",
    "Searchable",
    "Section",
    "Seen",
    "ServeLimits",
    "Settings",
    "Shown",
    "SoughtThing",
    "Source",
    "Span",
    "Stages",
    "Step",
    "StepFinished",
    "StepStarted",
    "Stopped",
    "Store",
    "Table",
    "TextLine",
    "Thresholds",
    "Token",
    "Tool",
    "ToolCall",
    "ToolError",
    "ToolFailure",
    "ToolFinished",
    "ToolProgress",
    "ToolResult",
    "ToolStarted",
    "Turn",
    "Usage",
    "UsageError",
    "VerifyReport",
    "VideoQuestion",
    "Watched",
    "WeightsError",
    "Word",
    "build_page",
    "tool",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'looktwice' has no attribute {name!r}")
    from .extensions.extras import needs

    with needs("index"):  # the only extra that a public name can lack
        return getattr(import_module(f".{_HOME_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
