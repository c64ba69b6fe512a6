"""What a definition says about recognising a child again: thresholds, words that are no names, sounds, the shares to
begin with (`linking.yaml`), and how the names of each script are said (`names/*.yaml`)."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from cpms_cli.survey.model.settings.name_tables import NameTables
from cpms_cli.survey.problems import FaultyPart
from cpms_cli.survey.words import Part, Words

FILE, NAMES = "linking.yaml", "names"
READ_AS = "thai"  # the script as whose letters those of other scripts are read, by the name of its file


class AgreementLevel(Part):
    """One way in which two rows agree: its share among pairs of one child (`m`) and of two children (`u`)."""

    m: float = Field(gt=0, lt=1)
    u: float = Field(gt=0, lt=1)
    label: Words


class Sounds(Part):
    """The letters of one class of consonants, in each script."""

    thai: str
    latin: tuple[str, ...]


class SameSound(Part):
    """Letters of Thai that are said alike, at the head of a syllable and at its end; spellings of Latin."""

    head: tuple[str, ...]
    end: tuple[str, ...]
    latin: dict[str, str]


class Relatives(Part):
    """How many relatives a row has in a table before the table has shown it, and how many rows that is worth."""

    share: float = Field(gt=0)
    weight: float = Field(gt=0)


class TableColumn(Part):
    """What a column of a table of persons can hold: a question of the survey, or what else tells of a person."""

    field: str | None = None
    headers: tuple[str, ...] = ()
    label: Words | None = None


class TableSettings(Part):
    """Tables of persons: `agree` has the share of relatives at each level of what is mostly a person's own.

    `automatic` holds there and between provinces.
    """

    automatic: float = Field(0.995, gt=0.5, lt=1)  # definitions of an earlier version have one limit for all
    duplicates: float = Field(gt=0, lt=1)
    relatives: Relatives
    agree: dict[str, dict[str, float]]
    columns: dict[str, TableColumn]


class LinkingSettings(Part):
    """The whole of it; `automatic` and `review` are precision targets, probabilities that a pair is one child.

    `names` is what stands in the folder of this name.
    """

    automatic: float = Field(gt=0.5, lt=1)
    review: float = Field(gt=0, lt=1)
    overlap: float = Field(gt=0, le=1)
    moved: float = Field(0.05, gt=0, le=1)  # definitions of an earlier version do not say it
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
    comparisons: dict[str, dict[str, AgreementLevel]]
    tables: TableSettings
    names: NameTables = NameTables()

    def __hash__(self) -> int:
        """By identity, as `__eq__`: a definition is read once, and what is made ready from it is kept beside it."""
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that it says: links made under another are no longer what they would be."""
        # Sets in order: as they come, the text would be another one in every process.
        content = json.dumps(self.model_dump(), default=sorted, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        for name, levels in self.comparisons.items():
            for share in ("m", "u"):
                total = sum(getattr(level, share) for level in levels.values())
                if abs(total - 1) > 1e-6:
                    raise FaultyPart("shares_add_up", name=name, share=share, total=f"{total:g}")
        if self.review >= self.automatic:
            raise FaultyPart("review")
        return self
