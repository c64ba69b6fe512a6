"""Names of sheets that Excel accepts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cpms_cli.survey.plain_text import UNPRINTABLE

_FORBIDDEN = re.compile(rf"[\[\]:*?/\\\t\n\r]|{UNPRINTABLE}")
_LONGEST = 31
_RESERVED = frozenset({"history"})
"""What Excel keeps for itself: a workbook with a sheet of this name is damaged to it."""


def sheet_name(name: str, taken: Iterable[str] = ()) -> str:
    """Return a name that Excel accepts and that is none of those taken, in letters of either case: 31 characters at
    most, none of []:*?/\\ , and not "History".

    >>> sheet_name("Risk: 2026", taken=["risk  2026"]), sheet_name("History")
    ('Risk  2026 2', 'History 2')
    """
    known = {taken_name.lower() for taken_name in taken} | _RESERVED
    base = _FORBIDDEN.sub(" ", name).strip("' ")[:_LONGEST].rstrip("' ") or "sheet"
    number, numbered = 1, base
    while numbered.lower() in known:
        number += 1
        numbered = f"{base[: _LONGEST - 1 - len(str(number))]} {number}"
    return numbered


def sheet_names(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Return a name that Excel accepts for each of these, no two the same and none of those taken.

    >>> sheet_names(["Children", "children"])
    ['Children', 'children 2']
    """
    known, accepted = list(taken), list[str]()
    for name in names:
        accepted.append(sheet_name(name, [*known, *accepted]))
    return accepted
