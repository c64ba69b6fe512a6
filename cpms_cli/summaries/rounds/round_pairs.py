"""The same children in two rounds of an area: what became of what was told of them then.

A child counts where it lived in the later round; one not seen there, where it lived in the earlier. Who lived in the
area before and elsewhere now has moved away, and is told apart; so is who came from another area. The same child is
known by its links, so that a resolved case is a child that has it no longer, never a smaller count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import duckdb
import pandas as pd

from cpms_cli.scoring.profiles import CHILD_ROUND, group_column
from cpms_cli.summaries.area.shares import told_groups, within
from cpms_cli.summaries.scope import Span
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.rules.typed_answers import quoted

PAIR = "pair"
NOT_SEEN, GROWN = "not_seen", "turned_18"
STAYED, CAME, LEFT = "stayed", "moved_in", "moved_away"
_ADULT = 18  # Convention on the Rights of the Child, article 1
BEFORE = ("continuing", "resolved", "outgrown", "unknown_now", "lost", "turned_18", "moved_away")
NOW = ("new", "reopened", "found_again", "continuing", "moved_in")
_NEW = ("new_not_seen", "new_unknown", "new_other")
CASES = (
    "new",
    "reopened",
    "found_again",
    "continuing",
    "moved_in",
    "resolved",
    "outgrown",
    "unknown_now",
    "lost",
    "turned_18",
    "moved_away",
)
_OPPOSITE = {"yes": "no", "no": "yes"}


def create_pair(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    code: str | None,
    rounds: tuple[int, int],
    *,
    columns: Sequence[str] = (),
    by: Sequence[Group] = (),
    case: str = "yes",
) -> None:
    """Temporary table `pair`, a row per child of the area in either of two rounds; `create_profiles` must have run.

    a, b: its level, the bounds of its counted indicators and the answers in `columns`, in the earlier round and the
    later; `in_a`, `in_b`, whether it was seen then; `place`: stayed, moved_in, moved_away; `grown`, whether it must be
    18 by the later round; `ever`, of each of `columns` whether the answer was `case` before the earlier round; and the
    `group_column` of each of `by`.
    """
    person, when = survey.role("person").name, survey.role("round").name
    groups = [group_column(group.id) for group in by]
    in_area = within(survey, code, None)
    ever = "".join(f", coalesce(bool_or({column} = {quoted(case)}), FALSE) AS {column}" for column in columns)

    def in_round(round_: int) -> str:
        text = ", ".join(("level", "counted_min", "counted_max", "age_min", *columns, *groups))
        return f"SELECT {person} AS person, {in_area} AS here, {text} FROM {CHILD_ROUND} WHERE {when} = {round_}"

    first, last = rounds
    of_group = "".join(
        f", CASE WHEN coalesce(b.here, FALSE) THEN b.{group} ELSE a.{group} END AS {group}" for group in groups
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {PAIR} AS WITH a AS ({in_round(first)}), b AS ({in_round(last)}),"
        f" e AS (SELECT {person} AS person{ever} FROM {CHILD_ROUND} WHERE {when} < {first} GROUP BY 1)"
        f" SELECT a, b, e AS ever, a.person IS NOT NULL AS in_a, b.person IS NOT NULL AS in_b,"
        f" CASE WHEN coalesce(b.here, FALSE) AND NOT coalesce(a.here, TRUE) THEN {quoted(CAME)}"
        f" WHEN coalesce(a.here, FALSE) AND NOT coalesce(b.here, TRUE) THEN {quoted(LEFT)} ELSE {quoted(STAYED)} END"
        f" AS place, a.age_min + {last - first} >= {_ADULT} AS grown{of_group}"
        " FROM a FULL JOIN b ON a.person = b.person LEFT JOIN e ON e.person = coalesce(a.person, b.person)"
        " WHERE coalesce(a.here, FALSE) OR coalesce(b.here, FALSE)"
    )


def _case(column: str, case: str) -> str:
    """SQL for what became of one column of one child; NULL where it is no case in either round."""
    before, now, other = f"a.{column}", f"b.{column}", quoted(_OPPOSITE[case])
    is_case = f"= {quoted(case)}"
    return (
        f"CASE WHEN {before} {is_case} AND place <> {quoted(CAME)} THEN CASE"
        f" WHEN place = {quoted(LEFT)} THEN 'moved_away' WHEN NOT in_b AND grown THEN 'turned_18'"
        f" WHEN NOT in_b THEN 'lost' WHEN {now} {is_case} THEN 'continuing' WHEN {now} = {other} THEN 'resolved'"
        f" WHEN {now} = 'n/a' THEN 'outgrown' ELSE 'unknown_now' END"
        f" WHEN {now} {is_case} AND place <> {quoted(LEFT)} THEN CASE WHEN {before} {is_case} THEN 'moved_in'"
        f" WHEN coalesce(ever.{column}, FALSE) THEN CASE WHEN {before} IN ({other}, 'n/a') THEN 'reopened'"
        f" ELSE 'found_again' END WHEN NOT in_a THEN 'new_not_seen'"
        f" WHEN {before} = 'unknown' THEN 'new_unknown' ELSE 'new_other' END END AS {column}"
    )


def _cases_of_pair(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[str], by: Sequence[Group], case: str
) -> pd.DataFrame:
    groups = [f"{group_column(group.id)} AS {group.id}" for group in by]
    text = ", ".join([*groups, *(_case(column, case) for column in columns)])
    kinds = dict.fromkeys((*CASES, *_NEW))
    del kinds["new"]
    counts = ", ".join(f"count(*) FILTER (kind = {quoted(kind)}) AS {kind}" for kind in kinds)
    counted_pairs = connection.execute(
        f"SELECT {''.join(f'{group.id}, ' for group in by)}item, {counts} FROM (SELECT {text} FROM {PAIR})"
        f" UNPIVOT INCLUDE NULLS (kind FOR item IN ({', '.join(columns)})) GROUP BY ALL"
        " ORDER BY ALL"
    ).df()
    counted_pairs["new"] = counted_pairs[list(_NEW)].sum(axis=1)
    counted_pairs = counted_pairs.assign(
        before=counted_pairs[list(BEFORE)].sum(axis=1), now=counted_pairs[list(NOW)].sum(axis=1)
    )
    order = {column: number for number, column in enumerate(columns)}
    counted_pairs = counted_pairs.sort_values("item", key=lambda names: names.map(order), kind="stable")
    return counted_pairs[[*(group.id for group in by), "item", "before", "now", *CASES, *_NEW[:-1]]]


def cases_between(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    span: Span,
    columns: Sequence[str],
    *,
    by: Sequence[Group] = (),
    case: str = "yes",
    language: Language = "en",
) -> pd.DataFrame:
    """What became of the cases of some columns of `child_round` over a span: children whose answer is `case`.

    A row per pair of successive rounds, then the whole span, (groups,) and column: from_round, to_round, (the codes and
    labels of the groups,) item, the column; `before`, children of the area with that answer; `now`, likewise. `before`
    is the sum of continuing, resolved (the opposite answer now), outgrown (does not apply to the child now),
    unknown_now (not resolved: nobody knows), lost (not seen), turned_18, moved_away. `now` is the sum of continuing,
    new, reopened (a case in a round before `from_round`, none then), found_again (likewise, but not seen or unknown
    then), moved_in (a case elsewhere then). Of the new, new_not_seen were not seen before, and new_unknown had no
    answer. n/a before counts as no case.
    """

    def of_pair() -> pd.DataFrame:
        return _cases_of_pair(connection, columns, by, case)

    return over_pairs(connection, survey, span, of_pair, columns=columns, by=by, case=case, language=language)


def named_cases(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    span: Span,
    columns: Mapping[str, tuple[int | str, str]],
    headings: tuple[str, str],
    *,
    by: Sequence[Group] = (),
    case: str = "yes",
    language: Language = "en",
) -> pd.DataFrame:
    """`cases_between` with, in the place of the column, what identifies it and its name in words, as `columns` says,
    under the two `headings`."""
    cases = cases_between(connection, survey, span, list(columns), by=by, case=case, language=language)
    position = list(cases).index("item")
    item = cases.pop("item")
    cases.insert(position, headings[0], item.map({column: words[0] for column, words in columns.items()}))
    cases.insert(
        position + 1, headings[1], item.map({column: words[1] for column, words in columns.items()}).astype("str")
    )
    return cases


def over_pairs(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    span: Span,
    counted: Callable[[], pd.DataFrame],
    *,
    columns: Sequence[str] = (),
    by: Sequence[Group] = (),
    case: str = "yes",
    language: Language = "en",
) -> pd.DataFrame:
    """What `counted` makes of `pair` for each pair of the span, one below the other: from_round, to_round, the groups'
    codes, which it has under their ids, with their labels, and the rest."""
    tables = []
    for rounds in span.pairs:
        create_pair(connection, survey, span.code, rounds, columns=columns, by=by, case=case)
        table = told_groups(survey, counted(), by, language)
        table.insert(0, "from_round", rounds[0])
        table.insert(1, "to_round", rounds[1])
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
