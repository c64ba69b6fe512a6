"""What the definition says of summaries: groups, rights, measures of migration, activities."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator
from pydantic import Field as Described

from cpms_cli.survey.former_names import Renamed
from cpms_cli.survey.model.taken_names import name_of_part
from cpms_cli.survey.problems import FaultyPart
from cpms_cli.survey.words import Part, Table, Words


class Group(Renamed):
    """What a summary can be broken down by: the codes of a `field`, `bands` of completed years, first and last of
    each, or the first `digits` of the village's code. Exactly one of the three. What is `usual` is shown where
    no group is asked for. `numbered` is what a village is called, by its subdistrict and its number there."""

    id: Annotated[str, Described(pattern=r"^[a-z][a-z0-9_]*$"), AfterValidator(name_of_part)]
    label: Words
    field: str | None = None
    bands: tuple[tuple[int, int], ...] = ()
    digits: Literal[2, 4, 6, 8] | None = None
    usual: bool = False
    numbered: Words | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.field is not None) + bool(self.bands) + (self.digits is not None) != 1:
            raise FaultyPart("group_kind")
        edges = [edge for band in self.bands for edge in band]
        following = zip(self.bands, self.bands[1:], strict=False)
        if edges != sorted(edges) or any(after[0] != band[1] + 1 for band, after in following):
            raise FaultyPart("group_bands")
        return self


class Figures(Part):
    """How figures are taken: `confidence` of every interval, `many_unknown` the share of unknown answers from which a
    figure is marked, `far` how much a share is above or below others where it is far from them, the levels `visited`
    for their own sake, most severe first, and the groups."""

    confidence: float = Described(gt=0, lt=1)
    many_unknown: float = Described(gt=0, lt=1)
    far: float = Described(default=0.1, gt=0, lt=1)
    visited: tuple[str, ...] = Described(min_length=1)
    groups: tuple[Group, ...]

    def group(self, name: str) -> Group:
        """The group of this id; KeyError where there is none."""
        return {group.id: group for group in self.groups}[name]


class Right(Renamed):
    """A right that is monitored. `has` is an SQL condition as of an indicator; with `levels`, only children at these
    levels are meant, and where `applies` is false it is not asked."""

    id: str = Described(pattern=r"^[a-z][a-z0-9_]*$")
    label: Words
    definition: Words
    has: str
    applies: str | None = None
    levels: tuple[str, ...] = ()
    source: str


class Measure(Renamed):
    """One figure about migration, of children or of households; `arrived` is the one that says who moved in."""

    id: str = Described(pattern=r"^[a-z][a-z0-9_]*$")
    label: Words
    of: Table
    arrived: bool = False
    when: str
    source: str


class Activity(Renamed):
    """What a community can do about some indicators, and who usually does it."""

    id: str = Described(pattern=r"^[a-z][a-z0-9_]*$")
    label: Words
    indicators: tuple[int, ...] = Described(min_length=1)
    who: Words
    source: str

    @property
    def own(self) -> bool:
        """Whether it is the source document's own, marked S, and no proposal."""
        return self.source.partition(":")[0].strip() == "S"
