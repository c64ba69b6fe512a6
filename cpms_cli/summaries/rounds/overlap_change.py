"""Which indicators occur together, round by round, and how the number that a child has changed.

The number that a child has is known within bounds: an answer that is unknown now never makes it smaller. Only where
all that it may have now is less than all that it may have had, it has surely fewer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.scoring.profiles import group_column
from cpms_cli.summaries.counts.shares import groups_asked, within
from cpms_cli.summaries.rounds.comparability import not_comparable
from cpms_cli.summaries.rounds.overlap import (
    MEMBERS,
    Patterns,
    by_group,
    counted_indicators,
    names_of_counted,
    numbers_of,
    patterns_of,
    together,
)
from cpms_cli.summaries.rounds.round_pairs import CAME, GROWN, LEFT, NOT_SEEN, PAIR, Compared, over_pairs
from cpms_cli.summaries.scope import OverRounds, Span, span_of
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace

FEWER, SAME, MORE, UNSURE, SEEN_NOW = "fewer", "same", "more", "unsure", "first_seen"
BECAME = (SEEN_NOW, CAME, FEWER, SAME, MORE, UNSURE, NOT_SEEN, GROWN, LEFT)


@dataclass(frozen=True)
class OverlapChange(OverRounds):
    """Overlap of the counted indicators over a span of rounds.

    `numbers`, `pairs`, `triples`: those of `overlap.Overlap` for each round, `round` first. `flow`: as `number_flow`.
    What some child has together in one round stands in each round in which a child has it or may have it: `children`
    can be none where answers are unknown now, and `possible` says of how many. `not_comparable`: counted indicators
    whose questions changed between two rounds, as `comparability` says: numbers and pairs with them are not to be
    compared.
    """

    numbers: pd.DataFrame
    flow: pd.DataFrame
    pairs: pd.DataFrame
    triples: pd.DataFrame
    not_comparable: pd.DataFrame


def number_flow(workspace: Workspace, span: Span, by: Sequence[Group] = ()) -> pd.DataFrame:
    """Return how many counted indicators the same children had and have, from each round to the next and over the span.

    Columns: from_round, to_round, (the groups,) `became`; from_least, from_most, the
    bounds of the number then, and to_least, to_most, of the number now, missing where the child was not seen; children;
    only what occurs. `became`: fewer, same, more (surely), unsure (unknown answers leave it open), first_seen (not seen
    then), moved_in, not_seen (now), turned_18 (not seen, and 18 by then), moved_away. Every child of the area in either
    round stands in one row of each pair. n/a counts as no.
    """
    groups = "".join(f"{group_column(group.id)} AS {group.id}, " for group in by)
    became = f"""
        CASE
            WHEN place IN ({quoted(CAME)}, {quoted(LEFT)}) THEN place
            WHEN NOT in_a THEN {quoted(SEEN_NOW)}
            WHEN NOT in_b AND grown THEN {quoted(GROWN)}
            WHEN NOT in_b THEN {quoted(NOT_SEEN)}
            WHEN b.counted_max < a.counted_min THEN {quoted(FEWER)}
            WHEN b.counted_min > a.counted_max THEN {quoted(MORE)}
            WHEN a.counted_min = a.counted_max AND b.counted_min = b.counted_max AND a.counted_min = b.counted_min
            THEN {quoted(SAME)}
            ELSE {quoted(UNSURE)}
        END"""
    order = {name: number for number, name in enumerate(BECAME)}
    bounds = ["from_least", "from_most", "to_least", "to_most"]

    def counted(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
        flow = connection.execute(f"""
            SELECT
                {groups}{became} AS became,
                a.counted_min AS from_least,
                a.counted_max AS from_most,
                b.counted_min AS to_least,
                b.counted_max AS to_most,
                count(*) AS children
            FROM {PAIR}
            GROUP BY ALL
            ORDER BY ALL""").df()
        flow[bounds] = flow[bounds].astype("Int64")
        return flow.sort_values(
            ["became", *bounds], key=lambda column: column.map(order) if column.name == "became" else column
        )

    return over_pairs(workspace, span, Compared(by=by), counted)


def overlap_change(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    first: int,
    last: int,
    *,
    area: str | None = None,
    by: Sequence[str] = (),
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> OverlapChange:
    """Which indicators occur together in an area (None: in the whole store) in each round of a span.

    `by` names one or two groups. Raises UsageError for an unknown area or group, or fewer than two rounds with
    children; StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return compute_overlap_change(workspace, (first, last), area=area, by=by)


def compute_overlap_change(
    workspace: Workspace, rounds: tuple[int, int], *, area: str | None = None, by: Sequence[str] = ()
) -> OverlapChange:
    """As `overlap_change`, in a workspace; `rounds` are the first and the last round."""
    survey, language = workspace.survey, workspace.language
    groups = groups_asked(survey, by)
    most = len(counted_indicators(survey))
    span = span_of(workspace, area, rounds)
    connection = workspace.profiled()
    patterns_by_round = {
        round_: patterns_of(connection, survey, within(survey, area, round_), groups) for round_ in span.rounds
    }
    flow = number_flow(workspace, span, groups)

    def of_rounds(counted: Callable[[Patterns], pd.DataFrame]) -> pd.DataFrame:
        tables = []
        for round_, patterns in patterns_by_round.items():
            grouped = by_group(
                survey, groups, {codes: counted(pattern) for codes, pattern in patterns.items()}, language
            )
            grouped.insert(0, "round", round_)
            tables.append(grouped)
        return pd.concat(tables, ignore_index=True)

    def of_size(size: int) -> pd.DataFrame:
        table = of_rounds(lambda patterns_of_round: together(survey, patterns_of_round, size, language, possible=True))
        same = [*(group.id for group in groups), *MEMBERS[:size]]
        return table[table.groupby(same)["children"].transform("max") > 0].reset_index(drop=True)

    numbers = of_rounds(lambda patterns_of_round: numbers_of(patterns_of_round, most))
    left_out = not_comparable(workspace, span.pairs, names_of_counted(survey, language), span.code)
    return OverlapChange(span, numbers, flow, of_size(2), of_size(3), left_out)
