"""Digits of the scripts that occur in the survey, written as 0-9."""

from __future__ import annotations

import pandas as pd

# Thai, Burmese, Shan, Lao, Khmer and full-width digits, each from 0 to 9.
_ZEROS = (0x0E50, 0x1040, 0x1090, 0x0ED0, 0x17E0, 0xFF10)
_DIGITS = {zero + digit: str(digit) for zero in _ZEROS for digit in range(10)}
_RANGES = "".join(f"{chr(zero)}-{chr(zero + 9)}" for zero in _ZEROS)
_ANY = f"[{_RANGES}]"
ANY_NUMBER = f"^[0-9{_RANGES}]+$"


def ascii_digits(texts: pd.Series) -> pd.Series:
    """The texts with the digits of other scripts written as 0-9.

    >>> list(ascii_digits(pd.Series(["๕/๑/๒๕๖๙", "၂၀၁၇"])))
    ['5/1/2569', '2017']
    """
    strange = texts.str.contains(_ANY, regex=True).fillna(False).astype(bool)
    if not strange.any():
        return texts
    return texts.mask(strange, texts[strange].str.translate(_DIGITS))


def plain_digits(text: str) -> str:
    """One text with the digits of other scripts written as 0-9."""
    return text.translate(_DIGITS)
