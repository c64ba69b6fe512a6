"""Which open questions are worth asking because some answer to them, alone or beside another, changes the level."""

from __future__ import annotations

import duckdb

from cpms_cli.scoring.compiler.deciding import Deciding
from cpms_cli.scoring.scenarios import AFTER_TWO, SCENARIO, differs, same, score_scenarios, text_key
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import quoted


def _candidates(survey: Survey) -> str:
    """SELECT of (child's key, person, reason, part, about, field): the open questions of the child and of its home
    that its open rules look at."""
    home, line = survey.key("household"), survey.role("line").name
    key = ", ".join(f"o.{name}" for name in survey.key("child"))
    return f"""
        SELECT {key}, o.{survey.role("person").name}, o.reason, f.part, c.about, c.field
        FROM (SELECT *, unnest(open_reasons) AS reason FROM open_child) o
        JOIN reason_field f ON f.reason = o.reason
        JOIN cell c
            ON {same("o", "c", home)}
            AND c.field = f.field
            AND (c.about IS NULL OR c.about = o.{line}::VARCHAR)"""


def create_proved(connection: duckdb.DuckDBPyConnection, survey: Survey, deciding_questions: Deciding) -> None:
    """`proved`: questions some answer to which changes something, alone or beside one other answer; `candidate`: all
    that open rules look at. `what_if` and `scenario` must exist."""
    key = ", ".join((*survey.key("child"), survey.role("person").name))
    rows = ", ".join(
        f"({quoted(reason)}, {number}, {quoted(name)})"
        for reason, groups in deciding_questions.of_reason.items()
        for number, names in enumerate(groups)
        for name in names
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE reason_field AS SELECT * FROM (VALUES {rows}) t(reason, part, field)"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE candidate AS {_candidates(survey)}")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE proved AS SELECT DISTINCT {key}, about, field FROM what_if WHERE changed"
    )
    _create_pairs(connection, survey)
    score_scenarios(connection, survey, deciding_questions, AFTER_TWO)
    home, line = survey.key("household"), survey.role("line").name
    own = ", ".join(f"o.{name}" for name in (*survey.key("child"), survey.role("person").name))
    connection.execute(f"""
        INSERT INTO proved
        SELECT DISTINCT {own}, s.about, s.field
        FROM scenario s
        JOIN open_child o ON {same("o", "s", home)} AND o.{line} = s.of_line
        JOIN after_two two ON two.{SCENARIO} = s.{SCENARIO} AND two.{line} = s.of_line
        JOIN what_if w
            ON {same("w", "o", survey.key("child"))}
            AND w.field = s.field2
            AND w.code = s.code2
            AND w.about IS NOT DISTINCT FROM s.about2
        JOIN after_one one ON one.{SCENARIO} = w.{SCENARIO} AND one.{line} = s.of_line
        WHERE {differs(survey, "two", "one", "o")}""")


def _create_pairs(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """`question_pair`: two candidates of one alternative, of which the first is not proved alone; `scenario`: each with
    every answer to both."""
    home, line, child = survey.key("household"), survey.role("line").name, survey.key("child")
    of_child = ", ".join(f"x.{name}" for name in child)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE question_pair AS
        SELECT DISTINCT {of_child}, x.about, x.field, y.about AS about2, y.field AS field2
        FROM candidate x
        JOIN candidate y ON {same("x", "y", child)} AND x.reason = y.reason AND x.part = y.part AND x.field <> y.field
        ANTI JOIN proved p
            ON {same("x", "p", child)} AND x.field = p.field AND x.about IS NOT DISTINCT FROM p.about""")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE scenario AS
        SELECT
            row_number() OVER () AS {SCENARIO},
            {text_key(survey, "p")},
            p.{line} AS of_line,
            p.about,
            p.field,
            a.code,
            a.upto,
            a.place,
            p.about2,
            p.field2,
            b.code AS code2
        FROM question_pair p
        JOIN cell_answer a
            ON {same("p", "a", home)} AND a.field = p.field AND a.about IS NOT DISTINCT FROM p.about
        JOIN cell_answer b
            ON {same("p", "b", home)} AND b.field = p.field2 AND b.about IS NOT DISTINCT FROM p.about2""")
