"""What goes before the model: pictures share the room, ranked passages are whole or left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.evidence.rendering import estimate_tokens, in_words
from looktwice.agent.evidence.selection import keep, trusted, unrepeated
from looktwice.schema import Box, Evidence, EvidenceKind, Picture, Source, TextLine
from looktwice.tools.calculate import calculation_evidence, evaluate, spell


def passage(number: int, words: int = 30, call: str = "C1") -> Evidence:
    return Evidence(
        id=f"E{number}",
        kind="passage",
        text=" ".join(["word"] * words),
        source=Source(document="a.pdf", page=number),
        call=call,
    )


def ids(evidence: list[Evidence]) -> list[str]:
    return [e.id for e in evidence]


def test_the_best_passages_are_whole_and_the_rest_left_out() -> None:
    hits = [passage(n) for n in range(1, 9)]
    room = 3 * estimate_tokens(in_words(hits[0])) + 5
    assert keep(hits, room) == hits[:3]


def test_a_best_one_that_is_too_long_is_cut() -> None:
    (only,) = keep([passage(1, words=900), passage(2, words=900)], 200)
    assert only.id == "E1"
    assert estimate_tokens(in_words(only)) <= 200


def test_a_small_one_behind_a_large_one_still_fits() -> None:
    hits = [passage(1), passage(2, words=900), passage(3)]
    assert ids(keep(hits, 200)) == ["E1", "E3"]


def test_several_searches_take_turns_the_last_one_first() -> None:
    hits = [*(passage(n) for n in range(1, 5)), *(passage(n, call="C2") for n in range(5, 9))]
    one = estimate_tokens(in_words(hits[0])) + 1
    assert ids(keep(hits, one)) == ["E5"]
    assert ids(keep(hits, 2 * one)) == ["E1", "E5"]
    assert ids(keep(hits, 5 * one)) == ["E1", "E2", "E5", "E6", "E7"]


def test_pictures_leave_half_of_the_room_to_passages() -> None:
    long = Evidence(id="E1", kind="text", text="line of words\n" * 500)
    kept = keep([long, *(passage(n) for n in range(2, 9))], 400)
    assert estimate_tokens(kept[0].text) <= 200
    assert len(kept) > 3


def test_the_same_words_in_two_documents_are_two() -> None:
    one, other = passage(1), passage(1).model_copy(update={"source": Source(document="b.pdf")})
    assert len(keep([one, one, other], 4000)) == 2


KINDS: list[EvidenceKind] = ["text", "objects", "passage", "image", "calculation"]


@given(
    st.lists(
        st.tuples(st.sampled_from(KINDS), st.integers(0, 400), st.sampled_from(["C1", "C2"])),
        max_size=8,
    ),
    st.integers(40, 2000),
)
def test_order_is_kept_and_passages_fit(
    made: list[tuple[EvidenceKind, int, str]], room: int
) -> None:
    evidence = [
        Evidence(id=f"E{n}", kind=kind, text=f"{n} " + "w " * length, call=call)
        for n, (kind, length, call) in enumerate(made, 1)
    ]
    kept = keep(evidence, room)
    numbers = [int(e.id[1:]) for e in kept]
    assert numbers == sorted(set(numbers))
    assert bool(kept) == bool(evidence)
    whole = {e.id: e.text for e in evidence}
    ranked = [e for e in kept if e.kind in ("passage", "image")]
    if len(ranked) > 1:
        assert all(e.text == whole[e.id] for e in ranked)
    assert {e.id for e in kept} >= {e.id for e in evidence if e.kind in ("text", "objects")}


def test_sums_are_trusted_where_their_numbers_were_read() -> None:
    def total(expression: str) -> Evidence:
        made = calculation_evidence(expression, spell(evaluate(expression)))
        return made.model_copy(update={"id": "E9"})

    read = passage(1).model_copy(update={"text": "Capital expenditure (1,577) 1,373 12.5%"})
    for words in ("1577 - 1373", "(1,577 / 1,373 - 1) * 100", "-1577 + 2019"):
        assert len(trusted([read, total(words)], "How much more than 2019?")) == 2
    assert trusted([read, total("9999 - 1373")], "How much?") == (read,)
    seen = Evidence(id="E1", kind="text", text="Total 8.20")
    assert trusted([seen, total("84 * 1")], "What is the room number?") == (seen,)
    assert len(trusted([seen, total("50 - 8.20")], "What is left of 50?")) == 2
    alone = (total("9999 - 1373"),)
    assert trusted(alone, "What is it?") == alone
    assert trusted(alone, "What is it?", pictured=True) == ()


PICTURE = Picture(sha256="a" * 64, width=100, height=50, format="PNG")
SEEN = Source(picture=PICTURE.original)


def lines(*texts: str) -> tuple[TextLine, ...]:
    return tuple(TextLine(text=t, score=0.9, box=Box(x1=0, y1=0, x2=9, y2=9)) for t in texts)


def read(*texts: str, source: Source = SEEN) -> Evidence:
    return Evidence(kind="text", text="\n".join(texts), lines=lines(*texts), source=source)


def looked(*texts: str, side: float = 100, source: Source = SEEN) -> Evidence:
    return Evidence(
        kind="region",
        text=f"main colours grey; text there: {' / '.join(texts)}",
        boxes=(Box(x1=0, y1=0, x2=side, y2=50),),
        lines=lines(*texts),
        source=source,
    )


def told(item: Evidence, *known: Evidence) -> str:
    (after,) = unrepeated([item], known, [PICTURE])
    assert after.lines == item.lines
    return after.text.rpartition("; ")[2]


def test_what_was_read_before_is_not_told_again() -> None:
    before = read("Total 8.20", "Thank you")
    assert told(looked("Total 8.20", "THANK YOU"), before) == "text there: as read before"
    assert told(looked("Total 8.20", "Cash 9"), before) == "text there: Cash 9"
    assert told(looked("Cash 9"), before) == "text there: Cash 9"


def test_what_says_more_than_the_words_is_told_whole() -> None:
    before = read("EXIT")
    assert told(looked("EXIT", side=40), before) == "text there: EXIT"  # where it stands
    other = Source(picture="b" * 64)
    assert told(looked("EXIT"), read("EXIT", source=other)) == "text there: EXIT"
    assert told(looked("EXIT")) == "text there: EXIT"
    assert unrepeated([before], [before], [PICTURE]) == (before,)


def test_two_looks_side_by_side_tell_the_words_once() -> None:
    both = unrepeated([read("EXIT"), looked("EXIT")], [], [PICTURE])
    assert [item.text.count("EXIT") for item in both] == [1, 0]
