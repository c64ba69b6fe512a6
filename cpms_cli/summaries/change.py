"""Change between rounds, child by child: new, continuing and resolved cases, and how children move between levels.

A child counts where it lived in the later round; one not seen there, where it lived in the earlier. Who lived in the
area before and elsewhere now has moved away, and is told apart; so is who came from another area. The same child is
known by its links, so that a resolved case is a child that has it no longer, never a smaller count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.scoring.profiles import CHILD_ROUND, create_profiles, group_column
from cpms_cli.store.file import open_store
from cpms_cli.summaries.scope import rounds_of
from cpms_cli.summaries.shares import area_name, group_labels, groups_asked, within
from cpms_cli.survey.definition import Language, Survey
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.figures import Group
from cpms_cli.survey.loading import load_survey
from cpms_cli.survey.relations import quoted

NOT_SEEN, GROWN = "not_seen", "turned_18"
STAYED, CAME, LEFT = "stayed", "moved_in", "moved_away"
_ADULT = 18  # Convention on the Rights of the Child, article 1
CASES = (
    "new", "reopened", "found_again", "continuing", "moved_in", "resolved", "outgrown", "unknown_now", "lost",
    "turned_18", "moved_away",
)  # fmt: skip
_BEFORE = ("continuing", "resolved", "outgrown", "unknown_now", "lost", "turned_18", "moved_away")
_NOW = ("new", "reopened", "found_again", "continuing", "moved_in")


@dataclass(frozen=True)
class AreaChange:
    """How an area changed over a span of rounds; `cases` and `flow` as `case_changes` and `level_flow` say."""

    code: str
    name: str
    rounds: tuple[int, ...]
    cases: pd.DataFrame
    flow: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        return {"cases": self.cases, "flow": self.flow}


def spans(rounds: Sequence[int]) -> list[tuple[int, int]]:
    """Each pair of successive rounds, and the whole span where that is another.

    >>> spans([2024, 2025, 2026])
    [(2024, 2025), (2025, 2026), (2024, 2026)]
    """
    pairs = list(pairwise(rounds))
    return pairs + ([(rounds[0], rounds[-1])] if len(rounds) > 2 else [])


def _create_pair(
    connection: duckdb.DuckDBPyConnection, survey: Survey, code: str, span: tuple[int, int], by: Group | None
) -> None:
    """`pair`: a row per child of the area in either round: a, b (its answers and level then), whether it was `there` in
    each, `place`, `grown`, `ever` (indicators that were yes before the earlier round), and its group."""
    person, when = survey.role("person").name, survey.role("round").name
    columns = ", ".join(one.column for one in survey.indicators)
    grouped = f", {group_column(by.id)} AS grouped" if by else ", NULL::VARCHAR AS grouped"
    here = within(survey, code, None)
    ever = ", ".join(f"bool_or({one.column} = 'yes') AS {one.column}" for one in survey.indicators)

    def at(round_: int) -> str:
        return (
            f"SELECT {person} AS person, {here} AS here, level, age_min, {columns}{grouped} FROM {CHILD_ROUND}"
            f" WHERE {when} = {round_}"
        )

    first, last = span
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE pair AS WITH a AS ({at(first)}), b AS ({at(last)}),"
        f" e AS (SELECT {person} AS person, {ever} FROM {CHILD_ROUND} WHERE {when} < {first} GROUP BY 1)"
        f" SELECT a, b, e AS ever, a.person IS NOT NULL AS in_a, b.person IS NOT NULL AS in_b,"
        f" CASE WHEN coalesce(b.here, FALSE) AND NOT coalesce(a.here, TRUE) THEN {quoted(CAME)}"
        f" WHEN coalesce(a.here, FALSE) AND NOT coalesce(b.here, TRUE) THEN {quoted(LEFT)} ELSE {quoted(STAYED)} END"
        f" AS place, a.age_min + {last - first} >= {_ADULT} AS grown,"
        f" CASE WHEN coalesce(b.here, FALSE) THEN b.grouped ELSE a.grouped END AS grouped"
        " FROM a FULL JOIN b ON a.person = b.person LEFT JOIN e ON e.person = coalesce(a.person, b.person)"
        " WHERE coalesce(a.here, FALSE) OR coalesce(b.here, FALSE)"
    )


def _case(column: str) -> str:
    """SQL for what became of one indicator of one child; NULL where it is no case in either round."""
    before, now = f"a.{column}", f"b.{column}"
    return (
        f"CASE WHEN {before} = 'yes' AND place <> {quoted(CAME)} THEN CASE"
        f" WHEN place = {quoted(LEFT)} THEN 'moved_away' WHEN NOT in_b AND grown THEN 'turned_18'"
        f" WHEN NOT in_b THEN 'lost' WHEN {now} = 'yes' THEN 'continuing' WHEN {now} = 'unknown' THEN 'unknown_now'"
        f" WHEN {now} = 'n/a' THEN 'outgrown' ELSE 'resolved' END"
        f" WHEN {now} = 'yes' AND place <> {quoted(LEFT)} THEN CASE WHEN {before} = 'yes' THEN 'moved_in'"
        f" WHEN coalesce(ever.{column}, FALSE) THEN CASE WHEN {before} IN ('no', 'n/a') THEN 'reopened'"
        f" ELSE 'found_again' END WHEN NOT in_a THEN 'new_not_seen'"
        f" WHEN {before} = 'unknown' THEN 'new_unknown' ELSE 'new_other' END END AS {column}"
    )


def _cases_of(connection: duckdb.DuckDBPyConnection, survey: Survey) -> pd.DataFrame:
    columns = [one.column for one in survey.indicators]
    counted = connection.execute(
        f"SELECT grouped, item, kind, count(*) AS children FROM (UNPIVOT (SELECT grouped,"
        f" {', '.join(map(_case, columns))} FROM pair) ON {', '.join(columns)} INTO NAME item VALUE kind) GROUP BY ALL"
    ).df()
    counted["grouped"] = counted["grouped"].astype("object").fillna("")
    wide = counted.pivot_table(index=["grouped", "item"], columns="kind", values="children", fill_value=0)
    groups = connection.execute("SELECT DISTINCT coalesce(grouped, '') FROM pair ORDER BY 1").df().iloc[:, 0]
    every = pd.MultiIndex.from_product([groups, columns], names=["grouped", "item"])
    kinds = [*CASES[1:], "new_not_seen", "new_unknown", "new_other"]
    wide = wide.reindex(every, fill_value=0).reindex(columns=kinds, fill_value=0).astype("int64")
    wide.insert(0, "new", wide[["new_not_seen", "new_unknown", "new_other"]].sum(axis=1))
    wide.insert(0, "now", wide[list(_NOW)].sum(axis=1))
    wide.insert(0, "before", wide[list(_BEFORE)].sum(axis=1))
    return wide.drop(columns="new_other").reset_index()


def case_changes(
    connection: duckdb.DuckDBPyConnection, survey: Survey, code: str, first: int, last: int, *,
    by: Group | None = None, language: Language = "en",
) -> pd.DataFrame:  # fmt: skip
    """What became of the cases of each indicator between the rounds of an area from `first` to `last`.

    `create_profiles` must have run. A row per pair of successive rounds, then the whole span, (group,) and indicator:
    from_round, to_round, number, name; `before`, children of the area with yes; `now`, likewise. `before` is the sum of
    continuing, resolved (no now), outgrown (does not apply to the child's age now), unknown_now (not resolved: nobody
    knows), lost (not seen), turned_18, moved_away. `now` is the sum of continuing, new, reopened (yes in a round before
    `from_round`, no then), found_again (likewise, but not seen or unknown then), moved_in (yes elsewhere then). Of the
    new, new_not_seen were not seen before, and new_unknown had no answer. n/a before counts as no. Raises UsageError
    where fewer than two rounds have children.
    """
    names = {one.column: one.name.in_(language) for one in survey.indicators}
    numbers = {one.column: one.number for one in survey.indicators}
    found = []
    for span in spans(_rounds(connection, survey, code, first, last, language)):
        _create_pair(connection, survey, code, span, by)
        cases = _cases_of(connection, survey)
        cases.insert(0, "from_round", span[0])
        cases.insert(1, "to_round", span[1])
        cases.insert(4, "number", cases["item"].map(numbers))
        cases.insert(5, "name", cases["item"].map(names).astype("str"))
        found.append(cases.drop(columns="item"))
    return _with_group(survey, pd.concat(found, ignore_index=True), by, language)


def level_flow(
    connection: duckdb.DuckDBPyConnection, survey: Survey, code: str, first: int, last: int, *,
    by: Group | None = None, language: Language = "en",
) -> pd.DataFrame:  # fmt: skip
    """How the children of an area moved between levels, from each round to the next and over the whole span.

    `create_profiles` must have run. Columns: from_round, to_round, (the group,) from_level (or "not_seen"), to_level
    (or "not_seen"; "turned_18": not seen, and 18 by then), place, children; only what occurs. `place`: stayed; moved_in
    (with the level it had elsewhere); moved_away (with the level it has elsewhere). Every child of the area in either
    round stands in one row of each pair. Raises UsageError where fewer than two rounds have children.
    """
    ranks = [*(level.id for level in survey.levels), NOT_SEEN, GROWN]
    found = []
    for span in spans(_rounds(connection, survey, code, first, last, language)):
        _create_pair(connection, survey, code, span, by)
        flow = connection.execute(
            f"SELECT {span[0]} AS from_round, {span[1]} AS to_round, coalesce(grouped, '') AS grouped,"
            f" CASE WHEN in_a THEN a.level ELSE {quoted(NOT_SEEN)} END AS from_level,"
            f" CASE WHEN in_b THEN b.level WHEN grown THEN {quoted(GROWN)} ELSE {quoted(NOT_SEEN)} END AS to_level,"
            " place, count(*) AS children FROM pair GROUP BY ALL"
        ).df()
        order = {level: rank for rank, level in enumerate(ranks)}
        flow = flow.assign(x=flow["from_level"].map(order), y=flow["to_level"].map(order))
        found.append(flow.sort_values(["grouped", "x", "y", "place"], ignore_index=True).drop(columns=["x", "y"]))
    return _with_group(survey, pd.concat(found, ignore_index=True), by, language)


def _with_group(survey: Survey, frame: pd.DataFrame, by: Group | None, language: Language) -> pd.DataFrame:
    if by is None:
        return frame.drop(columns="grouped")
    frame.insert(list(frame).index("grouped") + 1, f"{by.id}_label",
                 group_labels(survey, by, frame["grouped"], language))  # fmt: skip
    return frame.rename(columns={"grouped": by.id})


def _rounds(
    connection: duckdb.DuckDBPyConnection, survey: Survey, code: str, first: int, last: int, language: Language
) -> list[int]:
    known = rounds_of(connection, survey, code)
    found = [one for one in known if first <= one <= last]
    if len(found) < 2:
        asked = f"{shown_year(first, language)}:{shown_year(last, language)}"
        told = ", ".join(shown_year(one, language) for one in known) or "–"
        raise UsageError("too_few_rounds", rounds=asked, known=told)
    return found


def area_change(
    store: str | Path, code: str, first: int, last: int, *, by: Sequence[str] = (), language: Language = "en",
    schemas: Path | None = None,
) -> AreaChange:  # fmt: skip
    """Change in a village, subdistrict, district or province between two rounds and at each round between.

    Raises UsageError for an unknown area, an unknown or a second group, fewer than two rounds with children;
    StoreError, UnreadableFile.
    """
    survey = load_survey(schemas)
    name = area_name(survey, code, language)
    groups = groups_asked(survey, by)
    if len(groups) > 1:
        raise UsageError("one_group_only", groups=", ".join(by))
    group = groups[0] if groups else None
    with open_store(Path(store), survey) as connection:
        create_profiles(connection, survey)
        if not rounds_of(connection, survey, code):
            raise UsageError("no_children_ever", area=code)
        rounds = _rounds(connection, survey, code, first, last, language)
        return AreaChange(
            code, name, tuple(rounds),
            case_changes(connection, survey, code, first, last, by=group, language=language),
            level_flow(connection, survey, code, first, last, by=group, language=language),
        )  # fmt: skip
