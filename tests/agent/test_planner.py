"""Which tools a question needs, learned from examples."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.planner import (
    SET_BY_CODE,
    Example,
    Neighbour,
    Planner,
    examples_of_tools,
    open_arguments,
    parse_examples,
    plan_schema,
    shipped_examples,
    show_example,
    vote,
)
from looktwice.errors import UsageError
from looktwice.schema import ToolCall
from looktwice.tools.base import Tool, tool
from looktwice.tools.records.query import records_tools
from looktwice.tools.records.table import Collection
from looktwice.tools.registry import default_tools

from . import fake_index, kit

SHIPPED = shipped_examples()


@pytest.fixture
def tools(starterless: Any) -> dict[str, Tool]:
    of_records = records_tools(lambda control: Collection(()))
    return {t.name: t for t in [*starterless, *of_records]}


@pytest.fixture
def starterless(tmp_path: Path, store: Any) -> list[Tool]:
    from looktwice.settings import Settings

    index = fake_index.MemoryIndex({"a.pdf": [fake_index.page(1, "some text")]})
    return default_tools(Settings(home=tmp_path / "home"), store, index=index)


def example(question: str, *stages: Sequence[str], **arguments: Any) -> Example:
    return Example(
        question=question,
        stages=tuple(tuple(ToolCall(tool=t, arguments=arguments) for t in s) for s in stages),
    )


def near(*pairs: tuple[Example, float]) -> list[Neighbour]:
    return [Neighbour(e, similarity) for e, similarity in pairs]


READ, COUNT, TALK = example("r", ["read"]), example("c", ["count"]), example("t")


def conforms(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value fits the part of JSON schema that plans are made of."""
    if "const" in schema:
        return bool(value == schema["const"])
    if "anyOf" in schema:
        return any(conforms(value, option) for option in schema["anyOf"])
    kind = schema.get("type")
    if kind == "object":
        if not isinstance(value, dict):
            return False
        properties = schema["properties"]
        closed = set(value) <= set(properties)
        whole = set(schema.get("required", ())) <= set(value)
        return closed and whole and all(conforms(v, properties[k]) for k, v in value.items())
    if kind == "array":
        if not isinstance(value, list):
            return False
        least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
        items = schema.get("items", {})
        return least <= len(value) <= most and all(conforms(v, items) for v in value)
    plain: dict[Any, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    return isinstance(value, plain[kind]) if kind in plain else True


class TestShipped:
    def test_they_name_only_existing_tools(self, tools: dict[str, Tool]) -> None:
        assert {c.tool for e in SHIPPED for s in e.stages for c in s} <= set(tools)

    def test_no_question_stands_there_twice(self) -> None:
        questions = [e.question.strip().casefold() for e in SHIPPED]
        assert sorted({q for q in questions if questions.count(q) > 1}) == []

    def test_every_tool_and_no_tool_are_shown(self, tools: dict[str, Tool]) -> None:
        assert {c.tool for e in SHIPPED for s in e.stages for c in s} == set(tools)
        assert any(not e.stages for e in SHIPPED)

    def test_arguments_fit_the_tools(self, tools: dict[str, Tool]) -> None:
        for e in SHIPPED:
            for call in (c for s in e.stages for c in s):
                known = open_arguments(tools[call.tool], ToolCall(tool=call.tool))
                for name, value in call.arguments.items():
                    assert name in known, (e.question, name)
                    assert conforms(value, known[name]), (e.question, name, value)

    def test_the_plan_schema_takes_every_one(self, tools: dict[str, Tool]) -> None:
        schema = plan_schema(tools.values())
        empty = {"string": "", "array": []}
        for e in SHIPPED:
            stages = [
                [
                    {
                        "tool": c.tool,
                        "arguments": {
                            name: c.arguments.get(name, empty.get(part.get("type"), ""))
                            for name, part in open_arguments(
                                tools[c.tool], ToolCall(tool=c.tool)
                            ).items()
                        },
                    }
                    for c in stage
                ]
                for stage in e.stages
            ]
            assert conforms({"stages": stages}, schema), e.question

    def test_the_plan_schema_refuses_what_is_no_plan(self, tools: dict[str, Tool]) -> None:
        schema = plan_schema(tools.values())
        assert conforms({"stages": []}, schema)
        not_plans: tuple[Any, ...] = (
            {},
            {"stages": [[]]},
            {"stages": [[{"tool": "rm", "arguments": {}}]]},
            {"stages": [[{"tool": "read_text", "arguments": {"picture": 1}}]]},
            {"stages": [], "more": 1},
        )
        for wrong in not_plans:
            assert not conforms(wrong, schema)


class TestParsing:
    def test_blank_lines_are_skipped_and_lines_round_trip(self) -> None:
        text = "\n\n".join(e.model_dump_json() for e in (READ, COUNT, TALK)) + "\n"
        assert parse_examples(text, "mine") == [READ, COUNT, TALK]

    @pytest.mark.parametrize(
        "line", ["{", '{"question": 1}', '{"question": "a", "stages": [["x"]]}']
    )
    def test_a_wrong_line_is_named(self, line: str) -> None:
        with pytest.raises(UsageError, match=r"mine\.jsonl, line 3"):
            parse_examples(f"{READ.model_dump_json()}\n\n{line}", "mine.jsonl")

    def test_an_example_is_shown_with_its_script(self) -> None:
        shown = show_example(example("這是什麼?", ["look"], target="巴士"))
        assert "這是什麼?" in shown
        assert "巴士" in shown


class TestVote:
    def test_the_nearest_agree(self) -> None:
        assert vote(near((READ, 0.9), (READ, 0.8), (COUNT, 0.4))) == READ.stages

    def test_they_do_not(self) -> None:
        assert vote(near((READ, 0.8), (COUNT, 0.8))) is None

    def test_no_tool_is_a_plan_too(self) -> None:
        assert vote(near((TALK, 0.9), (TALK, 0.8))) == ()

    def test_a_very_near_one_outvotes_many_far_ones(self) -> None:
        assert vote(near((READ, 1.0), *[(COUNT, 0.6)] * 5)) == READ.stages

    def test_examples_that_have_nothing_in_common_with_it_do_not_count(self) -> None:
        assert vote(near((READ, 0.0), (COUNT, 0.0))) is None
        assert vote(near((READ, -0.5), (READ, -0.6))) is None

    def test_arguments_settled_in_all_winners_are_kept(self) -> None:
        everything = example("a", ["detect"], labels=[])
        plan = vote(near((everything, 0.9), (everything, 0.9)))
        assert plan == ((ToolCall(tool="detect", arguments={"labels": []}),),)

    def test_arguments_that_differ_are_left_to_be_filled(self) -> None:
        everything, dogs = (
            example("a", ["detect"], labels=[]),
            example("b", ["detect"], labels=["dog"]),
        )
        assert vote(near((everything, 0.9), (dogs, 0.9))) == ((ToolCall(tool="detect"),),)

    @given(
        st.lists(
            st.tuples(st.sampled_from([READ, COUNT, TALK]), st.floats(-1, 1)),
            min_size=1,
            max_size=6,
        ),
        st.floats(0.01, 1),
    )
    def test_a_plan_is_one_of_the_examples(self, pairs: list[Any], share: float) -> None:
        plan = vote(near(*pairs), share)
        assert plan is None or plan in [e.stages for e, _ in pairs]


class TestPlanner:
    def test_the_same_question_is_the_nearest(self, tools: dict[str, Tool]) -> None:
        planner = Planner(kit.WordEmbedder(), SHIPPED, tools)
        found = planner.nearest(SHIPPED[0].question)
        assert found[0].example == SHIPPED[0]
        assert found[0].similarity == pytest.approx(1.0)
        assert [n.similarity for n in found] == sorted((n.similarity for n in found), reverse=True)

    def test_examples_of_unknown_tools_are_left_out(self) -> None:
        assert Planner(kit.WordEmbedder(), [READ, COUNT, TALK], {"read"}).examples == [READ, TALK]
        with pytest.raises(UsageError, match="at least one example"):
            Planner(kit.WordEmbedder(), [READ], set())

    def test_demonstrations_are_always_the_same_and_show_long_arguments(self) -> None:
        many = [example(f"q{n}", ["look"], target="word " * n) for n in range(1, 31)]
        planner = Planner(kit.WordEmbedder(), [READ, *many], {"look", "read"})
        shown = planner.demonstrations("look", count=10)
        assert shown == planner.demonstrations("look", count=10)
        assert len(shown) == len({e.question for e in shown}) == 10
        assert many[-1] in shown
        assert planner.demonstrations("read") == []  # it takes nothing that has to be copied

    def test_tools_speak_for_themselves(self) -> None:
        @tool(examples=["What time is it?", "How late is it?"])
        def clock() -> str:
            """Tell the time."""
            return "noon"

        @tool
        def mute() -> str:
            """Say nothing at all."""
            return "-"

        found = [(e.question, e.route) for e in examples_of_tools([clock, mute])]
        assert found == [
            ("What time is it?", (("clock",),)),
            ("How late is it?", (("clock",),)),
            ("Say nothing at all.", (("mute",),)),
        ]

    def test_a_model_is_never_asked_for_pixels(self, tools: dict[str, Tool]) -> None:
        for t in tools.values():
            assert not SET_BY_CODE & set(open_arguments(t, ToolCall(tool=t.name)))


class TestCache:
    def planner(self, folder: Path, dimensions: int = 64) -> Planner:
        return Planner(kit.WordEmbedder(dimensions), [READ, COUNT], {"read", "count"}, cache=folder)

    def test_vectors_are_made_once(self, tmp_path: Path) -> None:
        self.planner(tmp_path).warm()
        second = self.planner(tmp_path)
        assert second.nearest("r")[0].example == READ
        assert second._similarity._embedder.embedded == 2  # type: ignore[attr-defined]  # a probe and the question
        assert not [p for p in tmp_path.iterdir() if p.suffix != ".npy"]

    def test_other_examples_have_other_vectors(self, tmp_path: Path) -> None:
        self.planner(tmp_path).warm()
        other = Planner(kit.WordEmbedder(64), [READ], {"read"}, cache=tmp_path)
        (found,) = other.nearest("r")
        assert (found.example, found.similarity) == (READ, pytest.approx(1.0))

    @pytest.mark.parametrize(
        "damaged", [b"", b"PK\x03\x04 no archive", b"nonsense", b"\x93NUMPY\x01\x00", b"\x00" * 500]
    )
    def test_a_damaged_file_is_made_again(self, tmp_path: Path, damaged: bytes) -> None:
        self.planner(tmp_path).warm()
        (file,) = tmp_path.iterdir()
        whole = file.read_bytes()
        file.write_bytes(damaged)
        assert self.planner(tmp_path).nearest("r")[0].example == READ
        assert file.read_bytes() == whole

    @given(length=st.integers(0, 300))
    def test_a_file_cut_short_anywhere_is_made_again(
        self, tmp_path_factory: pytest.TempPathFactory, length: int
    ) -> None:
        folder = tmp_path_factory.mktemp("cache")
        self.planner(folder).warm()
        (file,) = folder.iterdir()
        whole = file.read_bytes()
        file.write_bytes(whole[: min(length, len(whole) - 1)])
        self.planner(folder).warm()
        assert file.read_bytes() == whole

    def test_another_embedder_does_not_get_the_vectors_of_the_first(self, tmp_path: Path) -> None:
        self.planner(tmp_path, dimensions=64).warm()
        assert self.planner(tmp_path, dimensions=32).nearest("r")[0].example == READ

    def test_a_folder_that_cannot_be_written_only_costs_time(self, tmp_path: Path) -> None:
        blocked = tmp_path / "file"
        blocked.write_bytes(b"not a folder")
        assert self.planner(blocked).nearest("r")[0].example == READ

    def test_threads_may_load_at_once(self, tmp_path: Path) -> None:
        planner = self.planner(tmp_path)
        found: list[Example] = []
        threads = [
            threading.Thread(target=lambda: found.append(planner.nearest("r")[0].example))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [READ] * 8
