"""What one more answer would change: every answer that is still open, given in every possible way, and scored.

For each open question of a household one copy of the household is made per possible answer, with that answer in
place; all copies are scored in one statement. Three temporary tables come of it, about children whose level is open:
- `what_if`: the child's key and person; `about` (the line of the child asked about, NULL for the household), `field`,
  `code`, `upto`, `place`; `level_now`, `highest_now`; `level`, `highest` after that answer; `changed`, whether anything
  that the level still hangs on would be another.
- `was`: what stands in the store instead of those answers;
- `to_ask`: the child's key and person, `about`, `field`: the questions that are worth asking for that child's level.
  A question is one of them if some answer to it changes something, alone or beside an answer to one other question;
  where that proves none for an open rule, all questions that the rule looks at stay, for none may be missed. What the
  child's round does not ask is no question for anybody, whatever hangs on it.
"""

from __future__ import annotations

import duckdb

from cpms_cli.scoring.compiler.deciding import AGE, Deciding, deciding, possible_answers
from cpms_cli.scoring.compiler.score_columns import outcome_columns
from cpms_cli.scoring.scores import JUDGED, SCORE, carried_columns
from cpms_cli.scoring.trials.scenarios import (
    AFTER_ONE,
    SCENARIO,
    create_proved,
    differs,
    same,
    score_scenarios,
    text_key,
)
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.rule_language import rule_sql
from cpms_cli.survey.rules.typed_answers import (
    partial_date_bounds,
    quoted,
    rounds_without,
    typed_record,
    vocabulary,
)

WHAT_IF, TO_ASK = "what_if", "to_ask"


def open_condition(survey: Survey) -> str:
    """SQL that is true for a row of `score` whose level missing answers could still change."""
    return f"(highest <> level OR level = {quoted(survey.level('open').id)})"


def create_what_if(connection: duckdb.DuckDBPyConnection, survey: Survey, condition: str = "TRUE") -> None:
    """Create `what_if` and `to_ask` for the children of `score` that meet `where`; `score` must exist.

    Families that did not consent are left out: there is nothing to ask them but whether they consent now.
    """
    deciding_questions = deciding(survey)
    _create_homes(connection, survey, condition)
    _create_cells(connection, survey, deciding_questions)
    home = ", ".join(survey.key("household"))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE scenario AS
        SELECT
            row_number() OVER () AS {SCENARIO},
            {home},
            about,
            field,
            code,
            upto,
            place,
            NULL::VARCHAR AS about2,
            NULL::VARCHAR AS field2,
            NULL::VARCHAR AS code2
        FROM cell_answer""")
    score_scenarios(connection, survey, deciding_questions, AFTER_ONE)
    _create_singles(connection, survey)
    create_proved(connection, survey, deciding_questions)
    _create_questions(connection, survey, deciding_questions)


def _create_homes(connection: duckdb.DuckDBPyConnection, survey: Survey, condition: str) -> None:
    """`open_child`: the children asked for whose level is open; `asked_child`, `asked_household`: all rows of their
    homes, as stored."""
    home = survey.key("household")
    refused = ", ".join(map(quoted, survey.no_consent)) or "NULL"
    key = ", ".join(survey.key("child"))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE open_child AS
        SELECT {outcome_columns(survey, carried_columns(survey))}
        FROM {JUDGED}
        SEMI JOIN (
            SELECT {", ".join(f"s.{name}" for name in survey.key("child"))}
            FROM (SELECT * FROM {SCORE} WHERE {condition}) s
            LEFT JOIN current_household h ON {same("s", "h", home)}
            WHERE (h.{survey.role("consent").name} IN ({refused})) IS NOT TRUE AND {open_condition(survey)}
        ) USING ({key})""")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE asked_home AS SELECT DISTINCT {text_key(survey, 's')} FROM open_child s"
    )
    for table, current in (("asked_child", "current_child"), ("asked_household", "current_household")):
        connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE {table} AS
            SELECT *
            FROM {current}
            SEMI JOIN asked_home USING ({", ".join(home)})""")


def _create_cells(connection: duckdb.DuckDBPyConnection, survey: Survey, deciding_questions: Deciding) -> None:
    """`cell`: each open question of these homes; `cell_answer`: each with every answer it can have."""
    home, line = survey.key("household"), survey.role("line").name
    age = survey.role("age").constraints
    words = vocabulary(survey)

    def unanswered(name: str) -> str:
        asked = rule_sql(f"asked({name})", words)
        return f"CASE WHEN {name} IS NULL AND ({asked}) IS NOT FALSE THEN {quoted(name)} END"

    of_child = [unanswered(name) for name in deciding_questions.child]
    if deciding_questions.ages:
        of_child.append(f"CASE WHEN age_min IS DISTINCT FROM age_max OR age_min IS NULL THEN {quoted(AGE)} END")
    record = typed_record(survey, "asked_child", "asked_household")
    keys = text_key(survey, "r")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE cell AS
        WITH r AS MATERIALIZED ({record}),
        listed AS (
            SELECT
                {keys},
                r.{line}::VARCHAR AS about,
                unnest([{", ".join(of_child)}]) AS field,
                coalesce(age_min, {age.minimum or 0}) AS low,
                coalesce(age_max, {age.maximum or 17}) AS high
            FROM r
            UNION ALL
            SELECT DISTINCT
                {keys},
                NULL,
                unnest([{", ".join(map(unanswered, deciding_questions.household))}]),
                NULL,
                NULL
            FROM r
        )
        SELECT *
        FROM listed
        WHERE field IS NOT NULL""")
    connection.register("possible_answer", possible_answers(survey))
    names = ", ".join((*home, "about", "field"))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE cell_answer AS
        SELECT {names}, code, upto, place
        FROM cell
        JOIN possible_answer USING (field)
        UNION ALL
        SELECT {names}, years::VARCHAR, years::VARCHAR, years
        FROM (
            SELECT {names}, unnest(range(low, high + 1)) AS years
            FROM cell
            WHERE field = {quoted(AGE)}
        )""")
    connection.unregister("possible_answer")


def _create_singles(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    home, line, person = survey.key("household"), survey.role("line").name, survey.role("person").name
    key = ", ".join(f"o.{name}" for name in survey.key("child"))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE {WHAT_IF} AS
        SELECT
            {key},
            o.{person},
            s.about,
            s.field,
            s.code,
            s.upto,
            s.place,
            o.level AS level_now,
            o.highest AS highest_now,
            a.level,
            a.highest,
            {differs(survey, "a", "o", "o")} AS changed,
            s.{SCENARIO}
        FROM open_child o
        JOIN scenario s ON {same("o", "s", home)}
        JOIN after_one a ON a.{SCENARIO} = s.{SCENARIO} AND a.{line} = o.{line}""")


