"""What every route is told of a question, worked out once and only where it is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...tools.comparing import COMPARE
from ...tools.documents.versions import COMPARE_DOCUMENTS
from ...tools.tables.query import FIND_TABLE
from ..forms import Form
from ..planner import NEIGHBOURS, Neighbour, vote
from ..querying import can_ask_tables
from ..record_querying import without_records
from ..run import Run
from ..state import Stage, State

COMPARES = frozenset({COMPARE, COMPARE_DOCUMENTS})
Stages = tuple[Stage, ...]


def tools_of(stages: Iterable[Stage]) -> set[str]:
    """The names of the tools of a plan."""
    return {call.tool for stage in stages for call in stage}


@dataclass(frozen=True)
class RoutingContext:
    """A question with what is at hand for it.

    Attributes:
        form: of the answer that is wanted.
    """

    state: State
    form: Form
    run: Run

    @property
    def question(self) -> str:
        """As it stands alone, without the turns before it."""
        return self.state["standalone_question"]

    @property
    def pictures(self) -> tuple[int, ...]:
        """Those it is about."""
        return self.state["target_pictures"]

    @property
    def reads(self) -> bool:
        """Whether the model cannot see: what it is to work with has to be read first."""
        return not self.run.model.sees_images

    @cached_property
    def ranked(self) -> Sequence[Neighbour]:
        """All examples, the most similar first."""
        return self.run.planner.nearest(self.question, len(self.run.planner.examples))

    @property
    def nearest(self) -> Sequence[Neighbour]:
        """The most similar ones, whatever they call."""
        return self.ranked[:NEIGHBOURS]

    @cached_property
    def neighbours(self) -> Sequence[Neighbour]:
        """The nearest examples; those that compare pictures only where there are two."""
        never = COMPARES - ({COMPARE} if len(self.pictures) > 1 else set())
        return [n for n in self.ranked if not tools_of(n.example.stages) & never][:NEIGHBOURS]

    @cached_property
    def voted(self) -> Stages | None:
        """What the nearest examples agree on; None where they do not."""
        return vote(self.neighbours)

    @cached_property
    def agreed(self) -> Stages | None:
        """The same without what only a question to all documents may call."""
        return without_records(self.voted)

    @cached_property
    def settled(self) -> Stages | None:
        """The same without tables where none can be asked for this form of answer."""
        agreed, tables = self.agreed, can_ask_tables(self.state, self.run)
        if not agreed or FIND_TABLE not in tools_of(agreed) or (self.form.brief and tables):
            return agreed
        return None if tables or self.run.index is not None else ()
