"""What was done for one child, and what that means for where the child stands."""

from __future__ import annotations

import datetime

import duckdb
import pandas as pd

from cpms_cli.scoring.standing import responses_until, standings
from cpms_cli.store.tables.response_tables import create_known_children
from cpms_cli.summaries.child.standing_today import absence_words
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.era import shown_date, shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey


def child_visits(
    connection: duckdb.DuckDBPyConnection, survey: Survey, person: str, language: Language
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The standing of a child in each round, and all responses recorded for it; needs `score`.

    Standing, by round: `standing`, `standing_since` (the round that gave it), `closed_on`, `closed_by` (the agency),
    `closed_for` (the reason's code; None where the log says none or does not ask), and `standing_why`, in words, where
    it is not simply what the round says, or the child was not found since.
    Responses, by date: the fields of the log, `recorded_at` (UTC), `recorded_by`, `batch_id`.
    """
    today = country_today()
    create_known_children(connection, survey)
    done = responses_until(connection, survey, today, person)
    stood = standings(connection, survey, today, person).sort_values("year").reset_index(drop=True)
    kind, agency = survey.response_role("response"), survey.response_role("agency").name
    closings = done[done["kind"].isin(kind.closes)].drop_duplicates("day").set_index("day")
    responses = pd.DataFrame(
        {
            "standing": stood["standing"],
            "standing_since": stood["standing_since"],
            "closed_on": stood["closed_on"].dt.strftime("%Y-%m-%d"),
            "closed_by": closings[agency].astype("str").reindex(stood["closed_on"]).to_numpy(),
            "closed_for": _reasons(survey, closings).reindex(stood["closed_on"]).to_numpy(),
        }
    )
    missed = absence_words(stood, language)
    words = [[*_word, text] for _word, text in zip(_words(survey, stood, responses, language), missed, strict=True)]
    responses["standing_why"] = ["; ".join(filter(None, parts)) for parts in words]
    columns = [field.name for field in survey.response.fields]
    return responses, done[[*columns, "recorded_at", "recorded_by", "batch_id"]].reset_index(drop=True)


def _reasons(survey: Survey, closings: pd.DataFrame) -> pd.Series:
    field = survey.response_field("closing")
    return pd.Series(None, index=closings.index, dtype="str") if field is None else closings[field.name].astype("str")


def _words(survey: Survey, stood: pd.DataFrame, responses: pd.DataFrame, language: Language) -> list[list[str]]:
    labels = {level.id: level.label.in_(language) for level in survey.levels}
    words = list[list[str]]()
    field = survey.response_field("closing")
    codes = survey.codes(field) if field else None
    reasons = {code.code: code.label.in_(language) for code in codes.codes} if codes else {}
    shown = responses.assign(
        level=stood["level"],
        by=responses["closed_by"].fillna(""),
        reason=responses["closed_for"].map(reasons).fillna(""),
    )
    columns = ["level", "standing", "standing_since", "closed_on", "by", "reason"]
    for level, standing, since, closed, by, reason in shown[columns].itertuples(index=False, name=None):
        parts = list[str]()
        if standing != level:
            round_ = shown_year(int(since), language)
            parts.append(say("standing_carried", language, level=labels[standing], round=round_))
        if isinstance(closed, str):
            day = shown_date(datetime.date.fromisoformat(closed), language)
            known = ", ".join(filter(None, [by, reason]))
            parts.append(say("standing_closed", language, day=day) + (f" ({known})" if known else ""))
        words.append(parts)
    return words
