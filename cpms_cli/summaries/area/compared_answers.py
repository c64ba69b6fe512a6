"""The answers of an area in a round beside those of up to two rounds before, and of the rest of the wider area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cpms_cli.scoring.compiler.unasked_columns import UNASKED
from cpms_cli.scoring.outside_scores import OUTSIDE, create_outside_scores
from cpms_cli.scoring.profiles import CHILD_ROUND
from cpms_cli.store.tables.area_asked import area_read
from cpms_cli.summaries.counts.comparison import direction, position
from cpms_cli.summaries.counts.shares import COUNTS, area_name, broken_down, within
from cpms_cli.summaries.rounds.comparability import not_comparable
from cpms_cli.summaries.scope import Scope
from cpms_cli.survey.area_widths import PROVINCE
from cpms_cli.survey.messages import say
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace

BEFORE = ("before", "earlier")
"""The columns of the shares in the round before and in the one before that."""
AROUND = "around"
"""The column of the share in the rest of the wider area."""
_WHOLE_STORE = ""


@dataclass(frozen=True)
class WiderArea:
    """What an area is compared with: the province, or for a province all that the store has ("" is its code)."""

    code: str
    name: str


def area_to_read(code: str) -> str:
    """Return the area whose rows are read for a report on an area: migration is told by parts of its whole province.

    >>> area_to_read("850105"), area_to_read("85")
    ('85', '85')
    """
    return code[:PROVINCE]


def area_compared(code: str) -> str | None:
    """Return the area that one is compared with, itself among it: its province; None, the whole store, for a province.

    >>> area_compared("850105"), area_compared("85")
    ('85', None)
    """
    return code[:PROVINCE] if len(code) > PROVINCE else None


def wider_area(workspace: Workspace, scope: Scope) -> WiderArea | None:
    """Return what a scope's area is compared with; None where it is all that the store has of it in this round."""
    code = scope.code or _WHOLE_STORE
    survey, language = workspace.survey, workspace.language
    wider = area_compared(code) or _WHOLE_STORE
    other = (
        workspace.profiled()
        .execute(
            f"""
            SELECT 1
            FROM {CHILD_ROUND}
            WHERE {within(survey, wider or None, scope.round)} AND NOT ({within(survey, code, None)})
            LIMIT 1
            """
        )
        .fetchone()
    )
    if other is None and not _has_others_outside(workspace, wider, scope.round):
        return None
    return WiderArea(wider, area_name(survey, wider, language) if wider else say("whole_store", language))


def _has_others_outside(workspace: Workspace, wider: str, round_: int) -> bool:
    """Return whether a round has children of a wider area outside of the one in it whose rows alone are read."""
    area = _area_within(workspace, wider)
    if area is None:
        return False
    survey = workspace.survey
    village = survey.role("village").name
    other = workspace.connection.execute(
        f"""
        SELECT 1
        FROM whole_child
        WHERE {survey.role("round").name} = {quoted(str(round_))}
            AND starts_with({village}, {quoted(wider)})
            AND NOT starts_with({village}, {quoted(area)})
        LIMIT 1
        """
    ).fetchone()
    return other is not None


def _area_within(workspace: Workspace, wider: str) -> str | None:
    """Return the area whose rows alone are read, where it is only a part of the wider one; else None.

    Raises RuntimeError where that is a part of some other wider area.
    """
    area = area_read(workspace.connection)
    if area is None or (area != wider and area.startswith(wider)):
        return area
    workspace.check_reads(wider)
    return None


def earlier_rounds(round_: int, rounds: Sequence[int]) -> dict[str, int]:
    """Return the rounds whose shares stand beside those of a round, by the column of `BEFORE` that has them.

    >>> earlier_rounds(2026, (2023, 2024, 2025, 2026))
    {'before': 2025, 'earlier': 2024}
    """
    years = sorted((year for year in rounds if year < round_), reverse=True)
    return dict(zip(BEFORE, years, strict=False))


