"""The list of visits as a workbook to be printed; its libraries are loaded where one is written."""

from __future__ import annotations

import pandas as pd

from cpms_cli.reports.children.visits import readable_visits
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.workbooks.printing import PrintedColumn, printed_workbook


def visits_workbook(survey: Survey, visits: pd.DataFrame, language: Language, turned_18: int = 0) -> bytes:
    """The list as a workbook to be printed: a sheet for each village, a column to write the answers in; how many
    turned 18 and so left the list stands in the title."""
    village, round_ = survey.role("village").name, survey.role("round").name
    shown = readable_visits(survey, visits, language)
    columns = [
        PrintedColumn("house", survey.role("household").label.in_(language), 10),
        PrintedColumn("line", say("col_line", language), 10),
        PrintedColumn("child", survey.role("person").label.in_(language), 15),
        PrintedColumn("name", say("col_name", language), 16),
        PrintedColumn("who", say("col_sex_age", language), 11),
        PrintedColumn("level", say("col_level", language), 20),
        PrintedColumn("due", say("col_due_late", language), 12),
        PrintedColumn("question", say("col_question", language), 46),
        PrintedColumn("choices", say("col_choices", language), 24),
        PrintedColumn("was", say("col_was", language), 12),
        PrintedColumn(None, say("col_answer", language), 24),
    ]
    sheets = {
        f"{code} {part['village'].iloc[0]}": part.reset_index(drop=True)
        for code, part in shown.groupby(village, sort=True)
    } or {say("visits_title", language): shown}
    years = ", ".join(shown_year(int(year), language) for year in sorted(visits[round_].dropna().unique()))
    title = say("visits_printed", language, rounds=years)
    if turned_18:
        title += " " + say("visits_turned_18", language, count=turned_18)
    return printed_workbook(sheets, columns, ["house"], title)
