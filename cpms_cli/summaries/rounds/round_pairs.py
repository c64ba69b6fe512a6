"""The same children in two rounds of an area: what became of what was told of them then.

A child counts where it lived in the later round; one not seen there, where it lived in the earlier. Who lived in the
area before and elsewhere now has moved away, and is told apart; so is who came from another area. The same child is
known by its links, so that a resolved case is a child that has it no longer, never a smaller count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from cpms_cli.scoring.profiles import CHILD_ROUND, group_column
from cpms_cli.summaries.counts.shares import label_groups, within
from cpms_cli.summaries.scope import Span
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace

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


@dataclass(frozen=True)
class Compared:
    """What is compared between two rounds.

    `columns` of `child_round` whose answers are followed, `by` the groups of children, and the answer that is a `case`
    (the opposite answer resolves it).
    """

    columns: tuple[str, ...] = ()
    by: Sequence[Group] = ()
    case: str = "yes"

    @property
    def group_columns(self) -> list[str]:
        """The columns of `child_round` that hold the groups."""
        return [group_column(group.id) for group in self.by]


def create_pair(workspace: Workspace, code: str | None, rounds: tuple[int, int], compared: Compared) -> None:
    """Create the temporary table `pair`: a row per child that the area had in either of two rounds.

    Columns: `a` and `b`, the child in the earlier and in the later round (level, bounds of the number of counted
    indicators, answers in the compared columns); `in_a` and `in_b`, whether it was seen in that round; `place` (stayed,
    moved_in, moved_away); `grown`, whether it must be 18 by the later round; `ever`, for each compared column whether
    the answer was a case in a round before the earlier one; and a column for each group.
    """
    survey, columns, groups = workspace.survey, compared.columns, compared.group_columns
    person, when = survey.role("person").name, survey.role("round").name
    in_area = within(survey, code, None)
    ever = "".join(f", coalesce(bool_or({column} = {quoted(compared.case)}), FALSE) AS {column}" for column in columns)

    def in_round(round_: int) -> str:
        text = ", ".join(("level", "counted_min", "counted_max", "age_min", *columns, *groups))
        return f"SELECT {person} AS person, {in_area} AS here, {text} FROM {CHILD_ROUND} WHERE {when} = {round_}"

    first, last = rounds
    of_group = "".join(
        f", CASE WHEN coalesce(b.here, FALSE) THEN b.{group} ELSE a.{group} END AS {group}" for group in groups
    )
    workspace.profiled().execute(f"""
        CREATE OR REPLACE TEMP TABLE {PAIR} AS
        WITH a AS ({in_round(first)}),
        b AS ({in_round(last)}),
        e AS (
            SELECT {person} AS person{ever}
            FROM {CHILD_ROUND}
            WHERE {when} < {first}
            GROUP BY 1
        )
        SELECT
            a,
            b,
            e AS ever,
            a.person IS NOT NULL AS in_a,
            b.person IS NOT NULL AS in_b,
            CASE
                WHEN coalesce(b.here, FALSE) AND NOT coalesce(a.here, TRUE) THEN {quoted(CAME)}
                WHEN coalesce(a.here, FALSE) AND NOT coalesce(b.here, TRUE) THEN {quoted(LEFT)}
                ELSE {quoted(STAYED)}
            END AS place,
            a.age_min + {last - first} >= {_ADULT} AS grown{of_group}
        FROM a
        FULL JOIN b ON a.person = b.person
        LEFT JOIN e ON e.person = coalesce(a.person, b.person)
        WHERE coalesce(a.here, FALSE) OR coalesce(b.here, FALSE)""")


def _case(column: str, case: str) -> str:
    """SQL for what became of one column of one child; NULL where it is no case in either round."""
    before, now, other = f"a.{column}", f"b.{column}", quoted(_OPPOSITE[case])
    is_case = f"= {quoted(case)}"
    return f"""
        CASE
            WHEN {before} {is_case} AND place <> {quoted(CAME)} THEN CASE
                WHEN place = {quoted(LEFT)} THEN 'moved_away'
                WHEN NOT in_b AND grown THEN 'turned_18'
                WHEN NOT in_b THEN 'lost'
                WHEN {now} {is_case} THEN 'continuing'
                WHEN {now} = {other} THEN 'resolved'
                WHEN {now} = 'n/a' THEN 'outgrown'
                ELSE 'unknown_now'
            END
            WHEN {now} {is_case} AND place <> {quoted(LEFT)} THEN CASE
                WHEN {before} {is_case} THEN 'moved_in'
                WHEN coalesce(ever.{column}, FALSE) THEN CASE
                    WHEN {before} IN ({other}, 'n/a') THEN 'reopened'
                    ELSE 'found_again'
                END
                WHEN NOT in_a THEN 'new_not_seen'
                WHEN {before} IN ('unknown', 'not_asked') THEN 'new_unknown'
                ELSE 'new_other'
            END
        END AS {column}"""


def _cases_of_pair(connection: duckdb.DuckDBPyConnection, compared: Compared) -> pd.DataFrame:
    """Return the counts of `cases_between` for the two rounds of `pair`."""
    columns, by = compared.columns, compared.by
    groups = [f"{group_column(group.id)} AS {group.id}" for group in by]
    text = ", ".join([*groups, *(_case(column, compared.case) for column in columns)])
    kinds = dict.fromkeys((*CASES, *_NEW))
    del kinds["new"]
    counts = ", ".join(f"count(*) FILTER (kind = {quoted(kind)}) AS {kind}" for kind in kinds)
    counted_pairs = connection.execute(f"""
        SELECT {"".join(f"{group.id}, " for group in by)}item, {counts}
        FROM (SELECT {text} FROM {PAIR})
        UNPIVOT INCLUDE NULLS (kind FOR item IN ({", ".join(columns)}))
        GROUP BY ALL
        ORDER BY ALL""").df()
    counted_pairs["new"] = counted_pairs[list(_NEW)].sum(axis=1)
    counted_pairs = counted_pairs.assign(
        before=counted_pairs[list(BEFORE)].sum(axis=1), now=counted_pairs[list(NOW)].sum(axis=1)
    )
    order = {column: number for number, column in enumerate(columns)}
    counted_pairs = counted_pairs.sort_values("item", key=lambda names: names.map(order), kind="stable")
    return counted_pairs[[*(group.id for group in by), "item", "before", "now", *CASES, *_NEW[:-1]]]


def cases_between(workspace: Workspace, span: Span, compared: Compared) -> pd.DataFrame:
    """Return what became of the cases in the compared columns over a span.

    There is a row per pair of successive rounds, and for the whole span if it is longer, per group and column. Columns:
    from_round, to_round, the codes and labels of the groups, item (the column), and these counts of children:

    - `before`, the cases in the earlier round, is the sum of continuing, resolved (the opposite answer now), outgrown
      (the question does not apply to the child now), unknown_now (no answer now, or not asked), lost (not seen now),
      turned_18 and moved_away.
    - `now`, the cases in the later round, is the sum of continuing, new, reopened (a case in a round before
      `from_round`, none in `from_round`), found_again (the same, but not seen or unknown in `from_round`) and moved_in
      (a case in another area in `from_round`).
    - Of the new, new_not_seen were not seen in the earlier round, and new_unknown had no answer in it, or
      were not asked.

    n/a in the earlier round counts as no case.
    """
    return over_pairs(workspace, span, compared, lambda connection: _cases_of_pair(connection, compared))


def with_names(
    cases: pd.DataFrame, columns: Mapping[str, tuple[int | str, str]], headings: tuple[str, str]
) -> pd.DataFrame:
    """Return the table of `cases_between` with the number or id and the name of each item in place of `item`.

    `columns` gives both for each compared column; `headings` are the names of the two new columns.
    """
    cases = cases.copy()
    position = list(cases).index("item")
    item = cases.pop("item")
    cases.insert(position, headings[0], item.map({column: words[0] for column, words in columns.items()}))
    cases.insert(
        position + 1, headings[1], item.map({column: words[1] for column, words in columns.items()}).astype("str")
    )
    return cases


def over_pairs(
    workspace: Workspace,
    span: Span,
    compared: Compared,
    counted: Callable[[duckdb.DuckDBPyConnection], pd.DataFrame],
) -> pd.DataFrame:
    """Return one table of what `counted` makes of `pair`, for each pair of rounds of the span in turn.

    `counted` gives the groups' codes in columns of their ids. Columns: from_round, to_round, the groups' codes and
    labels, then the other columns of `counted`.
    """
    tables = []
    for rounds in span.pairs:
        create_pair(workspace, span.code, rounds, compared)
        table = label_groups(workspace.survey, counted(workspace.connection), compared.by, workspace.language)
        table.insert(0, "from_round", rounds[0])
        table.insert(1, "to_round", rounds[1])
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
