"""What a rule may name, and the error of a rule that cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cpms_cli.survey.model.definition import CodeList, Field

COUNTED, DANGERS, BEFORE = "counted", "dangers", "before_"
COUNTS = (COUNTED, DANGERS)
"""Names that stand for how many indicators are yes; see `relations.counted_in`."""
RANGES: dict[str, tuple[str, str]] = {name: (f"{name}_min", f"{name}_max") for name in ("age", *COUNTS)}


class RuleError(Exception):
    """A rule that cannot be used; the text says why."""


@dataclass(frozen=True)
class Vocabulary:
    """What a rule may name: the survey's fields, and further columns that the stage provides.

    `answers` has the questions of each table that `answers()` may count; `earlier`: whether there is a `before()`.
    """

    fields: Mapping[str, Field]
    codelists: Mapping[str, CodeList]
    household_key: tuple[str, ...]
    further: frozenset[str] = field(default_factory=frozenset)
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    earlier: bool = False

    def knows(self, name: str) -> bool:
        """Whether a rule may name this column."""
        return name in self.fields or name in self.further or name in RANGES
