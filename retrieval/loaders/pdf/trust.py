"""Whether the text that a page brings along can be the text that it shows.

Programs write wrong tables of letters into PDFs, and scanners lay bad readings under their pictures;
such a page looks right and its text is nonsense. Letters of any language in the Latin script follow each
other in much the same way, so that nonsense is told by its pairs of letters alone. What is doubted here
is compared with a reading of the page (`ingest.trust`) before anything is replaced.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["is_doubtful", "likeness"]

_PAIRS = (
    "AONNNMMLMMKNMOMMOFMPNKMJAHK"
    "RJKLMIILJLJLOMQGKBPOOKKGCIJ"
    "LRKGFRACCQHDODIPBAOJGODBALB"
    "NQBJCPAAQQGMKDJQABLIMMBAAHJ"
    "QQFEISDFEQFFJGKPFAMKHNHEAJK"
    "RKILMJILHLILOMQGJCQPNIJFHGI"
    "OQEDFQMFDQHDNDIRBAOIMNCBAJB"
    "RQFAHQCKKPHIMFKOFAOLKNEBAKC"
    "QRDFGRBADPHGKHJQBALGMMJFAJB"
    "QNINLOIMIHKMNMQMJDMOOIKCEGK"
    "OSEFJRDDCOBJGGKQEAELHPGBACD"
    "PREGFPBCFPHLMGJQBAMMNOHDAKA"
    "PRGGLQGHFQJIOJJOFACLLNIBALC"
    "QRLEFREFDQDEHLIPMAFJHNBAAJB"
    "RPDLOPHOFPIJHELNBBDNOLGAALG"
    "QHLLMHJLHJJLONQJLAPOMMMKDGJ"
    "MRBFEQEDJODENEGQLARKKNCAAGA"
    "KHEEEEEDEGDDFEEEEEEFEVFEDDD"
    "QQIJLQGJGPFKJKLOGBJMNMIDAJI"
    "ROELDPEDIPFNKJINLCFMQMIEAIJ"
    "RQEEBQDDLQFHIFIODAOLMNIFAJF"
    "QLKLMMHLIMJLONPJLAPPOHIFFGK"
    "MRCEFSBDBREFJBKPDAKJFKDAALG"
    "PSEHHQDCMRBGIDMPFAJLGIADAMF"
    "RPGMGPGDIQEFHFGMPEEFPLIFJJD"
    "SPJMKNGJHLILMMMOJALNMKJHAGH"
    "ORJHLQAIGQGJKKNOIAJJKMKHAMJ"
)
"""How likely each of " abc...z" follows each, "A" to "W": twice the binary logarithm of the share, over
that of chance, and 12. Means over word frequencies of 25 languages in the Latin script."""
_LEAST = 0.6
"""Mean of the logarithms below which letters are nonsense: of 1,660 pages of reports, manuals and papers
one is below it; shifted, exchanged and missing letters are below 0."""
_FEW, _LEAST_OF_FEW = 60, 0.2
"""A page with fewer letters has to be worse to be doubted."""
_FEWEST = 16
_MARKS, _LETTERS = 60, 0.45
"""Of so many marks this share at least are letters or digits, also on pages of figures."""


def likeness(text: str) -> tuple[float, int]:
    """How much like a language its pairs of letters are (0 is chance, text is near 1), and their number.

    Letters of other scripts than the Latin do not count.
    """
    import numpy as np

    folded = text.lower() if text.isascii() else _without_accents(text)
    units = np.frombuffer(f" {folded} ".encode("utf-16-le", "replace"), np.uint16)
    codes = np.full(len(units), -1, np.int8)
    small = (units >= 97) & (units <= 122)
    codes[small] = units[small] - 96
    codes[(units < 128) & ~small] = 0
    first, second = codes[:-1], codes[1:]
    known = (first >= 0) & (second >= 0) & ((first > 0) | (second > 0))
    count = int(small.sum())
    return (float(_table()[first[known], second[known]].mean()) if count else 0.0), count


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


@cache
def _table() -> NDArray[np.float64]:
    import numpy as np

    codes = np.array([[ord(letter) - 65 for letter in _PAIRS[at : at + 27]] for at in _STARTS])
    return codes / 2 - 6


_STARTS = range(0, 27 * 27, 27)


def is_doubtful(text: str) -> bool:
    """Whether the text of a page looks like nonsense."""
    like, letters = likeness(text)
    if letters >= _FEW and like < _LEAST:
        return True
    if _FEWEST <= letters < _FEW and like < _LEAST_OF_FEW:
        return True
    marks = sum(map(len, text.split()))
    if marks < _MARKS or letters >= _LETTERS * marks:
        return False
    return sum(map(str.isalnum, text)) < _LETTERS * marks
