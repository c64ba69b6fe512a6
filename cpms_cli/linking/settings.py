"""What `schemas/linking.yaml` says: thresholds, words that are no names, sounds, and the shares to begin with."""

from __future__ import annotations

from functools import cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cpms_cli.errors import DefinitionError
from cpms_cli.survey.files.located_yaml import BadDocument, read_mapping, read_yaml
from cpms_cli.survey.files.location import shipped
from cpms_cli.survey.model.definition import Words

FILE = "linking.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(_Part):
    """One way in which two rows agree: its share among pairs of one child (`m`) and of two children (`u`)."""

    m: float = Field(gt=0, lt=1)
    u: float = Field(gt=0, lt=1)
    label: Words


class Sounds(_Part):
    """The letters of one class of consonants, in each script."""

    thai: str
    latin: tuple[str, ...]


class SameSound(_Part):
    """Letters of Thai that are said alike, at the head of a syllable and at its end; spellings of Latin."""

    head: tuple[str, ...]
    end: tuple[str, ...]
    latin: dict[str, str]


class Relatives(_Part):
    """How many relatives a row has in a table before the table has shown it, and how many rows that is worth."""

    share: float = Field(gt=0)
    weight: float = Field(gt=0)


class TableColumn(_Part):
    """What a column of a table of persons can hold: a question of the survey, or what else tells of a person."""

    field: str | None = None
    headers: tuple[str, ...] = ()
    label: Words | None = None


class TableSettings(_Part):
    """Tables of persons: `agree` has the share of relatives at each level of what is mostly a person's own."""

    duplicates: float = Field(gt=0, lt=1)
    relatives: Relatives
    agree: dict[str, dict[str, float]]
    columns: dict[str, TableColumn]


class LinkingSettings(_Part):
    """The whole file; `automatic` and `review` are precision targets, probabilities that a pair is one child."""

    automatic: float = Field(gt=0.5, lt=1)
    review: float = Field(gt=0, lt=1)
    overlap: float = Field(gt=0, le=1)
    weight_of_defaults: float = Field(gt=0)
    largest_block: int = Field(gt=0)
    titles: tuple[str, ...]
    placeholders: frozenset[str]
    placeholder_starts: tuple[str, ...]
    placeholder_houses: frozenset[str]
    largest_home: int = Field(gt=0)
    unsure_days: frozenset[str]
    lesser_marks: str
    sounds: dict[str, Sounds]
    same_sound: SameSound
    zawgyi: dict[str, str]
    comparisons: dict[str, dict[str, Level]]
    tables: TableSettings

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        for name, levels in self.comparisons.items():
            for share in ("m", "u"):
                total = sum(getattr(level, share) for level in levels.values())
                if abs(total - 1) > 1e-6:
                    raise ValueError(f"{name}: the {share} of its levels add up to {total}, not 1")
        if self.review >= self.automatic:
            raise ValueError("review must be under automatic")
        return self


@cache
def linking_settings() -> LinkingSettings:
    """The settings as shipped; raises DefinitionError where the file is wrong."""
    folder = shipped("schemas")
    try:
        return LinkingSettings.model_validate(read_yaml(folder, FILE).content)
    except ValidationError as error:
        first = f"{FILE}: {error.errors()[0]['msg']}"
        raise DefinitionError("definition_broken", folder=folder, first=first, count=error.error_count()) from None


@cache
def script_file(name: str) -> dict[str, Any]:
    """One file of `schemas/names/`, as shipped; raises DefinitionError where it cannot be read."""
    folder, file = shipped("schemas"), f"names/{name}.yaml"
    try:
        return dict(read_mapping(folder, file).content)
    except BadDocument as bad:
        raise DefinitionError("definition_broken", folder=folder, first=str(bad.problem), count=1) from None
