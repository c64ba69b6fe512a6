"""Numbers in whole columns of text: digits of any script as 0-9, and whole numbers however a program writes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pandas as pd

from cpms_cli.survey.plain_text import plain_digits

_OTHER_DIGIT = r"[^0-9\P{Nd}]"  # for Arrow's expressions
# What may be a number, as a program or a person writes it.
ANY_NUMBER = r"^[+\-−–]?\p{Nd}+(?:[.,]\p{Nd}*)*(?:[eE][+\-]?\p{Nd}+)?$"
_BARE_ZERO = re.compile(r"[+-]?\.0+")  # as SPSS writes it
_WHOLE = re.compile(r"\+?(-?[0-9]+)(?:\.0*)?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.0*)?")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,20})?")
_COMMA = re.compile(r"(-?[0-9]{1,15}),([0-9]{1,20})")
_DEGREES = re.compile(
    r"""([0-9]{1,3}(?:\.[0-9]{1,15})?)[°º]\s*(?:([0-9]{1,2})'\s*(?:([0-9]{1,2}(?:\.[0-9]+)?)(?:"|''))?)?\s*([NSEW]?)"""
)
_SECONDS_OF_A_DEGREE = Decimal(3600)
_PLACES_OF_A_DEGREE = Decimal("0.0000001")  # a centimetre
_SCIENTIFIC = re.compile(r"(-?)([0-9])(?:\.([0-9]*))?[eE]([+-]?[0-9]{1,3})")


def ascii_digits(texts: pd.Series) -> pd.Series:
    """The texts with the digits of other scripts written as 0-9.

    >>> list(ascii_digits(pd.Series(["๕/๑/๒๕๖๙", "၂၀၁၇"])))
    ['5/1/2569', '2017']
    """
    return _changed(texts, _OTHER_DIGIT, plain_digits)


def _changed(texts: pd.Series, pattern: str, change: Callable[[str], str]) -> pd.Series:
    strange = texts.str.contains(pattern, regex=True).fillna(False).astype(bool)
    return texts.mask(strange, texts[strange].map(change)) if strange.any() else texts


def digits_in_full(text: str) -> str | None:
    """A number in scientific notation in full; None where some of its digits are gone, or it is none.

    >>> [digits_in_full(text) for text in ("8.5010501E+07", "1e0", "1.10E+12", "12")]
    ['85010501', '1', None, None]
    """
    scientific = _SCIENTIFIC.fullmatch(text.strip())
    if scientific is None:
        return None
    sign, whole, decimals, power = scientific[1], scientific[2], scientific[3] or "", int(scientific[4])
    if power < 0 or len(decimals) < power:
        return None
    rest = decimals[power:].rstrip("0")
    return sign + whole + decimals[:power] + (f".{rest}" if rest else "")


def whole_number(text: str) -> str:
    """The digits of a whole number as programs write it: 1.0, 1.00, 1., 1e0, +1, 85,010,501; any other text as it is.

    >>> [whole_number(text) for text in ("1.0", ".00", "1e0", "-99.00", "85,010,501", "007.0", "1.5", "1,0", "12/3")]
    ['1', '0', '1', '-99', '85010501', '007', '1.5', '1,0', '12/3']
    """
    digits = "0" if _BARE_ZERO.fullmatch(text) else digits_in_full(text) or text
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    whole = _WHOLE.fullmatch(digits)
    return whole[1] if whole else digits


def whole_numbers(texts: pd.Series) -> pd.Series:
    """Each text as `whole_number` writes it."""
    return _changed(texts, r"^[+\-]?[0-9]*[0-9.,]*[.,eE+]|^\+[0-9]", whole_number)


def decimal_number(text: str, low: int | None = None, high: int | None = None) -> str | None:
    """A number with or without decimals, in its shortest form; None for any other text.

    One comma is a point for decimals, as in 9,96542; where three digits follow it, it may part thousands as well, and
    is a point where only that gives a number from `low` to `high`. Degrees with minutes and seconds are one number.

    >>> [decimal_number(text) for text in ("9.9650", "+98", "9,96542", "1.5e1", "9°57'54''N", "9.9.9", "12,345.5")]
    ['9.965', '98', '9.96542', '15', '9.965', None, '12345.5']
    >>> decimal_number("98,635"), decimal_number("98,635", -180, 180), decimal_number("1,635", 0, 9000)
    (None, '98.635', None)
    """
    if (degrees := _DEGREES.fullmatch(text)) is not None:
        return _of_degrees(degrees)
    plain = whole_number(text).removeprefix("+")
    if text.count(",") and "." in text:
        plain = plain.replace(",", "") if re.fullmatch(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+", text) else plain
    elif (comma := _COMMA.fullmatch(text.removeprefix("+"))) is not None:
        plain = _with_point(comma[1], comma[2], low, high)
    return _shortest(Decimal(plain)) if _DECIMAL.fullmatch(plain) else None


def _of_degrees(written: re.Match[str]) -> str | None:
    degrees, minutes, seconds = (Decimal(part or 0) for part in written.groups()[:3])
    if minutes >= 60 or seconds >= 60:
        return None
    whole = (degrees + (minutes * 60 + seconds) / _SECONDS_OF_A_DEGREE).quantize(_PLACES_OF_A_DEGREE)
    return _shortest(-whole if written[4] in ("S", "W") else whole)


def _with_point(whole: str, decimals: str, low: int | None, high: int | None) -> str:
    """The number before and after a comma; empty where that may part thousands as well, and nothing tells."""

    def fits(number: str) -> bool:
        return (low is None or Decimal(number) >= low) and (high is None or Decimal(number) <= high)

    pointed, grouped = f"{whole}.{decimals}", f"{whole}{decimals}"
    if len(decimals) != 3 or len(whole.lstrip("-")) > 3:
        return pointed
    fitting = {number for number in (pointed, grouped) if fits(number)}
    return fitting.pop() if len(fitting) == 1 else ""


def _shortest(number: Decimal) -> str:
    return format(number.normalize() + 0, "f")
