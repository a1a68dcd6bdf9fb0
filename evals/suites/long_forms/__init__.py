"""Requests for lists, tables, translations, transcriptions, comparisons, explanations and summaries.

papers.py    the pictures: papers of rows, whose words are known
words.py     what letters and notices say, and how it is said in other languages
requests.py  what is asked of them, in wordings and languages of many kinds
"""

from __future__ import annotations

from .requests import generate

__all__ = ["generate"]
