"""Numbers in whole columns of text: digits of any script as 0-9, and whole numbers however a program writes them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from cpms_cli.survey.plain_text import plain_digits

_OTHER_DIGIT = r"[^0-9\P{Nd}]"  # for Arrow's expressions
# What may be a number, as a program or a person writes it.
ANY_NUMBER = r"^[+\-−–]?\p{Nd}+(?:[.,]\p{Nd}*)*(?:[eE][+\-]?\p{Nd}+)?$"
_BARE_ZERO = re.compile(r"[+-]?\.0+")  # as SPSS writes it
_WHOLE = re.compile(r"\+?(-?[0-9]+)(?:\.0*)?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.0*)?")
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
