"""Numbers and currencies as documents write them, in the conventions that the document itself shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache

from .....extensions.extras import needs

Mark = str
"""The decimal mark of a document: "." or ","."""

_BODY = (
    r"(?:\d{1,2}(?:,\d{2}){1,7},\d{3}(?!\d)"  # lakh and crore: 1,23,456
    r"|\d{1,3}(?:(?:[.,'’\u00a0\u202f ]\d{3}){1,7}(?!\d)|\d*))(?:[.,]\d+)?"
)
_COUNTED = "円圆圓元원"
"""Words for money that are written right behind a number, as other letters are not."""
_ENDS = rf"(?!(?![{_COUNTED}])\w|[/:]|[.,-]\d)"
_TOKEN = re.compile(rf"(?<![\w.,/:])(?<!\w[-–])[-−–+(]?\s?{_BODY}(?:\s?[-−](?![\w\d]))?\)?{_ENDS}")
_GLUED = re.compile(
    rf"(?:(?<!\w)|(?<=[a-z])(?=[A-Z]{{2}}))[A-Z]{{1,3}}\.?([-−]?{_BODY})(?!\w)|(?<![\w.,])({_BODY})[A-Z]{{1,3}}(?!\w)"
)
"""A currency that touches its amount: RM16.80, 16.80SR, TotalRM16.80; only with cents, or it numbers
something."""
_DECIMALS = re.compile(r"[.,]\d{2}$")
_FILLED = re.compile(r"0\d")
"""Begins with a nought that no number begins with."""
_GROUPS = "'’ \u00a0\u202f"
_MINUS = "-−–"
_DIGITS = re.compile(r"\d")


def amount_tokens(text: str) -> Iterator[str]:
    """Numbers that stand alone in a text: no parts of dates, of names, of longer numbers."""
    for found in _TOKEN.finditer(text):
        token = found.group().strip()
        yield token
        if " " in token:  # "20 198,00": one number, or a count and an amount; not so "120 000,00"
            yield from (part for part in token.split(" ")[1:] if not _FILLED.match(part))
    for found in _GLUED.finditer(text):
        token = found[1] or found[2]
        if _DECIMALS.search(token):
            yield token


def decimal_mark(texts: Sequence[str]) -> Mark | None:
    """What the numbers of a document show its decimal mark to be; None where they show nothing."""
    votes: Counter[str] = Counter()
    for text in texts:
        for token in amount_tokens(text):
            votes.update(_vote(token))
    best = votes.most_common(2)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


def _vote(token: str) -> Iterator[str]:
    marks = [c for c in token if c in ".,"]
    if not marks:
        return
    after = len(_DIGITS.findall(token[max(token.rfind("."), token.rfind(",")) :]))
    if len(set(marks)) == 2:
        yield marks[-1]
    elif len(marks) > 1:
        yield "," if marks[0] == "." else "."  # it parts thousands
    elif after != 3:
        yield marks[0]


def parentheses_mean_minus(texts: Sequence[str]) -> bool:
    """Whether amounts in parentheses are negative, as in accounts: where a document has several."""
    tokens = [token for text in texts for token in amount_tokens(text)]
    return (
        sum(token.startswith("(") and bool(_DECIMALS.search(token.rstrip(")"))) for token in tokens)
        > 1
    )


def read_amount(text: str, mark: Mark | None, parentheses: bool = False) -> Decimal | None:
    """The one number a text holds, in the document's convention; None where there is none.

    Args:
        text: such as "-1.163,40 €", "(12.50)", "CHF 1'000.–", "12,50-".
        mark: the document's decimal mark; a token that can only be read otherwise is.
        parentheses: whether they mean minus.
    """
    found = re.search(r"\d[\d.,'’\u00a0\u202f ]*\d|\d", text)
    if found is None:
        return None
    digits = found.group()
    for group in _GROUPS:
        digits = digits.replace(group, "")
    plain = _plain(digits, mark)
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    before, after = text[: found.start()], text[found.end() :]
    signs = _MINUS + "(" * parentheses
    negative = any(sign in before for sign in signs) or bool(
        re.match(r"\s?[-−](?!\w|\s?\d)", after)
    )
    return -value if negative else value


def _plain(digits: str, mark: Mark | None) -> str:
    """Without marks of thousands, with "." for the decimals."""
    marks = [c for c in digits if c in ".,"]
    if not marks:
        return digits
    last = marks[-1]
    after = len(digits) - digits.rfind(last) - 1
    if len(set(marks)) == 2:
        decimal: str | None = last
    elif len(marks) > 1:
        decimal = None
    elif after == 3 and not digits.startswith("0"):
        decimal = last if mark == last else None
    else:
        decimal = last
    for other in ".,":
        if other != decimal:
            digits = digits.replace(other, "")
    return digits.replace(",", ".")


def currencies(text: str) -> list[tuple[str, str]]:
    """Every currency a text names, as written and as ISO 4217 code, most frequent first.

    A sign that several currencies share ("$", "kr", "¥") is given with that of the largest country,
    unless a code in the text says which is meant.
    """
    codes, signs = _currencies()
    found: Counter[tuple[str, str]] = Counter()
    doubtful: list[str] = []
    for line in text.split("\n"):
        for word in re.findall(r"(?<![^\W\d_])[A-Z]{3}(?![^\W\d_])", line):
            if word in codes and (word in _LARGEST or _is_code(word, line)):
                found[word, word] += 1
            elif word in codes:
                doubtful.append(word)
    named = {code for _, code in found}
    pattern = "|".join(sorted(map(re.escape, signs), key=len, reverse=True))
    for match in re.finditer(rf"(?<![^\W\d_])(?:{pattern})(?![^\W\d_])", text):
        possible = signs[match.group()]
        code = next((one for one in possible if one in named), possible[0])
        found[match.group(), code] += 1
    if not found:
        found.update((word, word) for word in doubtful)
    return [pair for pair, _ in found.most_common()]


def _is_code(word: str, line: str) -> bool:
    """Whether a word that is seldom a currency is one here: beside an amount, set off, or all there is.

    "SDN BHD" in a firm's name means no dinars of Bahrain.
    """
    return line.strip(" :.()") == word or bool(
        re.search(rf"\d\s?{word}(?!\w)|(?<!\w){word}\s?[-−–]?\d|[(:]\s?{word}(?!\w)", line)
    )


_LARGEST = (
    "USD EUR JPY GBP CNY INR AUD CAD CHF SEK NOK DKK PLN CZK KRW BRL MXN SGD HKD ZAR TRY".split()
)
"""Which currency a shared sign means where nothing says, by what is traded most (BIS Triennial Survey)."""


@cache
def _currencies() -> tuple[frozenset[str], dict[str, list[str]]]:
    """ISO codes, and what each sign may mean; from CLDR, the Unicode Consortium's tables."""
    with needs("documents"):
        from babel import Locale
        from babel.numbers import get_currency_symbol, get_territory_currencies

    signs: dict[str, set[str]] = {}
    codes: set[str] = set()
    for territory in map(str, Locale("en").territories):
        if re.fullmatch("[A-Z]{2}", territory):
            codes.update(get_territory_currencies(territory))
    for language in ("en", "de", "sv", "pl", "cs", "hu", "ja", "zh", "ko", "pt", "fr", "ms"):
        for code in codes:
            sign = get_currency_symbol(code, language)
            if sign != code and len(sign) <= 4:
                signs.setdefault(sign, set()).add(code)
    for sign, code in (("円", "JPY"), ("圓", "TWD"), ("元", "CNY"), ("원", "KRW")):
        signs.setdefault(sign, set()).add(code)
    for sign in ("$", "¥", "kr", "£"):
        signs.setdefault(sign, set()).update(_narrow(codes, sign))
    rank = {code: place for place, code in enumerate(_LARGEST)}
    ordered = {
        sign: sorted(possible, key=lambda code: (rank.get(code, 99), code))
        for sign, possible in signs.items()
    }
    return frozenset(codes), ordered


def _narrow(codes: set[str], sign: str) -> set[str]:
    """Currencies whose sign at home is this one."""
    from babel import Locale

    names = Locale("en").currency_symbols
    home = {"kr": {"SEK", "NOK", "DKK", "ISK"}, "¥": {"JPY", "CNY"}, "£": {"GBP"}}
    if sign in home:
        return home[sign]
    return {code for code in codes if names.get(code, "").endswith(sign)}
