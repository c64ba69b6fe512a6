"""Why something is to be done today, in one line that is true of this child or household, and what the next step is."""

from __future__ import annotations

import datetime
from collections.abc import Collection

import pandas as pd

from cpms_cli.scoring.compiler.score_columns import HELP
from cpms_cli.summaries.response.cases import OPEN, OVERDUE
from cpms_cli.survey.era import shown_date
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey

ASK, APPOINTMENT, DISPUTED = "ask", "appointment", "disputed"
ASKED = (ASK, DISPUTED)
"""The kinds of task that are questions to a household."""
LINES = ("reason", "next_step")


def case_reasons(cases: pd.DataFrame, language: Language) -> pd.Series:
    """Return for each child why it is to be seen: how it stands with the date, what has to be known, why its level, and
    what its circumstances call for help with.

    `cases`: kind, due_date, days_late, `note`, `why` and needs_help_label, these three in words.
    """
    lines = []
    columns = (cases[name].tolist() for name in ("kind", "due_date", "days_late", "note", "why", HELP))
    for kind, due_date, days_late, note, why, needs in zip(*columns, strict=True):
        dated = ""
        if kind in (OPEN, OVERDUE):
            day = shown_date(datetime.date.fromisoformat(due_date), language)
            values = {"day": day, "days": int(days_late)}
            dated = say("today_open" if kind == OPEN else "today_overdue", language, **values)
        elif kind == APPOINTMENT:
            dated = say("today_appointment", language)
        helped = say("needs_help", language, what=needs) if isinstance(needs, str) and needs else ""
        lines.append("; ".join(text for text in (dated, note, why, helped) if isinstance(text, str) and text))
    return pd.Series(lines, index=cases.index, dtype="str")


def case_steps(cases: pd.DataFrame, language: Language, first: Collection[str]) -> pd.Series:
    """Return what is to be done: what the level asks for where there was no first response (`first` are these kinds,
    and whoever has no deadline), else to go there again."""
    again = say("today_again_step", language)
    asks_first = cases["kind"].isin([*first, "unknown"])
    return cases["action"].astype("str").where(asks_first, again)


def question_lines(survey: Survey, language: Language, questions: pd.DataFrame) -> pd.DataFrame:
    """Return a row per household with questions that can still change a level, and one with those to ask again: what
    they could show, and which.

    `questions` is a row per question, as `visits_of` gives them, and whether its answer is `disputed`. A question about
    several children is said once, with their numbers in the household.
    """
    round_, village, household = survey.key("household")
    line = survey.role("line").name
    rank = {level.id: place for place, level in enumerate(survey.levels)}
    labels = {level.id: level.label.in_(language) for level in survey.levels}
    rows = []
    for (*home, disputed), asked in questions.groupby([round_, village, household, "disputed"], sort=False):
        could = min(asked["could_become"].dropna(), key=rank.__getitem__, default=None)
        message = "today_disputed" if disputed else "today_ask"
        named = [
            _question(survey, str(field), about[line], language) for field, about in asked.groupby("field", sort=False)
        ]
        rows.append(
            {
                **dict(zip((round_, village, household), home, strict=True)),
                "kind": DISPUTED if disputed else ASK,
                "questions": len(named),
                "reason": say(message, language, count=len(named), level=labels.get(str(could), "")),
                "next_step": say(f"{message}_step", language, questions="; ".join(named)),
            }
        )
    columns = [round_, village, household, "kind", "questions", *LINES]
    return pd.DataFrame(rows, columns=columns).astype({"questions": "Int64"})


def _question(survey: Survey, field: str, lines: pd.Series, language: Language) -> str:
    """A question by its label, with the numbers of the children whom it is about."""
    label, children = survey.fields[field].label.in_(language), ", ".join(lines.dropna().astype("str").unique())
    return say("today_question", language, question=label, children=children) if children else label
