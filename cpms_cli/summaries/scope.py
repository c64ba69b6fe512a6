"""What part of the store a summary is of: an area, a round, and the round before it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.summaries.counts.shares import area_name, within
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Indicator, Language, Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.near_words import meant, named, near, spellings
from cpms_cli.workspace import Workspace

_OFTEN_EMPTY = ("not_comparable", "not_asked")


def tables_with_rows(**tables: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables that have rows: what a summary shows only where there is such."""
    return {name: table for name, table in tables.items() if len(table)}


@dataclass(frozen=True)
class Scope:
    """An area's code (None: the whole store) and name; the round summarised, the one before it, all rounds there."""

    code: str | None
    name: str
    round: int
    previous: int | None
    rounds: tuple[int, ...]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The round before and the one summarised; empty where none came before."""
        return [] if self.previous is None else [(self.previous, self.round)]

    def about(self) -> dict[str, str | int | None]:
        """What a JSON document says of it."""
        return {"area": self.code, "name": self.name, "round": self.round, "previous": self.previous}


@dataclass(frozen=True)
class Span:
    """An area's code (None: the whole store) and name, and the rounds of it that are compared, oldest first."""

    code: str | None
    name: str
    rounds: tuple[int, ...]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Each pair of successive rounds, and the whole span where that is another.

        >>> Span("85", "Ranong", (2024, 2025, 2026)).pairs
        [(2024, 2025), (2025, 2026), (2024, 2026)]
        """
        whole = [(self.rounds[0], self.rounds[-1])] if len(self.rounds) > 2 else []
        return [*pairwise(self.rounds), *whole]

    @property
    def scopes(self) -> list[Scope]:
        """Each round as a scope of its own; before the first there is none to compare it with."""
        before = (None, *self.rounds[:-1])
        return [
            Scope(self.code, self.name, now, then, self.rounds) for now, then in zip(self.rounds, before, strict=True)
        ]

    def about(self) -> dict[str, Any]:
        """What a JSON document says of it."""
        return {"area": self.code, "name": self.name, "rounds": list(self.rounds)}


@dataclass(frozen=True)
class OverRounds:
    """A summary over a span of rounds; its tables are its fields that hold one."""

    span: Span

    def about(self) -> dict[str, Any]:
        """What a JSON document says of it before its tables."""
        return self.span.about()

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read; what cannot be compared, and what a round did not
        ask, where there is such."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        tables = {name: table for name, table in values.items() if isinstance(table, pd.DataFrame)}
        return {name: table for name, table in tables.items() if name not in _OFTEN_EMPTY or len(table)}


def rounds_of(workspace: Workspace, code: str | None) -> tuple[int, ...]:
    """Return the rounds in which an area has children, oldest first."""
    survey = workspace.survey
    round_ = survey.role("round").name
    rows = workspace.connection.execute(f"""
        SELECT DISTINCT {round_}::INTEGER
        FROM current_child
        WHERE {within(survey, code, None)}
        ORDER BY 1""").fetchall()
    return tuple(int(row[0]) for row in rows)


def villages_with_children(workspace: Workspace) -> list[str]:
    """Return the codes of the villages that the store has children of, in any round."""
    village = workspace.survey.role("village").name
    rows = workspace.connection.execute(f"SELECT DISTINCT {village} FROM current_child ORDER BY {village}").fetchall()
    return [str(code) for (code,) in rows]


def _name_of(workspace: Workspace, code: str | None) -> str:
    """Return the name of an area, or of the whole store; raises UsageError for a code of no area."""
    workspace.check_reads(code)
    if code is None:
        return say("whole_store", workspace.language)
    return area_name(workspace.survey, code, workspace.language)


def _check_rounds(rounds: tuple[int, ...], area: str, round_: int | None, language: Language) -> None:
    if not rounds:
        raise UsageError("no_children_ever", area=area)
    if round_ is not None and round_ not in rounds:
        known = ", ".join(shown_year(year, language) for year in rounds)
        raise UsageError("no_children_there", area=area, round=shown_year(round_, language), known=known)


def check_surveyed(workspace: Workspace, code: str | None, round_: int | None) -> None:
    """Raise UsageError for an area that does not exist, or of which the store has nothing (in this round): a list of
    nobody would read as if nobody there needed help."""
    survey, language, name = workspace.survey, workspace.language, _name_of(workspace, code)
    when, condition = survey.role("round").name, within(survey, code, None)
    seen = " UNION ".join(
        f"SELECT DISTINCT {when}::INTEGER FROM {view} WHERE {condition}"
        for view in ("current_child", "current_household")
    )
    rows = workspace.connection.execute(f"{seen} ORDER BY 1").fetchall()
    _check_rounds(tuple(int(row[0]) for row in rows), name if code is None else code, round_, language)


def scope_of(workspace: Workspace, code: str | None, round_: int | None) -> Scope:
    """Return the area and round asked for, by default the area's last round.

    Raises UsageError for an unknown area or a round without data.
    """
    name = _name_of(workspace, code)
    rounds = rounds_of(workspace, code)
    _check_rounds(rounds, name if code is None else code, round_, workspace.language)
    current = rounds[-1] if round_ is None else round_
    return Scope(code, name, current, max((year for year in rounds if year < current), default=None), rounds)


def span_of(
    workspace: Workspace, code: str | None, rounds: tuple[int, int], known: tuple[int, ...] | None = None
) -> Span:
    """Return the rounds of an area from the first to the last of `rounds`.

    `known` are the rounds to choose from, by default those in which the area has children. Raises UsageError for an
    unknown area, an area without children, or fewer than two rounds.
    """
    language, name, (first, last) = workspace.language, _name_of(workspace, code), rounds
    known = rounds_of(workspace, code) if known is None else known
    _check_rounds(known, name if code is None else code, None, language)
    chosen = tuple(year for year in known if first <= year <= last)
    if len(chosen) < 2:
        asked = f"{shown_year(first, language)}:{shown_year(last, language)}"
        text = ", ".join(shown_year(year, language) for year in known)
        raise UsageError("too_few_rounds", rounds=asked, known=text)
    return Span(code, name, chosen)


def area_groups(survey: Survey) -> tuple[Group, ...]:
    """The groups that are areas, the widest first."""
    return tuple(
        sorted(
            (group for group in survey.figures.groups if group.digits),
            key=lambda group_of_areas: group_of_areas.digits or 0,
        )
    )


def parts_of(survey: Survey, code: str | None) -> Group:
    """The group by which an area is shown in parts: the villages of a subdistrict, else the subdistricts."""
    areas = area_groups(survey)
    narrowest = areas[-1]
    wider = areas[-2] if len(areas) > 1 else narrowest
    return narrowest if code is not None and len(code) >= (wider.digits or 0) else wider


def known_level(survey: Survey, text: str) -> str:
    """The id of the level that is meant by its id or its label in any language; raises UsageError where none is."""
    known = {level.id: (*spellings(level.id, level.label), *level.formerly) for level in survey.levels}
    if (level := meant(text, known)) is not None:
        return level
    words = {level.id: level.label for level in survey.levels}
    alike = named(words, near(text, known))
    if alike:
        raise UsageError("unknown_level_near", level=text, near=alike)
    raise UsageError("unknown_level", level=text, known=named(words))


def known_indicator(survey: Survey, text: int | str) -> Indicator:
    """The indicator of this number, or of this name in any language; raises UsageError where there is none."""
    names = {str(indicator.number): indicator.name for indicator in survey.indicators}
    known = {number: spellings(number, name) for number, name in names.items()}
    number = meant(str(text), known)
    indicator = survey.indicator(int(number)) if number is not None else None
    if indicator is not None:
        return indicator
    alike = () if str(text).isdecimal() else named(names, near(str(text), known))
    if alike:
        raise UsageError("unknown_indicator_near", number=text, near=alike)
    raise UsageError("unknown_indicator", number=text, known=survey.indicator_numbers)
