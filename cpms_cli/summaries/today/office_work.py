"""What waits at the office and not in a house: pairs of rows that may be one child, and rows that were set aside."""

from __future__ import annotations

import pandas as pd

from cpms_cli.linking.pairs.assignment import DOUBTFUL
from cpms_cli.survey.era import shown_date
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Survey
from cpms_cli.workspace import Workspace

PAIR, SET_ASIDE = "pair", "set_aside"


def office_tasks(workspace: Workspace, area: str | None) -> pd.DataFrame:
    """Return a row per village with pairs that wait, and per file with rows set aside: `kind`, village, `reason`,
    `next_step`. Rows that were set aside belong to no area yet, and are listed for each."""
    return pd.concat([_pairs(workspace, area), _set_aside(workspace)], ignore_index=True)


def _pairs(workspace: Workspace, area: str | None) -> pd.DataFrame:
    village = workspace.survey.role("village").name
    language = workspace.language
    pairs = workspace.connection.execute(
        f"""
        SELECT village, count(*)::INTEGER AS count
        FROM (
            SELECT split_part(row_b, chr(31), {_place(workspace.survey)}) AS village
            FROM link_pair
            WHERE verdict = '{DOUBTFUL}'
        )
        WHERE starts_with(village, ?)
        GROUP BY village
        ORDER BY village
        """,
        [area or ""],
    ).df()
    return pd.DataFrame(
        {
            "kind": PAIR,
            village: pairs["village"].astype("str"),
            "reason": [say("today_pairs", language, count=count) for count in pairs["count"].tolist()],
            "next_step": say("today_pairs_step", language),
        }
    )


def _place(survey: Survey) -> int:
    """Which part of a reference to a row is the village, counted from 1."""
    return survey.key("child").index(survey.role("village").name) + 1


def _set_aside(workspace: Workspace) -> pd.DataFrame:
    village, language = workspace.survey.role("village").name, workspace.language
    batches = workspace.connection.execute(
        """
        SELECT batch_id, file, merged_at, rows_quarantined::INTEGER AS count
        FROM batch
        WHERE rows_quarantined > 0
        ORDER BY batch_id
        """
    ).df()
    merged = workspace.connection.execute("SELECT batch_id, merge_id, file FROM batch").df()
    taken_up = [_taken_up(workspace, merged, batch) for batch in batches["batch_id"].tolist()]
    waits = batches[~pd.Series(taken_up, index=batches.index, dtype="bool")]
    days = [shown_date(day, language) for day in waits["merged_at"].dt.date]
    reasons = [
        say("today_set_aside", language, count=count, file=file, day=day, batch=batch)
        for count, file, day, batch in zip(
            waits["count"].tolist(), waits["file"], days, waits["batch_id"].tolist(), strict=True
        )
    ]
    return pd.DataFrame(
        {
            "kind": SET_ASIDE,
            village: pd.Series([None] * len(waits), dtype="str"),
            "reason": reasons,
            "next_step": say("today_set_aside_step", language),
        }
    )


def _taken_up(workspace: Workspace, merged: pd.DataFrame, batch: int) -> bool:
    """Whether the same file, or the workbook with its rows, was merged later: what that one set aside counts then."""
    own = merged[merged["batch_id"] == batch]
    later = merged.loc[merged["batch_id"] > batch, "file"].astype("str")
    aside = f"{workspace.store.stem}-set-aside-{own['merge_id'].iat[0]}"
    again = (later == own["file"].iat[0]) | (later == f"{aside}.xlsx") | later.str.startswith(f"{aside}-")
    return bool(again.any())
