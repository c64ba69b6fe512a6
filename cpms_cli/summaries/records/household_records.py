"""Rows of households for a data set: also those without a child, and those that did not consent, by which the coverage
of a survey is known."""

from __future__ import annotations

import pandas as pd

from cpms_cli.summaries.counts.shares import within
from cpms_cli.summaries.records.child_records import (
    HOUSEHOLD_ROW,
    SUBDISTRICT,
    Disclosed,
    fields_not_asked,
    hidden_columns,
    household_row,
)
from cpms_cli.summaries.records.deidentification import pseudonyms
from cpms_cli.survey import area_widths
from cpms_cli.workspace import Workspace


def make_household_records(workspace: Workspace, disclosed: Disclosed, *, area: str, round_: int) -> pd.DataFrame:
    """Return the households of an area in a round: answers as canonical text, HOUSEHOLD_ROW and FIELDS_NOT_ASKED.

    Masked, a row tells no more than those of its children do: subdistrict and pseudonyms, in the order of these.
    """
    survey, connection = workspace.survey, workspace.connection
    columns = ", ".join(f"h.{name}" for name in survey.columns("household"))
    condition = within(survey, area, None)
    frame = connection.execute(f"""
        SELECT {columns}, {household_row(survey, "h")}, {fields_not_asked(connection, survey)}
        FROM current_household h
        WHERE {condition} AND {survey.role("round").name}::INTEGER = {int(round_)}
        ORDER BY {", ".join(survey.key("household"))}""").df()
    if disclosed.detail == "identified":
        return frame
    assert disclosed.pseudonyms_under is not None, "a data set's pseudonyms have a key"
    village, home = survey.role("village").name, survey.role("home").name
    hidden = frame.columns.intersection(hidden_columns(survey, survey.role("born")))
    masked = frame.drop(columns=hidden).rename(columns={village: SUBDISTRICT})
    masked[SUBDISTRICT] = masked[SUBDISTRICT].str[: area_widths.SUBDISTRICT]
    for name in (home, HOUSEHOLD_ROW):
        masked[name] = pseudonyms(disclosed.pseudonyms_under, disclosed.audience, masked[name])
    return masked.sort_values(HOUSEHOLD_ROW, ignore_index=True)