def compared_answers(
    workspace: Workspace,
    columns: Mapping[str, str],
    scope: Scope,
    wider: WiderArea | None = None,
    relation: str = CHILD_ROUND,
) -> pd.DataFrame:
    """Return the answers in the scope's round, a row per column, as `shares.broken_down`.

    With `before` and `earlier`, the shares in the two rounds before (missing where there is none, or where a question
    changed since); `trend`, how the share changed since the first of these, as `comparison.direction`; where a wider
    area is given, `around`, the share in its rest, and `position`, as `comparison.position`. The counts behind these
    are in columns of their own, as `before_yes`, which no report shows.
    """
    now = _answers(workspace, columns, scope.code, scope.round, relation)
    table, first = now, now.iloc[:0]
    for name, round_ in earlier_rounds(scope.round, scope.rounds).items():
        counts = _answers(workspace, columns, scope.code, round_, relation).reindex(now.index)
        changed = not_comparable(workspace, [(round_, scope.round)], dict(columns), scope.code)["item"]
        counts.loc[counts.index.isin(changed), ["share", *COUNTS]] = [float("nan"), *[0] * len(COUNTS)]
        table = _beside(table, name, counts, counts["share"])
        first = counts if first.empty else first.mask(counts["share"].notna(), counts)
    for name in BEFORE:
        if name not in table:
            table = _beside(table, name, now.assign(**dict.fromkeys(COUNTS, 0)), float("nan"))
    table["trend"] = _trend(workspace, now, first)
    if wider is not None:
        table = _beside_wider(workspace, columns, table, (wider, scope.round), relation)
    return table.reset_index()


def _answers(
    workspace: Workspace, columns: Mapping[str, str], code: str | None, round_: int, relation: str
) -> pd.DataFrame:
    condition = within(workspace.survey, code or None, round_)
    return broken_down(workspace, columns, condition, relation=relation).set_index("item")


def _beside(table: pd.DataFrame, name: str, counts: pd.DataFrame, share: pd.Series | float) -> pd.DataFrame:
    """A table with a share and the counts behind it."""
    behind = {f"{name}_{answer}": counts[answer].fillna(0).astype("int64") for answer in COUNTS}
    shares = pd.Series(share, index=table.index, dtype="float64")
    return table.assign(**{name: shares}, **behind)


def _trend(workspace: Workspace, now: pd.DataFrame, first: pd.DataFrame) -> pd.Series:
    """How shares changed since the first round that they can be compared with."""
    if first.empty:
        return pd.Series(float("nan"), index=now.index)
    known = first["share"].notna() & now["share"].notna()
    pairs = [_counts(answers[known]) for answers in (now, first)]
    return direction(pairs[0], pairs[1], workspace.survey.figures.confidence).reindex(now.index)


def _counts(answers: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"yes": answers["yes"].astype(int), "known": (answers["yes"] + answers["no"]).astype(int)})


def _beside_wider(
    workspace: Workspace, columns: Mapping[str, str], table: pd.DataFrame, of: tuple[WiderArea, int], relation: str
) -> pd.DataFrame:
    """The table with the share in the rest of the wider area, and where its own share stands beside it."""
    counts = _answers_around(workspace, columns, of, relation).reindex(table.index)
    yes, no = (counts[answer] - table[answer] for answer in ("yes", "no"))
    # What is partly asked has no share, neither here nor around.
    known = (yes + no).where(counts["share"].notna() & table["share"].notna(), 0)
    beside = _beside(table, AROUND, counts, (yes / known.where(known > 0)).astype("float64"))
    return beside.assign(position=position(table["low"], table["high"], beside[AROUND]))


def _answers_around(
    workspace: Workspace, columns: Mapping[str, str], of: tuple[WiderArea, int], relation: str
) -> pd.DataFrame:
    """Return the answers of a wider area in a round: where only an area in it is read, those outside are scored for
    this round alone."""
    wider, round_ = of
    area = _area_within(workspace, wider.code)
    if area is None:
        return _answers(workspace, columns, wider.code, round_, relation)
    create_outside_scores(workspace.profiled(), workspace.survey, (wider.code, area), round_)
    answers = f"{', '.join(columns)}, {UNASKED}"
    everywhere = f"""
        (
            SELECT {answers}
            FROM {relation}
            WHERE {within(workspace.survey, area, round_)}
            UNION ALL
            SELECT {answers}
            FROM {OUTSIDE}
        )"""
    return broken_down(workspace, columns, "TRUE", relation=everywhere).set_index("item")


def hidden_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns of counts behind a share that no report shows."""
    behind: Sequence[str] = (*BEFORE, AROUND)
    return [f"{name}_{answer}" for name in behind for answer in COUNTS if f"{name}_{answer}" in frame]
