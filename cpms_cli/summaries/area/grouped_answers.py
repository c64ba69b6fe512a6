"""The answers to an area's leading indicators by the usual groups of children: sex, age, nationality.

For the office alone: no disclosure control covers these counts.
"""

from __future__ import annotations

import pandas as pd

from cpms_cli.scoring.profiles import CHILD_ROUND, group_column
from cpms_cli.summaries.counts.shares import broken_down, within
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.rules.rule_language import names_in
from cpms_cli.workspace import Workspace


def leading_by_group(workspace: Workspace, code: str, round_: int, items: list[str]) -> pd.DataFrame:
    """Return a row per group of children, code of it and indicator: kind (the group's name), label (of the code),
    children, item, yes, no. Columns of the profile in `items`; empty where there are none. An indicator that is nothing
    but the group in other words (a nationality, and not being Thai) is not broken down by it."""
    survey, condition = workspace.survey, within(workspace.survey, code, round_)
    tables = []
    for group in (group for group in survey.figures.groups if group.usual and items):
        own = [item for item in items if not _is_group(survey, item, group)]
        answers = broken_down(workspace, dict.fromkeys(own, ""), condition, (group,)) if own else pd.DataFrame()
        if answers.empty:
            continue
        counted = workspace.profiled().execute(f"""
            SELECT {group_column(group.id)} AS code, count(*) AS children
            FROM {CHILD_ROUND}
            WHERE {condition}
            GROUP BY 1""")
        children = dict(counted.fetchall())
        tables.append(
            answers[["item", "yes", "no"]].assign(
                kind=group.label.in_(workspace.language),
                label=answers[f"{group.id}_label"],
                children=answers[group.id].map(children).astype("int64"),
            )
        )
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _is_group(survey: Survey, item: str, group: Group) -> bool:
    """Return whether an indicator asks for nothing but the field that the group is made by."""
    rules = (indicator.when for indicator in survey.indicators if indicator.column == item)
    return any({*names_in(rule)} == {group.field} for rule in rules)
