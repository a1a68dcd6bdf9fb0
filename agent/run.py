"""What one run carries besides its state: the model, the tools, the limits and where events go."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..control import Control
from ..media.store import Store
from ..retrieval.embeddings.text import Embedder
from ..schema import Event, Evidence, Picture
from ..settings import Settings
from ..tools.base import Tool
from ..tools.context import Context
from ..tools.documents.search import Searchable
from ..tools.execution.cache import ResultCache
from .budget import Meter
from .form_classifier import FormClassifier
from .planner import Planner

Emit = Callable[[Event], None]


@dataclass(frozen=True)
class Run:
    """Handed to every node; holds nothing that a checkpoint must keep.

    Attributes:
        embedder: says how alike texts are, the planner's; None where none is installed.
        index: the user's documents, where there are any.
        findings: names of the checks that found something in a draft, for the record.
        temperature: that confidences of this model are tempered by.
    """

    settings: Settings
    model: Meter
    tools: dict[str, Tool]
    planner: Planner
    forms: FormClassifier
    embedder: Embedder | None
    store: Store
    cache: ResultCache
    control: Control
    emit: Emit
    model_name: str
    pack: str
    index: Searchable | None = None
    findings: set[str] = field(default_factory=set)
    temperature: float = 1.0
    began: float = field(default_factory=time.monotonic)

    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began

    def context(self, pictures: Sequence[Picture], evidence: Sequence[Evidence] = ()) -> Context:
        """What a tool call of this run is lent."""
        return Context(
            tuple(pictures), self.store, self.control, tuple(evidence), charge=self.model.include
        )
