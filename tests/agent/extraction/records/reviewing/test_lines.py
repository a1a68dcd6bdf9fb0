"""Lines of lists as a whole."""

from __future__ import annotations

from looktwice.agent.extraction.records.reviewing.lines import (
    add_line,
    next_line,
    remove_line,
    values_of_line,
)
from looktwice.agent.extraction.records.schemas.sources import spec_of
from looktwice.agent.extraction.records.schemas.words import schema_of_words
from looktwice.schema import ExtractedField

SPEC = spec_of(schema_of_words("number, lines[]: name, amount: money"))


def fields_of(**values: object) -> dict[str, ExtractedField]:
    paths = {name.replace("_", "[0].", 1): value for name, value in values.items()}
    return {path: ExtractedField(path=path, value=value) for path, value in paths.items()}


def test_a_line_is_taken_out_with_all_its_values_and_no_others() -> None:
    fields = fields_of(number="1", lines_name="Hook")
    add_line(SPEC, fields, "lines[10]")
    assert list(fields) == ["number", "lines[0].name", "lines[10].name", "lines[10].amount"]
    assert values_of_line(fields, "lines[0]") == {"name": "Hook"}
    assert values_of_line(fields, "lines[10]") == {}
    assert next_line("lines", fields) == "lines[11]"
    remove_line(fields, "lines[1]")
    remove_line(fields, "lines[10]")
    assert list(fields) == ["number", "lines[0].name"]


def test_a_line_that_is_there_or_of_no_list_is_not_added() -> None:
    fields = fields_of(lines_name="Hook")
    add_line(SPEC, fields, "lines[0]")
    add_line(SPEC, fields, "colours[0]")
    assert fields["lines[0].name"].value == "Hook"
    assert list(fields) == ["lines[0].name", "lines[0].amount"]


def test_a_line_of_plain_values_is_its_value() -> None:
    schema = {
        "type": "object",
        "properties": {"tags": {"type": "array", "items": {"type": "string"}}},
    }
    fields: dict[str, ExtractedField] = {}
    add_line(spec_of(schema), fields, "tags[0]")
    assert list(fields) == ["tags[0]"]
    remove_line(fields, "tags[0]")
    assert not fields
