"""intake: what is asked, about which pictures, in words that stand alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...prompts import render
from ...schema import Picture
from ..backends.base import Message
from ..evidence.grounding import same_word
from ..references import Reference, named_documents
from ..run import Run
from ..state import State, Turn
from ..text.facts import content_words, squeezed
from .base import Done

_REMEMBERED_TURNS = 6
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
_KIND = r"(?:picture|image|photo|photograph|page|receipt|scan|screenshot|document)"
_MORE = 31
"""Numbers named after the first; words for eight at most, or "first, first, ..." costs its square."""
_AND = r"(?:\s*(?:,|and|or|&)\s*)"
_NUMBERED = re.compile(
    rf"\b{_KIND}s?\s*(?:no\.?\s*|number\s*|#\s*)?(\d{{1,3}}(?:{_AND}\d{{1,3}}\b){{0,{_MORE}}})\b",
    re.IGNORECASE,
)
_NTH = rf"(?:{'|'.join(_ORDINALS)}|last)"
_ORDINAL = re.compile(rf"\b{_NTH}(?:{_AND}(?:the\s+)?{_NTH}){{0,8}}+\s+{_KIND}s?\b", re.IGNORECASE)


def intake(state: State, run: Run) -> Done:
    """Join the question with what the session knows."""
    turns = state.get("turns") or ()
    pictures = all_pictures(turns, state["given"])
    asked = standalone_question(state["question"], turns, run) if turns else state["question"]
    meant = target_pictures(asked, pictures, state["given"], turns)
    named = documents_named(asked, run)
    did = f"{len(pictures)} picture{'' if len(pictures) == 1 else 's'}"
    if named.documents:
        did += f", about {', '.join(named.documents)}"
    if named.question != state["question"]:
        did += f", understood as: {named.question}"
    update = State(
        standalone_question=named.question,
        pictures=pictures,
        target_pictures=meant,
        documents=named.documents,
    )
    return Done(update, did)


def documents_named(question: str, run: Run) -> Reference:
    """The documents of the run's index that a question names, and what it asks of them."""
    if run.index is None:
        return Reference((), question)
    return named_documents(question, (document.name for document in run.index.documents()))


def all_pictures(turns: Sequence[Turn], given: Sequence[Picture]) -> tuple[Picture, ...]:
    """Pictures of the whole conversation in the order they came, each once."""
    seen = {p.sha256: p for turn in turns for p in turn.pictures}
    seen |= {p.sha256: p for p in given if p.sha256 not in seen}
    return tuple(seen.values())


def target_pictures(
    question: str, pictures: Sequence[Picture], given: Sequence[Picture], turns: Sequence[Turn]
) -> tuple[int, ...]:
    """Numbers of the pictures a question is about.

    Those it names ("picture 2", "the second photo", a file's name), else those that came with it or, if
    none did, those of the last turn that had any, and those of earlier turns that it takes up. A number
    that does not exist is kept, so that it can be reported.
    """
    if named := pictures_named(question, pictures):
        return tuple(dict.fromkeys(named))
    recent = given or next((t.pictures for t in reversed(turns) if t.pictures), ())
    recalled = () if given else pictures_recalled(question, turns, recent)
    hashes = {p.sha256 for p in (*recent, *recalled)}
    return tuple(n for n, p in enumerate(pictures, 1) if p.sha256 in hashes)


def pictures_recalled(
    question: str, turns: Sequence[Turn], recent: Sequence[Picture]
) -> tuple[Picture, ...]:
    """Pictures of earlier turns whose answers a question takes up: "the one of Orchard Lane"."""
    hashes = {picture.sha256 for picture in recent}
    last = [t for t in turns if hashes & {picture.sha256 for picture in t.pictures}]
    earlier = [t for t in turns if t.pictures and t not in last]
    known = content_words(" ".join(t.answer for t in last))
    asked = content_words(question) - known
    return tuple(p for t in earlier if asked & content_words(t.answer) for p in t.pictures)


def pictures_named(question: str, pictures: Sequence[Picture]) -> list[int]:
    """Numbers of the pictures a question names: "pictures 1 and 3", "the first and last page"."""
    if len(pictures) < 2:
        return []
    named = [int(n) for part in _NUMBERED.findall(question) for n in re.findall(r"\d+", part)]
    words = [w for m in _ORDINAL.finditer(question) for w in re.findall(r"\w+", m.group().lower())]
    places = {**_ORDINALS, "last": len(pictures)}
    named += [places[w] for w in words if w in places]
    lowered = question.lower()
    named += [n for n, p in enumerate(pictures, 1) if "." in p.name and p.name.lower() in lowered]
    return named


def standalone_question(question: str, turns: Sequence[Turn], run: Run) -> str:
    """The question with what it borrows from the conversation written out.

    Small models tend to repeat the question before, or to answer, or to refuse; such a rewriting is
    dropped, and the words are taken as they were said.
    """
    conversation = "\n".join(
        f"User: {t.question}\nAssistant: {t.answer}" for t in turns[-_REMEMBERED_TURNS:]
    )
    prompt = render("standalone", conversation=conversation, question=question)
    reply = run.model.generate([Message(role="user", text=prompt)], max_tokens=80)
    lines = reply.text.strip().splitlines() or [""]
    rewritten = lines[0].strip()
    asked_before = {squeezed(turn.question) for turn in turns}
    dropped = squeezed(rewritten) in asked_before | {""}
    if dropped or not (run.model.sees_images or only_adds(rewritten, question, conversation)):
        return question
    return rewritten


def only_adds(rewritten: str, question: str, conversation: str) -> bool:
    """Whether a rewriting keeps most words of a question ("them" may go) and adds none nobody said."""
    asked, new = content_words(question), content_words(rewritten)
    known = asked | content_words(conversation)
    kept = [word for word in asked if any(same_word(word, there) for there in new)]
    added = [word for word in new if not any(same_word(word, said) for said in known)]
    return 2 * len(kept) >= len(asked) and not added