def _create_questions(connection: duckdb.DuckDBPyConnection, survey: Survey, deciding_questions: Deciding) -> None:
    """`to_ask`: what was proved; and for an open rule of which nothing was, all that it looks at."""
    key = ", ".join((*survey.key("child"), survey.role("person").name))
    child = survey.key("child")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE {TO_ASK} AS
        SELECT *
        FROM (
            SELECT * FROM proved
            UNION
            SELECT {key}, about, field
            FROM candidate c
            WHERE NOT EXISTS (
                SELECT 1
                FROM proved p
                JOIN reason_field f USING (field)
                WHERE f.reason = c.reason AND {same("p", "c", child)}
            )
        )
        WHERE ({_not_asked(survey, deciding_questions)}) IS NOT TRUE""")
    _create_were(connection, survey, deciding_questions)
    for table in ("scenario", "question_pair", "proved", "candidate", "reason_field", "after_one", "after_two"):
        connection.execute(f"DROP TABLE {table}")


def _not_asked(survey: Survey, deciding_questions: Deciding) -> str:
    """SQL: nobody can answer the question of a row of `to_ask`, since its round did not ask it, or no round does."""
    round_ = survey.role("round").name
    conditions = []
    for name in (*deciding_questions.child, *deciding_questions.household):
        outside = rounds_without(survey.fields[name], round_)
        conditions += [f"(field = {quoted(name)} AND ({outside}))"] if outside else []
    return " OR ".join(conditions) or "FALSE"


def _create_were(connection: duckdb.DuckDBPyConnection, survey: Survey, deciding_questions: Deciding) -> None:
    """`was`: what stands in the store where an answer is open (home, about, field, named, was). `named` is the question
    to ask: for the age the birth date, or the interview's date where the birth date is known to the day; `was` is
    "partial" where it is known only to the month or year."""
    line, born = survey.role("line").name, survey.role("born").name
    keys = ", ".join(survey.key("household"))
    parts = []
    for table, names, about in (
        ("asked_child", deciding_questions.child, f"{line}::VARCHAR"),
        ("asked_household", deciding_questions.household, "NULL::VARCHAR"),
    ):
        if names:
            parts.append(f"""
                SELECT {keys}, about, field, field AS named, was
                FROM (SELECT {keys}, {about} AS about, {", ".join(names)} FROM {table})
                UNPIVOT INCLUDE NULLS (was FOR field IN ({", ".join(names)}))""")
    visited = survey.role("visited").name
    parts.append(f"""
        SELECT
            {keys},
            {line}::VARCHAR,
            {quoted(AGE)},
            CASE WHEN length({born}) = 10 THEN {quoted(visited)} ELSE {quoted(born)} END,
            CASE
                WHEN {partial_date_bounds(born)[0]} IS NULL THEN {born}
                WHEN length({born}) < 10 THEN 'partial'
            END
        FROM asked_child""")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE was AS {' UNION ALL '.join(parts)}")
