"""Citations as footnotes, for clients that show nothing but the words of an answer."""

from __future__ import annotations

from ...media.clock import with_place
from ...schema import Answer, Citation

_QUOTED = 160


def with_footnotes(answer: Answer) -> str:
    """The answer's text with a mark behind each statement and the places below; boxes are left out."""
    numbers: dict[str, int] = {}
    marks: dict[int, list[int]] = {}
    for citation in answer.citations:
        number = numbers.setdefault(_place(citation, answer), len(numbers) + 1)
        if citation.end and number not in marks.setdefault(citation.end, []):
            marks[citation.end].append(number)
    if not numbers:
        return answer.text
    text = answer.text
    for end in sorted(marks, reverse=True):
        if not _in_table(text, end):  # a mark there would open another column
            shown = "".join(f"[{number}]" for number in sorted(marks[end]))
            text = f"{text[:end]} {shown}{text[end:]}"
    notes = "\n".join(f"[{number}] {place}  " for place, number in numbers.items())
    return f"{text}\n\n---\n{notes.rstrip()}"


def _place(citation: Citation, answer: Answer) -> str:
    """Where a statement stands, in a line."""
    source = citation.source
    name = next((p.name for p in answer.pictures if p.original == source.picture), "")
    where = source.document or name or source.name or "the picture"
    quote = " ".join(citation.quote.split())
    said = f": “{quote[:_QUOTED]}”" if quote else ""
    known = f" ({citation.known})" if citation.known else ""
    return f"{with_place(where, source)}{said}{known}"


def _in_table(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line.lstrip().startswith("|")
