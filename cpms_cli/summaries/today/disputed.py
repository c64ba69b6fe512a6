"""Answers that families say are wrong, as questions to ask again."""

from __future__ import annotations

import pandas as pd

from cpms_cli.scoring.explanations import Explainer
from cpms_cli.scoring.scores import SCORE
from cpms_cli.store.disputes import table_of_answer, to_ask_again
from cpms_cli.summaries.child.children import MASK
from cpms_cli.summaries.counts.shares import area_name
from cpms_cli.summaries.response.visits import choices_of
from cpms_cli.workspace import Workspace


def disputed_questions(workspace: Workspace, stood: pd.DataFrame, area: str | None) -> pd.DataFrame:
    """Return the answers to be asked again in each child's last round, in the columns of
    `summaries.response.visits`, with `disputed`: each question once, without the child where it is about the household.
    `stood` are the standings.

    A child who turned 18, or who was not found in the last round of its village, is not asked.
    """
    survey, connection = workspace.survey, workspace.scored()
    disputes = to_ask_again(connection, survey)
    village, line, person = (survey.role(role).name for role in ("village", "line", "person"))
    seen = stood[stood["latest"] & ~stood["adult"] & stood["not_found"].isna() & stood["no_consent"].isna()]
    last = pd.MultiIndex.from_frame(seen[["person", "year"]].astype("str"))
    of_last = pd.MultiIndex.from_frame(disputes[["person", "round"]].astype("str")).isin(last)
    within = disputes[village].astype("str").str.startswith(area or "") & disputes["field"].isin(list(survey.fields))
    asked = disputes[of_last & within]
    if asked.empty:
        return pd.DataFrame()
    about = _people(workspace, asked)
    explainer = Explainer(survey, workspace.language)
    fields = [survey.fields[name] for name in asked["field"]]
    of_home = [table_of_answer(survey, name) == "household" for name in asked["field"]]
    rows = asked.assign(
        village=[area_name(survey, code, workspace.language) for code in asked[village]],
        question=[field.question.in_(workspace.language) for field in fields],
        choices=[choices_of(explainer, field) for field in fields],
        was=[
            MASK if field.personal and not workspace.identified else explainer.answer(field, answer)
            for field, answer in zip(fields, asked["answer"], strict=True)
        ],
        could_become=None,
        disputed=True,
    )
    rows = rows.drop(columns=person, errors="ignore").merge(about, on=list(survey.key("child")), how="left")
    who = [line, *(str(name) for name in about if name not in survey.key("child"))]
    rows[who] = rows[who].mask(pd.Series(of_home, index=rows.index))
    return rows.drop_duplicates([*survey.key("household"), line, "field"], ignore_index=True)


def _people(workspace: Workspace, asked: pd.DataFrame) -> pd.DataFrame:
    """Return who the children are: key, identifier, names (masked unless they are shown), sex, ages, level."""
    survey = workspace.survey
    key, names = survey.key("child"), [field.name for field in survey.name_fields]
    own = ", ".join(f"c.{name}" for name in (*key, survey.role("person").name, *names, survey.role("sex").name))
    same = " AND ".join(f"s.{name}::VARCHAR = c.{name}" for name in key)
    workspace.connection.register("disputed_row", asked[list(key)].drop_duplicates())
    people = workspace.connection.execute(
        f"""
        SELECT {own}, s.age_min, s.age_max, s.level
        FROM current_child c
        SEMI JOIN disputed_row USING ({", ".join(key)})
        JOIN {SCORE} s ON {same}
        """
    ).df()
    workspace.connection.unregister("disputed_row")
    if not workspace.identified:
        people[names] = people[names].mask(people[names].notna(), MASK)
    return people
