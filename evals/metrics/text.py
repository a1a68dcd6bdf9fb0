"""Answers in words against right answers."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_NUMBER = re.compile(r"(?<![\w.,])[-−]?\d+(?:[., ’']\d+)*(?!\w)|(?<=[$€£¥])\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:([., ’'])\d{3})(?:\1\d{3})*$")
_QUOTES = "“”„‟‘’‚‛«»‹›"
"""Quotation marks as they are set in print; SQuAD knows those of a typewriter only."""
_IN_WORDS = {
    word: float(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_LETTER = re.compile(
    r"^\W*(?:option |answer(?: is)?:? ?)?\(?([A-H])\)?(?:[.:),\s]|$)", re.IGNORECASE
)
_CLOCK = re.compile(r"\b(?:(\d+):)?(\d{1,3}):(\d\d)\b")
_SECONDS = re.compile(r"\d{1,6}(?:\.\d{1,3})?")
WITHIN = 1.0
"""Seconds by which a time in a video may be off."""


def normalised(text: str) -> str:
    """Lower case, without punctuation, articles and surplus space, as SQuAD compares."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(" " if c in string.punctuation or c in _QUOTES else c for c in text)
    return " ".join(_ARTICLES.sub(" ", text).split())


def exact_match(answer: str, right: Sequence[str]) -> float:
    """1 when the answer equals one of the right ones after SQuAD's normalisation."""
    return float(normalised(answer) in {normalised(r) for r in right})


def contains(answer: str, right: Sequence[str]) -> float:
    """1 when a right answer stands in the answer, as whole words (OCRBench compares so).

    Text in scripts without spaces between words is compared as it is.
    """
    said = normalised(answer)
    for text in right:
        wanted = normalised(text)
        spaced = f" {wanted} " in f" {said} "
        if wanted and (spaced or (not wanted.isascii() and wanted in said)):
            return 1.0
        if wanted and " ".join(text.split()).casefold() in _kept(answer, text):
            return 1.0
    return 0.0


def _kept(answer: str, text: str) -> tuple[str, ...]:
    """Pieces of an answer that a right one with punctuation inside (3.5, 12:30) could equal."""
    if not re.search(r"\w[^\w\s]\w", text):
        return ()
    return tuple(word.strip(string.punctuation) for word in answer.casefold().split())


def numbers(text: str) -> list[float]:
    """Every number of a text in its order; 1,234.5, 1.234,5 and 1 234.5 are the same."""
    found = [(m.start(), _value(m.group())) for m in _NUMBER.finditer(text)]
    found += [
        (m.start(), _IN_WORDS[m.group().casefold()])
        for m in re.finditer(r"\b[A-Za-z]+\b", text)
        if m.group().casefold() in _IN_WORDS
    ]
    return [value for _, value in sorted(found)]


def _value(written: str) -> float:
    sign = -1.0 if written[0] in "-−" else 1.0
    digits = re.sub(r"[ ’']", "", written.lstrip("-−"))
    if "," in digits and "." in digits:  # the later one is the decimal mark
        point = max(digits.rfind(","), digits.rfind("."))
        whole = re.sub(r"[.,]", "", digits[:point])
        return sign * float(f"{whole}.{digits[point + 1 :]}")
    if _THOUSANDS.fullmatch(digits) and "." not in digits:
        return sign * float(digits.replace(",", ""))
    parts = re.split(r"[.,]", digits)
    if len(parts) > 2:  # 1.234.567, or a date
        return sign * float("".join(parts))
    return sign * float(".".join(parts))


def number_match(answer: str, right: Sequence[str], question: str = "") -> float:
    """1 when the number the answer gives is right.

    The number given is the first one that the question does not hold already, or the first one
    where all are from the question.
    """
    said = numbers(answer)
    known = set(numbers(question))
    given = next((n for n in said if n not in known), said[0] if said else None)
    wanted = {n for text in right for n in numbers(text)[:1]}
    return float(given is not None and any(abs(given - n) < 1e-6 for n in wanted))


def relaxed_accuracy(answer: str, right: Sequence[str], question: str = "") -> float:
    """ChartQA's: numbers may be off by 5 % of the right one, other answers must match exactly.

    As ChartQA's answers are bare and ours may be sentences, the number is taken as in
    `number_match`, and other answers may stand inside a sentence.
    """
    said = numbers(answer)
    known = set(numbers(question))
    given = next((n for n in said if n not in known), said[0] if said else None)
    for text in right:
        wanted = bare_number(text)
        if wanted is None:
            if contains(answer, [text]):
                return 1.0
        elif given is not None and abs(given - wanted) <= 0.05 * abs(wanted):
            return 1.0
    return 0.0


def bare_number(text: str) -> float | None:
    """The value of a text that is nothing but a number, with its unit sign."""
    found = numbers(text)
    plain = re.fullmatch(r"[\s$€£¥%\d.,'’+−-]+", text) is not None
    return found[0] if plain and len(found) == 1 else None


def anls(answer: str, right: Sequence[str], threshold: float = 0.5) -> float:
    """Average Normalised Levenshtein Similarity of one question (Biten et al. 2019, DocVQA).

    1 - distance / longer length to the nearest right answer; 0 where that falls below the threshold.
    """
    said = " ".join(answer.casefold().split())
    best = max(
        (Levenshtein.normalized_similarity(said, " ".join(r.casefold().split())) for r in right),
        default=0.0,
    )
    return best if best >= threshold else 0.0


def yes_no(answer: str, right: Sequence[str]) -> float:
    """POPE's: the first sentence means no when it holds "no" or "not", else yes."""
    words = re.findall(r"[a-z']+", answer.split(".")[0].casefold())
    if not words:
        return 0.0
    said = "no" if {"no", "not"} & set(words) or any(w.endswith("n't") for w in words) else "yes"
    return float(said in {r.casefold() for r in right})


def choice(answer: str, right: Sequence[str]) -> float:
    """1 when the letter (or, without one, the words) of the right option is given.

    Args:
        answer: what was said.
        right: the letter, and the option's words where they are known.
    """
    letter = _LETTER.match(answer)
    if letter:
        return float(letter.group(1).upper() in {r.upper() for r in right})
    return exact_match(answer, [r for r in right if len(r) > 1])


def graded(answer: str, right: Sequence[str]) -> float:
    """The share of the parts that an answer must have which it has.

    MM-Vet v2 writes "a<AND>b" and "a<OR>b" and lets a language model grade; this counts the parts
    that stand in the answer word by word, so it is a lower bound.
    """
    shares = []
    for text in right:
        for option in text.split("<OR>"):
            parts = [part for part in option.split("<AND>") if part.strip()]
            shares.append(sum(contains(answer, [p]) for p in parts) / max(1, len(parts)))
    return max(shares, default=0.0)


def time_match(answer: str, right: Sequence[str]) -> float:
    """1 when the first time an answer gives ("0:12", "1:02:03", "12 s") is a right one within `WITHIN`."""
    if found := _CLOCK.search(answer):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        given = 3600.0 * hours + 60 * minutes + seconds
    elif said := _SECONDS.search(answer):
        given = float(said[0])
    else:
        return 0.0
    return float(any(abs(given - float(one)) <= WITHIN for one in right))
