"""What the definition says of fairness and of later rounds: groups, outcomes, and twins with other papers."""

from __future__ import annotations

from typing import Self

from pydantic import Field as Described
from pydantic import model_validator

from cpms_cli.survey.former_names import Renamed
from cpms_cli.survey.problems import FaultyPart
from cpms_cli.survey.words import Part, Words

FILE = "fairness.yaml"
_ID = r"^[a-z][a-z0-9_]*$"


class ComparedGroup(Renamed):
    """A group whose parts are compared with its part `reference`: the codes of a `field`, or `yes` and `no` of a rule
    (`when`), which have words then."""

    id: str = Described(pattern=_ID)
    label: Words
    field: str | None = None
    when: str | None = None
    yes: Words | None = None
    no: Words | None = None
    reference: str
    source: str

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.field is None) == (self.when is None):
            raise FaultyPart("group_rule")
        if self.when is not None and (self.yes is None or self.no is None or self.reference not in ("yes", "no")):
            raise FaultyPart("group_words")
        return self


class Outcome(Renamed):
    """What is harm when a later round says it: a rule (`when`), or standing at a `level` or a more severe one."""

    id: str = Described(pattern=_ID)
    label: Words
    when: str | None = None
    level: str | None = None
    applies: str | None = None
    source: str

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.level is None) == (self.when is None):
            raise FaultyPart("outcome_kind")
        return self


class Twin(Part):
    """A child again with other answers, which stand in the place of its own; all else is the same."""

    id: str = Described(pattern=_ID)
    label: Words
    answers: dict[str, str] = Described(min_length=1)
    source: str


class Fairness(Part):
    """`severe` is the mildest level that is visited for its own sake; of a part with fewer than `at_least` children no
    gap is judged. All of it is empty in a definition that says nothing of fairness."""

    severe: str = ""
    at_least: int = Described(default=1, ge=1)
    groups: tuple[ComparedGroup, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    twins: tuple[Twin, ...] = ()
