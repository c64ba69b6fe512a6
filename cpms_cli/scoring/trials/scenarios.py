"""Copies of households in which open answers are given, how their children are scored then, and which questions are
worth asking because some answer to them, alone or beside another, changes the level.

`scenario` has a row per copy: its number, the home's key, and one or two answers, each with the line of the child asked
about. `asked_child` and `asked_household` are those of `what_if`.
"""

from __future__ import annotations

import duckdb

from cpms_cli.scoring.compiler.deciding import AGE, Deciding, counting
from cpms_cli.scoring.compiler.indicator_sql import outcome_sql
from cpms_cli.scoring.compiler.score_columns import COUNT_COLUMNS
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import RecordColumns, quoted, typed_record

SCENARIO = "_scenario"
AFTER_ONE, AFTER_TWO = "after_one", "after_two"


def text_key(survey: Survey, source: str) -> str:
    """SQL for the key of a home as text, out of the relation `source`."""
    return ", ".join(f"{source}.{name}::VARCHAR AS {name}" for name in survey.key("household"))


def same(left: str, right: str, names: tuple[str, ...]) -> str:
    """SQL: two rows agree, as text, in these columns."""
    return " AND ".join(f"{left}.{name}::VARCHAR = {right}.{name}::VARCHAR" for name in names)


def _given(survey: Survey, name: str, cell: str, line: str | None) -> str:
    """A stored cell, or the answer a scenario gives in its place."""
    born, age = survey.role("born").name, survey.role("age").name
    field = AGE if name in (born, age) else name
    cases = [
        f"""
        WHEN s.field{n} = {quoted(field)}{f" AND s.about{n} = {line}" if line else ""}
        THEN {"NULL" if name == born else f"s.code{n}"}"""
        for n in ("", "2")
    ]
    return f"CASE {' '.join(cases)} ELSE {cell} END AS {name}"


def score_scenarios(
    connection: duckdb.DuckDBPyConnection, survey: Survey, deciding_questions: Deciding, into: str
) -> None:
    """Table `into`, AFTER_ONE or AFTER_TWO: _scenario, line, level, highest, open_reasons, and the counts of every
    child in every copy of its household. A copy's number stands for the house number, so that no two copies are one
    household."""
    home, house, line = survey.key("household"), survey.role("household").name, survey.role("line").name
    born, age = survey.role("born").name, survey.role("age").name
    changing = {*deciding_questions.child, *({born, age} if deciding_questions.ages else set())}
    child = [
        f"s.{SCENARIO}::VARCHAR AS {name}"
        if name == house
        else _given(survey, name, f"c.{name}", f"c.{line}")
        if name in changing
        else f"c.{name}"
        for name in survey.columns("child")
    ]
    household = [
        f"s.{SCENARIO}::VARCHAR AS {name}"
        if name == house
        else f"s.{name}"
        if name in home
        else _given(survey, name, f"h.{name}", None)
        if name in deciding_questions.household
        else f"h.{name}"
        for name in survey.columns("household")
    ]
    of_home = ", ".join(map(quoted, deciding_questions.household)) or "NULL"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE copied_child AS
        SELECT {", ".join(child)}, s.{SCENARIO}
        FROM scenario s
        JOIN asked_child c ON {same("s", "c", home)}""")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE copied_household AS
        SELECT {", ".join(household)}
        FROM scenario s
        LEFT JOIN asked_household h ON {same("s", "h", home)}
        WHERE h.{house} IS NOT NULL OR s.field IN ({of_home}) OR s.field2 IN ({of_home})""")
    record = typed_record(survey, "copied_child", "copied_household", RecordColumns((SCENARIO,)))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT * FROM ({outcome_sql(survey, record, (SCENARIO, line))})"
    )
    connection.execute("DROP TABLE copied_child; DROP TABLE copied_household")


def differs(survey: Survey, before: str, other: str, now: str) -> str:
    """SQL: something that the level hangs on differs between two states of the child whose row is `now`."""
    counts = ", ".join(map(quoted, counting(survey)))
    other_counts = " OR ".join(f"{before}.{name} <> {other}.{name}" for name in COUNT_COLUMNS)
    counted = f" OR (list_has_any({now}.open_reasons, [{counts}]) AND ({other_counts}))"
    text = " OR ".join(f"{before}.{name} <> {other}.{name}" for name in ("level", "highest", "open_reasons"))
    return f"({text}{counted if counts else ''})"


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
