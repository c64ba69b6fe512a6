"""The layouts in which programs export, as `schemas/exports.yaml` describes them with their sources: those of
KoboToolbox and ODK, this program's own, and what offices add by themselves.

The layouts belong to those programs, not to a province: they are read from the shipped definition only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict

from cpms_cli.reading.source import SourceTable
from cpms_cli.survey.model.definition import Role
from cpms_cli.survey.plain_text import plain_text
from cpms_cli.survey.yaml_files.located_yaml import read_yaml
from cpms_cli.survey.yaml_files.location import shipped


class Layout(BaseModel):
    """One program's way of naming the columns that it adds; see the head of `schemas/exports.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    source: str
    marks: tuple[tuple[str, ...], ...]
    key: str
    parent: str
    parent_table: str | None = None
    submission: tuple[str, ...]
    days: tuple[str, ...]
    metadata: tuple[str, ...]
    metadata_begins: tuple[str, ...]

    def owns(self, header: str) -> bool:
        """Whether the program adds this column by itself."""
        name = folded_name(header)
        return name in {name.casefold() for name in self.metadata} or name.startswith(
            tuple(start.casefold() for start in self.metadata_begins)
        )

    def is_repeat_group(self, header: Sequence[str]) -> bool:
        """Whether a sheet with these headers has the rows of a repeat group: each names the row around it."""
        return find_column(header, self.parent) is not None


class LeadingColumns(BaseModel):
    """The columns that a program of forms puts before its questions; see `leading` in `schemas/exports.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    source: str
    least: int
    columns: tuple[tuple[str, ...], ...]
    days: tuple[str, ...]

    def count(self, header: Sequence[str]) -> int:
        """How many of the first columns are the program's own; 0 where they are not those of such a program."""
        free = {folded_name(word): place for place, words in enumerate(self.columns) for word in words}
        taken: list[int] = []
        for cell in header:
            place = free.get(folded_name(cell))
            if place is None or place in taken:
                break
            taken.append(place)
        return len(taken) if set(range(self.least)) <= set(taken) else 0


class OwnLists(BaseModel):
    """What the list of visits says beside the columns to fill in: fields by role, other words by a message's id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: tuple[Role, ...]
    words: tuple[str, ...]


class OwnScores(BaseModel):
    """What stands in exports of records beside the indicators: by name, and by the id of a message."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...]
    words: tuple[str, ...]


class OwnColumns(BaseModel):
    """Columns that this program itself writes beside the survey's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aside: tuple[str, str]
    names: tuple[str, str]
    form: tuple[str, ...]
    of_dates: tuple[str, ...]
    sentences: tuple[str, ...]
    scores: OwnScores
    lists: OwnLists


class AsideColumns(BaseModel):
    """Headers of an office's own columns that answer no question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    numbering: tuple[str, ...]
    remarks: tuple[str, ...]
    counts: tuple[str, ...]


@lru_cache(maxsize=65_536)
def folded_name(header: str) -> str:
    """A header as the names of columns that a program adds are compared."""
    return plain_text(header).casefold()


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = read_yaml(shipped("schemas"), "exports.yaml").content
    return content


@cache
def layouts() -> tuple[Layout, ...]:
    """The layouts known, in the order in which they are tried."""
    return tuple(Layout.model_validate(layout) for layout in _content()["layouts"])


@cache
def _programs_of_forms() -> tuple[LeadingColumns, ...]:
    return tuple(LeadingColumns.model_validate(program) for program in _content()["leading"])


def leading_columns(header: Sequence[str]) -> tuple[LeadingColumns, range] | None:
    """The program of forms that put its own columns first, and which these are; None where none did.

    >>> leading_columns(["Timestamp", "Name", "Sex"])[1], leading_columns(["ID", "Name", "Sex"])
    (range(0, 1), None)
    """
    counted = ((program, program.count(header)) for program in _programs_of_forms())
    return next(((program, range(count)) for program, count in counted if count), None)


@cache
def own_columns() -> OwnColumns:
    """What this program's own files have beside the survey's columns."""
    return OwnColumns.model_validate(_content()["own"])


@cache
def aside_columns() -> AsideColumns:
    """What offices add that answers no question."""
    return AsideColumns.model_validate(_content()["aside"])


@cache
def child_words() -> tuple[str, ...]:
    """The words that stand with a child's number in a header, the longest first."""
    return tuple(sorted(_content()["side_by_side"]["words"], key=len, reverse=True))


@cache
def village_number_words() -> tuple[str, ...]:
    """Headers of a column that has a village's number within its subdistrict."""
    return tuple(_content()["village_number"])


@cache
def village_perhaps_words() -> tuple[str, ...]:
    """Headers of a column that has a village's number within its subdistrict, or else its name."""
    return tuple(_content()["village_perhaps"])


@cache
def title_words() -> tuple[str, ...]:
    """Headers of a column that has the title before the child's name."""
    return tuple(_content()["title"])


@cache
def subdistrict_words() -> tuple[str, ...]:
    """Headers of a column that has the name of a subdistrict."""
    return tuple(_content()["subdistrict"])


@cache
def words_around_subdistrict() -> dict[str, tuple[str, ...]]:
    """Headers of columns that have the names of the areas around a subdistrict: `district` and `province`."""
    return {area: tuple(_content()[area]) for area in ("district", "province")}


def layout_of(header: Sequence[str]) -> Layout | None:
    """The layout that a row of headers has the marks of; None where no program's marks are there.

    >>> [layout.id for layout in map(layout_of, (["sex", "_index"], ["KEY", "PARENT_KEY"], ["sex", "age"])) if layout]
    ['kobo', 'odk']
    """
    names = set(map(folded_name, header))
    return next((layout for layout, marks in _folded_marks() if marks <= names), None)


@cache
def _folded_marks() -> tuple[tuple[Layout, frozenset[str]], ...]:
    """Each layout with each of its sets of marks, in the order in which they are tried."""
    return tuple((layout, frozenset(map(str.casefold, marks))) for layout in layouts() for marks in layout.marks)


def find_column(header: Sequence[str], name: str) -> int | None:
    """The place of the column that a program named so; None where it is not there."""
    wanted = name.casefold()
    return next((index for index, cell in enumerate(header) if folded_name(cell) == wanted), None)


def mark_repeat_groups(sources: Sequence[SourceTable]) -> list[SourceTable]:
    """Return the sheets of one file; one whose rows other sheets repeat groups of is told apart (`has_repeats`)."""
    exported = [(source, layout_of(source.header)) for source in sources]
    inner = {layout.id for source, layout in exported if layout and layout.is_repeat_group(source.header)}
    return [
        replace(source, has_repeats=True)
        if layout and layout.id in inner and not layout.is_repeat_group(source.header)
        else source
        for source, layout in exported
    ]
