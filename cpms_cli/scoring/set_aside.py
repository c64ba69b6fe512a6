"""How urgent the rows are that a merge set aside: a row with a typing error may be about a victim."""

from __future__ import annotations

import pandas as pd

from cpms_cli.checking.staging import CARRIED, stage
from cpms_cli.checking.validation import all_column_faults
from cpms_cli.merging.merge import Merge
from cpms_cli.scoring.compiler.indicator_sql import score_sql
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.workbench import open_workbench


def set_aside_levels(survey: Survey, merged: Merge) -> pd.DataFrame:
    """The level of each child row set aside, by the cells that can be read: file, sheet, row, level; worst first.

    Nothing is worked out from the answers of a family that did not consent.
    """
    if merged.set_aside.empty:
        return pd.DataFrame(columns=["file", "sheet", "row", "level"])
    connection = open_workbench(sum(len(table.rows) for table in merged.tables))
    try:
        stage(connection, survey, merged.tables, all_column_faults(survey, merged.tables))
        scored = connection.execute(score_sql(survey, "SELECT * FROM record", CARRIED)).df()
    finally:
        connection.close()
    heard = merged.set_aside[~merged.set_aside["silent"].astype("bool")]
    report = heard.merge(scored, left_on=["source", "row"], right_on=list(CARRIED))
    sources = [table.source for table in merged.tables]
    report["file"] = [sources[index].path.name for index in report["source"]]
    report["sheet"] = [sources[index].sheet for index in report["source"]]
    rank = {level.id: place for place, level in enumerate(survey.levels)}
    report = report.assign(rank=report["level"].map(rank)).sort_values(["rank", "source", "row"], kind="stable")
    return report[["file", "sheet", "row", "level"]].reset_index(drop=True)
