"""How much a count says to its readers, by its id (`area_cells`): where another must be hidden for the sake of a small
one, it is one that says little. Totals go last; unknown answers go before a count of children at risk."""

from __future__ import annotations

import re

from cpms_cli.scoring.profiles import right_column
from cpms_cli.survey.model.privacy import Counted, PrivacyRules

_TOTAL = re.compile(r"\d+/\d*/(children|households|homes)")
_RIGHT = f"/{right_column('')}"
_KINDS: dict[str, Counted] = {
    "yes": "yes",
    "no": "no",
    "unknown": "unknown",
    "not_applicable": "not_applicable",
    "children": "total",
    "households": "total",
    "homes": "total",
    "severe": "level",
}
_TURNED: dict[str, Counted] = {"yes": "no", "no": "yes"}
_LEVELS = ("/level/", "/could_be/", "/households/")


def is_total(name: str) -> bool:
    """Whether this is how many children or homes an area has in a round.

    >>> is_total("2026/850105/children"), is_total("2026/850105/sex=female/children")
    (True, False)
    """
    return _TOTAL.fullmatch(name) is not None


def counted(name: str) -> Counted:
    """What the count of an id is of. Of rights, a no tells of a child at risk.

    >>> counted("2026/85/i03/yes"), counted("2026/85/right_education/yes")
    ('yes', 'no')
    """
    if "/move/" in name or "/case/" in name:
        return "other"
    if any(one in name for one in _LEVELS):
        return "level"
    last = name.rpartition("/")[2]
    if _RIGHT in name and last in _TURNED:
        return _TURNED[last]
    return _KINDS.get(last, "other")


def weight(rules: PrivacyRules, name: str) -> float:
    """How dear it is to hide a count, beside others of its size. A level's own weight goes before that of levels."""
    own = rules.weights.get(name.rpartition("/")[2]) if counted(name) == "level" else None
    return own or rules.weights.get(counted(name), 1.0)
