"""gate: what of the evidence goes before the model, and whether it is enough to answer from.

The second gate of mR2AG (is this evidence?), asked as a probability. Where the evidence is not enough
and a tool was not asked yet, the assistant looks again; where nothing is left to ask, it declines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from ...schema import Evidence, FormName
from ...tools.documents.search import OPEN
from ...tools.records.query import is_of_records
from ..calls import next_look
from ..evidence.extraction import extracts
from ..evidence.prompting import answer_messages, calculated, pages_shown, shown_evidence
from ..evidence.selection import RANKED, by_rank, keep, trusted
from ..policies.base import form_of
from ..policies.comparing import compared
from ..policies.finding import no_such_picture, pictures_found, watched
from ..policies.gathered import gathering_for
from ..policies.summarising import summed_up
from ..query_rewriting import page_finder
from ..querying import query_result, table_at_hand
from ..run import Run
from ..state import State, targets
from ..structured_output import probability_of_yes
from ..verification.measured import choice, count
from .base import Done

_LOOKED_UP: tuple[FormName, ...] = ("list", "table")


def gate(state: State, run: Run) -> Done:
    """Keep what fits, then ask whether it answers the question."""
    if summed_up(state) is not None:
        every = tuple(e.id for e in state["evidence"])
        return Done(State(shown=every, enough=every, answerable=1.0), "documents were summed up")
    parts, seen = focused(state, run), pages_seen(state)
    looked_at = seen if run.model.sees_images and others_than(seen, state) else set()
    question, pictured = state["standalone_question"], bool(state["target_pictures"])
    believed = trusted(state["evidence"], question, pictured, parts.values())
    telling = [e for e in believed if tells(e, parts, looked_at, run)]
    parts |= by_words_alone(telling, parts, looked_at)
    told = [parts.get(e.id, e) for e in telling]
    kept = keep(told, run.model.room_for_evidence(targets(state)))
    every = tuple(e.id for e in kept)
    update = State(shown=every, enough=every, extracts=parts, pages_seen=tuple(seen))
    if pictures_found(state, run) is not None or watched(state) is not None:
        return Done(State(**update, answerable=1.0), "pictures were found")
    if no_such_picture(state, run):
        return Done(State(**update, stop="unsupported"), "there is no such picture")
    if run.model.sees_images:  # it looks for itself; what it can tell is asked after the draft
        return Done(State(**update, answerable=1.0), f"{len(kept)} kept, the model looks itself")
    if query_result(state) is not None:
        return decide(update, 1.0, state, run, "asked of the table")
    if stages := table_at_hand(state, run, kept):
        # Not shown yet: where no table comes of it, what was read is still to be asked about.
        asked = State(stages=stages, looked=True)
        return Done(asked, "what was found is a table, which is asked whole")
    if not kept:
        return decide(update, 0.0, state, run, "nothing was seen")
    if state["shown"] and (update["shown"], parts) == (state["shown"], state["extracts"]):
        # What was not enough, or did not carry a draft, does not become so by asking again.
        return decide(update, 0.0, state, run, "nothing new")
    if gathering := gathering_for(state, run):
        update["gathering"] = gathering
        why = f"{gathering.operation} of {', '.join(gathering.fields)} of each picture"
        return decide(update, 1.0, state, run, why)
    if compared(state, kept, run) is not None:
        return decide(update, 1.0, state, run, "compared")
    if to_work_with(kept, state):
        return decide(update, 1.0, state, run, f"{len(kept)} kept to work with")
    if all(item.calculation is not None for item in kept) and calculated(kept) is not None:
        return decide(update, 1.0, state, run, "computed")
    if choice(state["standalone_question"], kept):
        return decide(update, 1.0, state, run, "one of the answers offered was measured")
    if count(state["standalone_question"], kept):
        return decide(update, 1.0, state, run, "what was asked for was counted")
    if not run.settings.stages.gate:
        return decide(update, 1.0, state, run, f"{len(kept)} kept, not asked")
    brought = news(kept, state)
    update["enough"] = tuple(e.id for e in brought)
    probability = probability_of_yes(
        run.model, answer_messages(state, brought, run, task="task_answerable")
    )
    return decide(update, probability, state, run, f"{len(kept)} kept")


def to_work_with(kept: Sequence[Evidence], state: State) -> bool:
    """Whether something is to be made of what was read, so that there is nothing to look up.

    A list or a table from pages that a search found is looked up: they may be about something else.
    """
    form = form_of(state)
    if form.name in _LOOKED_UP and any(item.kind in RANKED for item in kept):
        return False
    return form.worked and any(item.kind != "objects" for item in kept)


def pages_seen(state: State) -> set[str]:
    """Pictures of the pages that the model was shown; where one had answered, nobody would look again."""
    return {*state["pages_seen"], *(p.sha256 for p in pages_shown(shown_evidence(state)).values())}


def others_than(seen: Set[str], state: State) -> bool:
    """Whether there are pictures of pages that the model was not shown yet."""
    return any(e.picture is not None and e.picture.sha256 not in seen for e in state["evidence"])


def by_words_alone(
    telling: Sequence[Evidence], parts: Mapping[str, Evidence], looked_at: Set[str]
) -> dict[str, Evidence]:
    """The pages that were looked at, without their pictures, so that others are shown."""
    return {
        e.id: parts.get(e.id, e).model_copy(update={"picture": None})
        for e in telling
        if e.picture is not None and e.picture.sha256 in looked_at
    }


def tells(item: Evidence, parts: Mapping[str, Evidence], looked_at: Set[str], run: Run) -> bool:
    """Whether evidence bears on the question; to a model that sees, a page also by its look."""
    if is_of_records(item):
        return False
    if item.kind != "passage" or not parts or item.id in parts:
        return True
    picture = item.picture
    return run.model.sees_images and picture is not None and picture.sha256 not in looked_at


def news(kept: Sequence[Evidence], state: State) -> Sequence[Evidence]:
    """What a second look at pictures brought: it has to be enough without what was not.

    Asked again with more of anything before it, a small model grows surer. Retrieved lines are chosen
    anew each time.
    """
    if any(item.kind in RANKED for item in kept):
        return kept
    return [item for item in kept if item.id not in state["shown"]] or kept


def focused(state: State, run: Run) -> dict[str, Evidence]:
    """Of retrieved pages, the lines that bear on the question; {} where nothing was retrieved."""
    passages = [e for e in state["evidence"] if e.kind == "passage"]
    if not passages or run.embedder is None or not run.settings.stages.extract:
        return {}
    ranked = [passages[n] for n in by_rank(passages)]
    tokens = run.settings.limits.extract_tokens
    calls = {r.call.id for r in state["results"] if r.call.tool == OPEN}
    opened = {e.id for e in passages if e.call in calls}
    return extracts(
        state["standalone_question"], ranked, page_finder(run), run.embedder, tokens, opened
    )


def decide(update: State, probability: float, state: State, run: Run, why: str) -> Done:
    """Go on to the draft, look again with what was not tried, or decline.

    Where nothing is left to look with, less is enough for a first draft, and what was seen first counts
    as it did then: that a second look brought nothing says nothing against it.
    """
    did = f"{why}, answerable {probability:.2f}"
    update["answerable"] = probability
    lines = run.settings.thresholds
    least = lines.answerable_at_last if update["extracts"] else lines.answerable
    if probability >= least:
        return Done(update, did)
    more = next_look(state, run)
    if more:
        update["stages"], update["round"] = (more,), state["round"] + 1
        return Done(update, f"{did}; looking again with {', '.join(c.tool for c in more)}")
    earlier = state["answerable"] if state["shown"] else 0.0
    best = max(probability, earlier)
    if best >= lines.answerable_at_last and not state["draft"]:
        update["answerable"] = best
        if earlier > probability:
            update["shown"] = update["enough"] = state["enough"]
        return Done(update, f"{did}; nothing is left to look with")
    update["stop"] = "unsupported"
    return Done(update, f"{did}; not enough to answer")
