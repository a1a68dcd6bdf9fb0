"""Arithmetic, exact in decimals, on expressions as people write them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from decimal import (
    ROUND_FLOOR,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from typing import Any

from ..errors import ToolError
from ..schema import Calculation, Evidence
from .base import tool

MAX_LENGTH = 500
"""Characters of an expression."""
MAX_EXPONENT = 1_000
"""Largest power, and the largest power of ten a number may reach."""

_WORKING = Context(
    prec=60,
    Emax=MAX_EXPONENT,
    Emin=-MAX_EXPONENT,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
_EXACT_DIGITS = 40  # whole numbers are written out up to here
_SHOWN_DIGITS = 15  # digits of a fraction that goes on

_SIGNS = str.maketrans(
    {"×": "*", "·": "*", "÷": "/", "∕": "/", "⁄": "/", "−": "-", "–": "-", "（": "(", "）": ")"}
    | dict.fromkeys("$€£¥_", " ")
    | {"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\n": " ", "^": "**"}
)
_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_ALLOWED = re.compile(r"[0-9.eE()\s*/%+-]*", re.ASCII)
_THOUSANDS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])")
_PERCENT_OF = re.compile(rf"(?<![0-9])({_NUMBER})\s*%\s*of\b")
_PERCENT = re.compile(rf"(?<![0-9])({_NUMBER})\s*%(?=\s*(?:$|[-+*/)]))")
_TIMES = re.compile(r"(?<=[0-9)])\s*[xX]\s*(?=[0-9(.])")


@tool(
    title="Calculating",
    done="calculated",
    examples=[
        "What is 15% of 84.50?",
        "How much change is left from 50 if the total is 36.40?",
        "What do the two amounts add up to?",
    ],
    cache=True,
)
def calculate(expression: str) -> Evidence:
    """Work out arithmetic: + - * / // % ** and parentheses on numbers; 15% means 0.15.

    Args:
        expression: Numbers and operators only, for example "(1,234.50 - 200) * 15%".
    """
    return calculation_evidence(" ".join(expression.split()), spell(evaluate(expression)))


def calculation_evidence(expression: str, result: str) -> Evidence:
    """A calculation as evidence: its two sides as values, and in words for the model."""
    return Evidence(
        kind="calculation",
        text=f"{expression} = {result}",
        calculation=Calculation(expression=expression, result=result),
    )


def evaluate(expression: str) -> Decimal:
    """The value of an arithmetic expression.

    `//` and `%` round down as in Python. Takes thousands separators ("1,234.50"), percent, currency
    signs, × ÷ − and ^. At most `MAX_LENGTH` characters and results below 10 ** `MAX_EXPONENT`.

    Raises:
        ToolError: "bad_arguments", saying what does not fit.
    """
    if len(expression) > MAX_LENGTH:
        raise _refuse(expression, f"expected at most {MAX_LENGTH} characters")
    plain = _to_plain(expression)
    try:
        with localcontext(_WORKING):
            value = _engine(plain).eval(plain)
    except DivisionByZero:
        raise _refuse(expression, "division by zero") from None
    except Overflow:
        raise _refuse(expression, f"the result is beyond 10 ** {MAX_EXPONENT}") from None
    except DecimalException:
        raise _refuse(expression, "this has no value (like 0 / 0 or a root of -1)") from None
    except (RecursionError, MemoryError):
        raise _refuse(expression, "nested too deeply") from None
    except ToolError:
        raise
    except Exception:  # whatever the parser says, it is the expression that is wrong
        raise _refuse(expression, "this is not arithmetic on numbers") from None
    if not isinstance(value, Decimal):
        raise _refuse(expression, "this is not arithmetic on numbers")
    return value


def spell(value: Decimal) -> str:
    """A number without noise: 0.3, 1234.5, 0.333333333333333, 1.5e+60."""
    with localcontext(_WORKING) as context:
        context.prec = _EXACT_DIGITS
        value = +value
        if not value:
            return "0"
        if value == value.to_integral_value() and abs(value) < Decimal(10) ** _EXACT_DIGITS:
            return f"{value:.0f}"
        context.prec = _SHOWN_DIGITS
        value = (+value).normalize()
        near = Decimal("1e-9") <= abs(value) < Decimal(10) ** _EXACT_DIGITS
        return f"{value:f}" if near else f"{value:e}"


def _to_plain(expression: str) -> str:
    """The expression in Python's spelling, holding nothing but numbers and operators."""
    text = expression.translate(_SIGNS).strip().removesuffix("=").strip()
    text = _THOUSANDS.sub(lambda found: found.group().replace(",", ""), text)
    if "," in text:
        raise _refuse(expression, "a comma only groups thousands (1,234.50); use a decimal point")
    text = _PERCENT_OF.sub(r"(\1/100)*", text)
    text = _TIMES.sub("*", text)
    text = _PERCENT.sub(r"(\1/100)", text)
    if not text:
        raise _refuse(expression, "nothing to work out")
    if not _ALLOWED.fullmatch(text):
        raise _refuse(expression, "only numbers, + - * / // % ** and parentheses are allowed")
    return text


def _engine(source: str) -> Any:
    """An evaluator that knows five operators, parentheses and decimal constants, nothing else."""
    from simpleeval import SimpleEval

    engine = SimpleEval(operators=dict(_OPERATORS), functions={}, names={})
    engine.nodes = {
        kind: handler
        for kind, handler in engine.nodes.items()
        if kind in (ast.Expr, ast.BinOp, ast.UnaryOp)
    }
    engine.nodes[ast.Constant] = lambda node: _constant(source, node)
    return engine


def _constant(source: str, node: ast.Constant) -> Decimal:
    """The number as it was written, since a float would lose digits."""
    return _WORKING.create_decimal(ast.get_source_segment(source, node) or "")


def _floor_divide(a: Decimal, b: Decimal) -> Decimal:
    return (a / b).to_integral_value(ROUND_FLOOR)


def _modulo(a: Decimal, b: Decimal) -> Decimal:
    rest = a % b
    return rest + b if rest and (rest < 0) != (b < 0) else rest


def _power(a: Decimal, b: Decimal) -> Decimal:
    if abs(b) > MAX_EXPONENT:
        raise ToolError(f"calculate: a power of at most {MAX_EXPONENT} is allowed", "bad_arguments")
    return a**b


_OPERATORS: dict[type[ast.AST], Callable[..., Decimal]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: _floor_divide,
    ast.Mod: _modulo,
    ast.Pow: _power,
    ast.USub: lambda a: -a,
    ast.UAdd: lambda a: +a,
}


def _refuse(expression: str, reason: str) -> ToolError:
    return ToolError(f"calculate: {expression[:60]!r}: {reason}", kind="bad_arguments")
