"""Names of sheets that Excel accepts."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def sheet_name(name: str, taken: set[str]) -> str:
    """A name Excel accepts, no other sheet's: 31 characters, none of []:*?/\\ ."""
    base = _FORBIDDEN.sub(" ", name).strip("' ")[:31] or "sheet"
    number, name_given = 1, base
    while name_given.lower() in taken:
        number += 1
        name_given = f"{base[: 30 - len(str(number))]} {number}"
    taken.add(name_given.lower())
    return name_given
