"""The one gate through which every exported cell passes.

Text that a spreadsheet would run as a formula is disarmed: in CSV by a leading apostrophe (a tab would itself be a
trigger), in workbooks by the cell's type, which is the writer's part. Sources: OWASP ASVS 5, 1.2.10; CWE-1236.
"""

from __future__ import annotations

import pandas as pd

from cpms_cli.survey.plain_text import UNPRINTABLE

_TRIGGER = r"^\s*[=+\-@\t\r\n\x00＝＋－＠]"
_NUMBER = r"^[+-]?\d+(?:\.\d+)?$"


def disarmed(texts: pd.Series) -> pd.Series:
    """Texts that no spreadsheet takes for a formula; negative numbers stay numbers.

    >>> disarmed(pd.Series(["=1+1", "-5", "สมชาย"])).tolist()
    ["'=1+1", '-5', 'สมชาย']
    """
    armed = texts.str.contains(_TRIGGER, regex=True).fillna(False) & ~texts.str.fullmatch(_NUMBER).fillna(False)
    return texts.mask(armed, "'" + texts)


def printable(texts: pd.Series) -> pd.Series:
    """Texts without the control and direction characters that change what a terminal or a workbook shows."""
    return texts.str.replace(UNPRINTABLE, "", regex=True)


def flat_text(values: pd.Series) -> pd.Series:
    """A column of lists as text, its items joined by semicolons; any other column as it is."""
    if values.dtype != object:
        return values
    return values.map(
        lambda value: (
            value if value is None or isinstance(value, str | bool | int | float) else "; ".join(map(str, value))
        )
    )
