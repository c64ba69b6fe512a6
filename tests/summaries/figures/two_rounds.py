"""Two rounds of known children, and the counts of a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PAK_NAM, KAPOE = "85010501", "85030201"


COUNTS = ("yes", "no", "unknown", "not_applicable")


def counts_of(row: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(row[name] for name in COUNTS)
