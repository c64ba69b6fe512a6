"""What a rule may name, and the error of a rule that cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cpms_cli.survey.model.definition import CodeList, Field
from cpms_cli.survey.problems import Fault

COUNTED, DANGERS, BEFORE = "counted", "dangers", "before_"
COUNTS = (COUNTED, DANGERS)
"""Names that stand for how many indicators are yes; see `relations.counted_in`."""
RANGES: dict[str, tuple[str, str]] = {name: (f"{name}_min", f"{name}_max") for name in ("age", *COUNTS)}


class RuleError(Exception):
    """A rule that cannot be used; `faults` say why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults


class UnsoundQuestion(RuleError):
    """A rule that asks when a question is put, whose own condition cannot be used: told where the question stands."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What a rule may name: the survey's fields, and further columns that the stage provides.

    `answers` has the questions of each table that `answers()` may count; `earlier`: whether there is a `before()`.
    Two are equal where every rule means the same in both: what is worked out of a rule is kept beside its text.
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

    @cached_property
    def _seen_by_rules(self) -> tuple[object, ...]:
        """All that `faults` and `compiled` look at."""
        return (
            tuple((name, field.asked, field.codelist, field.many) for name, field in self.fields.items()),
            tuple(
                (name, tuple((entry.code, entry.missing) for entry in codes.codes))
                for name, codes in self.codelists.items()
            ),
            (self.household_key, self.further, tuple(self.answers.items()), self.earlier),
        )

    @cached_property
    def _hash(self) -> int:
        return hash(self._seen_by_rules)

    def __hash__(self) -> int:
        """By what rules see of it."""
        return self._hash

    def __eq__(self, other: object) -> bool:
        """As the hash."""
        return self is other or (isinstance(other, Vocabulary) and self._seen_by_rules == other._seen_by_rules)
