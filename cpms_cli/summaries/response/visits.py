"""Whom to visit next, in an order that can be walked, with exactly the questions that can still change a level."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.scoring.compiler.score_columns import HELP, NEEDS_HELP
from cpms_cli.scoring.explanations import Explainer
from cpms_cli.scoring.scores import SCORE
from cpms_cli.scoring.trials.what_if import TO_ASK, WHAT_IF, create_what_if, open_condition
from cpms_cli.summaries.child.answer_outcomes import was_words
from cpms_cli.summaries.child.children import MASK
from cpms_cli.summaries.counts.shares import area_name, within
from cpms_cli.summaries.response.due import due_list_of, with_masked_names
from cpms_cli.summaries.scope import check_surveyed
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Field, Language, Survey
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace

_DAYS = 100_000  # more than anybody is overdue


def _standing_rows(
    connection: duckdb.DuckDBPyConnection, survey: Survey, stood: pd.DataFrame, overdue: pd.DataFrame | None
) -> str:
    """Create `visit_row`: the last row of each child who is visited, with its standing; SQL for these rows of `score`.

    A child is visited where the last round of its village found it, and, if a response is outstanding, also where it
    did not; not one who turned 18.
    """
    waits = stood["person"].isin(overdue["cpms_id"]) if overdue is not None else False
    seen = stood["not_found"].isna() & stood["no_consent"].isna()
    stood = stood[stood["latest"] & ~stood["adult"] & (seen | waits)]
    person, round_ = survey.role("person").name, survey.role("round").name
    connection.register("visit_frame", stood[["person", "year", "standing", "not_found", "no_consent"]])
    connection.execute("CREATE OR REPLACE TEMP TABLE visit_row AS SELECT * FROM visit_frame")
    connection.unregister("visit_frame")
    return f"({person}, {round_}) IN (SELECT (person, year) FROM visit_row)"


def _rank(survey: Survey, column: str) -> str:
    cases = " ".join(f"WHEN {quoted(level.id)} THEN {rank}" for rank, level in enumerate(survey.levels))
    return f"CASE {column} {cases} END"


def _questions(connection: duckdb.DuckDBPyConnection, survey: Survey, condition: str) -> pd.DataFrame:
    """Each question to be asked, once: home, about (the child's line), named, was, could_become (rank of a level).

    A question about one child may be worth asking for a brother's or sister's sake. Families that did not consent have
    one question: whether they do now.
    """
    home, consent = survey.key("household"), survey.role("consent").name
    keys = ", ".join(f"t.{name}::VARCHAR AS {name}" for name in home)
    of_child = " AND ".join(f"w.{name} = t.{name}" for name in survey.key("child"))
    at_home = " AND ".join(f"x.{name}::VARCHAR = t.{name}::VARCHAR" for name in home)
    refused = ", ".join(map(quoted, survey.no_consent)) or "NULL"
    rank, now, highest = (_rank(survey, f"w.{name}") for name in ("level", "level_now", "highest_now"))
    # An answer that counts only beside another one leads, with it, up to the highest possible level.
    worst = f"min(CASE WHEN {rank} < {now} THEN {rank} END)"
    return connection.execute(f"""
        SELECT {keys}, t.about, x.named, x.was, coalesce({worst}, min({highest})) AS could_become
        FROM {TO_ASK} t
        JOIN {WHAT_IF} w ON {of_child} AND w.field = t.field AND w.about IS NOT DISTINCT FROM t.about
        JOIN was x ON {at_home} AND x.field = t.field AND x.about IS NOT DISTINCT FROM t.about
        GROUP BY ALL
        UNION ALL
        SELECT DISTINCT {keys}, NULL, {quoted(consent)}, x.{consent}, 0
        FROM {SCORE} t
        JOIN current_household x ON {at_home}
        WHERE x.{consent} IN ({refused})
            AND {open_condition(survey)}
            AND ({", ".join(f"t.{name}" for name in home)}) IN (
                SELECT ({", ".join(home)}) FROM {SCORE} WHERE {condition}
            )""").df()


def _people(connection: duckdb.DuckDBPyConnection, survey: Survey, condition: str, standing: bool) -> pd.DataFrame:
    """Every child asked for: key as text, person, names, sex, ages, needs_help, level (with `standing`, the one that
    stands), highest, not_found, no_consent."""
    key = survey.key("child")
    columns = survey.names_of("person", "given_name", "family_name", "sex")
    own = ", ".join(f"c.{name}" for name in (*key, *columns))
    same = " AND ".join(f"s.{name}::VARCHAR = c.{name}" for name in key)
    stands = "s.level, s.highest, NULL::BIGINT AS not_found, NULL::BIGINT AS no_consent"
    joined = ""
    if standing:
        person, round_ = survey.role("person").name, survey.role("round").name
        stands = "v.standing AS level, s.highest, v.not_found, v.no_consent"
        joined = f" JOIN visit_row v ON v.person = s.{person} AND v.year = s.{round_}"
    return connection.execute(f"""
        SELECT {own}, s.age_min, s.age_max, s.{NEEDS_HELP}, {stands}
        FROM (SELECT * FROM {SCORE} WHERE {condition}) s
        JOIN current_child c ON {same}{joined}""").df()


def order_visits(survey: Survey, visits: pd.DataFrame, overdue: pd.DataFrame | None = None) -> pd.DataFrame:
    """The rows of visits in the order in which they are made, with columns `due` and `days_late`.

    `overdue`: cpms_id, due (a date), days_late, for children whose response is outstanding. Households stay together
    and stand where their most urgent child puts them: the most severe of the levels that are visited for their own sake
    first, within it the longest overdue (whose deadline is not known after these), then open questions; within each by
    village, house (6 before 12), line.
    """
    person = survey.role("person").name
    waiting = overdue if overdue is not None else pd.DataFrame({"cpms_id": [], "due": [], "days_late": []})
    waiting = waiting[["cpms_id", "due", "days_late"]].rename(columns={"cpms_id": person}).astype({person: "str"})
    report = visits.drop(columns=["due", "days_late"], errors="ignore").merge(waiting, on=person, how="left")
    visited = {level: rank for rank, level in enumerate(survey.figures.visited)}
    # Whose interview has no date is due at once.
    undated = report[person].isin(waiting[person]) & report["due"].isna()
    late = np.where(undated, 0.5, pd.to_numeric(report["days_late"]).fillna(0).astype("float64"))
    own = report["level"].map(visited).fillna(len(visited)).astype("float64") * _DAYS - late
    # The same home in whatever round: this year's question is asked on the visit to a child of last year's list.
    village, house, line = (survey.role(role).name for role in ("village", "household", "line"))
    sort = report.assign(
        _urgency=own.groupby([report[village], report[house]]).transform("min"),
        _number=pd.to_numeric(report[house].str.extract(r"([0-9]+)")[0]),
        _line=pd.to_numeric(report[line]).fillna(0),
        _at=range(len(report)),
    )
    order = ["_urgency", village, "_number", house, "_line", "_at"]
    return sort.sort_values(order, kind="stable", ignore_index=True)[list(report)]


def choices_of(explainer: Explainer, field: Field) -> str:
    """Return the answers that a question can have, in words; none where it has no list."""
    codes = explainer.survey.codes(field)
    known = [code for code in codes.codes if code.missing in ("", "exclusive")] if codes else []
    return " / ".join(code.label.in_(explainer.language) for code in known)


def _with_words(explainer: Explainer, questions: pd.DataFrame) -> pd.DataFrame:
    survey, language = explainer.survey, explainer.language
    fields = {name: survey.fields[name] for name in questions["named"].unique()}
    place = {name: number for number, name in enumerate(survey.fields)}
    levels = dict(enumerate(level.id for level in survey.levels))
    asked = {name: field.question.in_(language) for name, field in fields.items()}
    choices = {name: choices_of(explainer, field) for name, field in fields.items()}
    return (
        questions.assign(
            question=questions["named"].map(asked).astype("str"),
            choices=questions["named"].map(choices).astype("str"),
            was=was_words(explainer, questions["named"], questions["was"]),
            could_become=questions["could_become"].map(levels).astype("str"),
            place=questions["named"].map(place),
        )
        .rename(columns={"named": "field"})
        .sort_values("place", kind="stable")
        .drop(columns="place")
    )


def visits_of(
    workspace: Workspace,
    *,
    area: str | None = None,
    round_: int | None = None,
    stood: pd.DataFrame | None = None,
    overdue: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return whom to visit: a row per child or household and question.

    With `stood`, what `standings` says of a day, children are listed as they stand then, at the place of their last
    round; without, as they were in `round_`.

    Listed are children at a level that is visited for its own sake (with `overdue`, only those in it), and whoever has
    a question to answer; a child without one has one row, `field` empty. Columns: round, village_code, village (its
    name), household_no, child_no and cpms_id (none for a question about the household), names, sex, age_min, age_max,
    level, highest, needs_help and needs_help_label (of that round, see `Explainer.help`), not_found and no_consent (the
    last round of the village, where it is a later one: the child was not found in it, or its family did not consent),
    due, days_late, field, question, choices, was, could_become.
    """
    survey, connection = workspace.survey, workspace.scored()
    explainer = Explainer(survey, workspace.language)
    condition = within(survey, area, round_)
    if stood is not None:
        condition = f"{condition} AND {_standing_rows(connection, survey, stood, overdue)}"
    create_what_if(connection, survey, condition)
    home, line, person = list(survey.key("household")), survey.role("line").name, survey.role("person").name
    people = _people(connection, survey, condition, standing=stood is not None)
    questions = _with_words(explainer, _questions(connection, survey, condition))
    urgent = people["level"].isin(survey.figures.visited)
    if overdue is not None:
        urgent &= people[person].isin(overdue["cpms_id"])
    asked = questions.rename(columns={"about": line})
    of_child = people.merge(asked[asked[line].notna()], on=[*home, line], how="left")
    of_child = of_child[of_child["field"].notna() | of_child[person].isin(people.loc[urgent, person])]
    of_home = asked[asked[line].isna()]
    rows = pd.concat([of_home, of_child], ignore_index=True)
    names = [field.name for field in survey.name_fields]
    if not workspace.identified:
        rows[names] = rows[names].mask(rows[names].notna(), MASK)
    rows["village"] = (
        rows[home[1]]
        .map({code: area_name(survey, code, explainer.language) for code in rows[home[1]].unique()})
        .astype("str")
    )
    rows[HELP] = explainer.help(rows[NEEDS_HELP])
    ordered = order_visits(survey, rows, overdue)
    first = [
        home[0],
        home[1],
        "village",
        home[2],
        line,
        person,
        *names,
        survey.role("sex").name,
        "age_min",
        "age_max",
        "level",
        "highest",
        NEEDS_HELP,
        HELP,
        "not_found",
        "no_consent",
        "due",
        "days_late",
        "field",
        "question",
        "choices",
        "was",
        "could_become",
    ]
    return ordered[first]


@dataclass(frozen=True)
class VisitList:
    """`visits`: whom to visit, as `visits_of` says. `turned_18`: who waited for a response when they turned 18, and so
    are not on it, as `response.due.DueList.turned_18`."""

    visits: pd.DataFrame
    turned_18: pd.DataFrame


def _outstanding(survey: Survey, due: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cpms_id": due[survey.role("person").name],
            "due": pd.to_datetime(due["due_date"]),
            "days_late": due["days_late"],
        }
    )


def plan_visits(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    *,
    area: str | None = None,
    round_: int | None = None,
    as_of: datetime.date | None = None,
    overdue: pd.DataFrame | None = None,
    language: Language = FALLBACK,
    identified: bool = False,
    schemas: Path | None = None,
) -> pd.DataFrame:
    """Return whom to visit next and what to ask, as `list_visits` does.

    Names are masked unless `identified`, which the store's audit log records. Raises UsageError for an area that does
    not exist; StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language, identified=identified).of_area(area) as workspace:
        return list_visits(workspace, area=area, round_=round_, as_of=as_of, overdue=overdue).visits


def list_visits(
    workspace: Workspace,
    *,
    area: str | None = None,
    round_: int | None = None,
    as_of: datetime.date | None = None,
    overdue: pd.DataFrame | None = None,
) -> VisitList:
    """Return whom to visit next and what to ask, and who turned 18 while they waited for a response.

    Without `round_`, by the last round of each village, with those at the head whose response is outstanding on the day
    `as_of` (today), found in that round or not. `overdue` says who they are instead (cpms_id, due, days_late); of an
    earlier round nobody is. Raises UsageError for an area that does not exist; StoreError, UnreadableFile.
    """
    survey, day = workspace.survey, as_of or country_today()
    check_surveyed(workspace, area, round_)
    turned_18, stood = pd.DataFrame(), None
    if round_ is None:
        stood = workspace.standings(day)
    if overdue is None and stood is not None:
        waiting = due_list_of(workspace, stood, area, day)
        # Nobody visits them: their names are never shown, and so not logged.
        overdue, turned_18 = _outstanding(survey, waiting.due), with_masked_names(survey, waiting.turned_18)
    visits = visits_of(workspace, area=area, round_=round_, stood=stood, overdue=overdue)
    workspace.note_identified("visits", int(visits[survey.role("person").name].nunique()))
    return VisitList(visits, turned_18)
