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

from cpms_cli.scoring.compiler.deciding import AGE, Deciding, counting, deciding, possible_answers
from cpms_cli.scoring.compiler.indicator_sql import outcome_sql
from cpms_cli.scoring.compiler.score_columns import COUNT_COLUMNS, outcome_columns
from cpms_cli.scoring.scores import JUDGED, SCORE, carried_columns
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.rule_language import rule_sql
from cpms_cli.survey.rules.typed_answers import (
    RecordColumns,
    partial_date_bounds,
    quoted,
    rounds_without,
    typed_record,
    vocabulary,
)

WHAT_IF, TO_ASK = "what_if", "to_ask"
_SCENARIO = "_scenario"


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
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE scenario AS SELECT row_number() OVER () AS {_SCENARIO}, {home}, about, field,"
        " code, upto, place, NULL::VARCHAR AS about2, NULL::VARCHAR AS field2, NULL::VARCHAR AS code2 FROM cell_answer"
    )
    _score_scenarios(connection, survey, deciding_questions, "after_one")
    _create_singles(connection, survey)
    _create_pairs(connection, survey, deciding_questions)
    _create_questions(connection, survey, deciding_questions)


def _text_key(survey: Survey, source: str) -> str:
    return ", ".join(f"{source}.{name}::VARCHAR AS {name}" for name in survey.key("household"))


def _same(left: str, right: str, names: tuple[str, ...]) -> str:
    return " AND ".join(f"{left}.{name}::VARCHAR = {right}.{name}::VARCHAR" for name in names)


def _create_homes(connection: duckdb.DuckDBPyConnection, survey: Survey, condition: str) -> None:
    """`open_child`: the children asked for whose level is open; `asked_child`, `asked_household`: all rows of their
    homes, as stored."""
    home = survey.key("household")
    refused = ", ".join(map(quoted, survey.no_consent)) or "NULL"
    key = ", ".join(survey.key("child"))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE open_child AS
        SELECT {outcome_columns(survey, carried_columns(survey))}
        FROM {JUDGED}
        SEMI JOIN (
            SELECT {", ".join(f"s.{name}" for name in survey.key("child"))}
            FROM (SELECT * FROM {SCORE} WHERE {condition}) s
            LEFT JOIN current_household h ON {_same("s", "h", home)}
            WHERE (h.{survey.role("consent").name} IN ({refused})) IS NOT TRUE AND {open_condition(survey)}
        ) USING ({key})
        """
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE asked_home AS SELECT DISTINCT {_text_key(survey, 's')} FROM open_child s"
    )
    for table, current in (("asked_child", "current_child"), ("asked_household", "current_household")):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM {current} SEMI JOIN asked_home"
            f" USING ({', '.join(home)})"
        )


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
    keys = _text_key(survey, "r")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE cell AS WITH r AS MATERIALIZED ({record}), listed AS ("
        f" SELECT {keys}, r.{line}::VARCHAR AS about, unnest([{', '.join(of_child)}]) AS field,"
        f" coalesce(age_min, {age.minimum or 0}) AS low, coalesce(age_max, {age.maximum or 17}) AS high FROM r"
        f" UNION ALL SELECT DISTINCT {keys}, NULL,"
        f" unnest([{', '.join(map(unanswered, deciding_questions.household))}]), NULL, NULL"
        " FROM r) SELECT * FROM listed WHERE field IS NOT NULL"
    )
    connection.register("possible_answer", possible_answers(survey))
    names = ", ".join((*home, "about", "field"))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE cell_answer AS SELECT {names}, code, upto, place"
        f" FROM cell JOIN possible_answer USING (field) UNION ALL SELECT {names}, years::VARCHAR, years::VARCHAR, years"
        f" FROM (SELECT {names}, unnest(range(low, high + 1)) AS years FROM cell WHERE field = {quoted(AGE)})"
    )
    connection.unregister("possible_answer")


def _given(survey: Survey, name: str, cell: str, line: str | None) -> str:
    """A stored cell, or the answer a scenario gives in its place."""
    born, age = survey.role("born").name, survey.role("age").name
    field = AGE if name in (born, age) else name
    cases = [
        f"WHEN s.field{n} = {quoted(field)}{f' AND s.about{n} = {line}' if line else ''}"
        f" THEN {'NULL' if name == born else f's.code{n}'}"
        for n in ("", "2")
    ]
    return f"CASE {' '.join(cases)} ELSE {cell} END AS {name}"


def _score_scenarios(
    connection: duckdb.DuckDBPyConnection, survey: Survey, deciding_questions: Deciding, into: str
) -> None:
    """Table `into`: _scenario, line, level, highest, open_reasons, and the counts of every child in every
    copy of its household; a copy's number stands for the house number, so that no two copies are one household."""
    home, house, line = survey.key("household"), survey.role("household").name, survey.role("line").name
    born, age = survey.role("born").name, survey.role("age").name
    changing = {*deciding_questions.child, *({born, age} if deciding_questions.ages else set())}
    child = [
        f"s.{_SCENARIO}::VARCHAR AS {name}"
        if name == house
        else _given(survey, name, f"c.{name}", f"c.{line}")
        if name in changing
        else f"c.{name}"
        for name in survey.columns("child")
    ]
    household = [
        f"s.{_SCENARIO}::VARCHAR AS {name}"
        if name == house
        else f"s.{name}"
        if name in home
        else _given(survey, name, f"h.{name}", None)
        if name in deciding_questions.household
        else f"h.{name}"
        for name in survey.columns("household")
    ]
    of_home = ", ".join(map(quoted, deciding_questions.household)) or "NULL"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE copied_child AS SELECT {', '.join(child)}, s.{_SCENARIO}"
        f" FROM scenario s JOIN asked_child c ON {_same('s', 'c', home)}"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE copied_household AS SELECT {', '.join(household)} FROM scenario s"
        f" LEFT JOIN asked_household h ON {_same('s', 'h', home)}"
        f" WHERE h.{house} IS NOT NULL OR s.field IN ({of_home}) OR s.field2 IN ({of_home})"
    )
    record = typed_record(survey, "copied_child", "copied_household", RecordColumns((_SCENARIO,)))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT * FROM ({outcome_sql(survey, record, (_SCENARIO, line))})"
    )
    connection.execute("DROP TABLE copied_child; DROP TABLE copied_household")


def _differs(survey: Survey, before: str, other: str, now: str) -> str:
    """SQL: something that the level hangs on differs between two states of the child whose row is `now`."""
    counts = ", ".join(map(quoted, counting(survey)))
    other_counts = " OR ".join(f"{before}.{name} <> {other}.{name}" for name in COUNT_COLUMNS)
    counted = f" OR (list_has_any({now}.open_reasons, [{counts}]) AND ({other_counts}))"
    text = " OR ".join(f"{before}.{name} <> {other}.{name}" for name in ("level", "highest", "open_reasons"))
    return f"({text}{counted if counts else ''})"


def _create_singles(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    home, line, person = survey.key("household"), survey.role("line").name, survey.role("person").name
    key = ", ".join(f"o.{name}" for name in survey.key("child"))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {WHAT_IF} AS SELECT {key}, o.{person}, s.about, s.field, s.code, s.upto,"
        f" s.place, o.level AS level_now, o.highest AS highest_now, a.level, a.highest,"
        f" {_differs(survey, 'a', 'o', 'o')} AS changed, s.{_SCENARIO} FROM open_child o"
        f" JOIN scenario s ON {_same('o', 's', home)}"
        f" JOIN after_one a ON a.{_SCENARIO} = s.{_SCENARIO} AND a.{line} = o.{line}"
    )


def _candidates(survey: Survey) -> str:
    """SELECT of (child's key, person, reason, part, about, field): the open questions of the child and of its home
    that its open rules look at."""
    home, line = survey.key("household"), survey.role("line").name
    key = ", ".join(f"o.{name}" for name in survey.key("child"))
    return (
        f"SELECT {key}, o.{survey.role('person').name}, o.reason, f.part, c.about, c.field"
        " FROM (SELECT *, unnest(open_reasons) AS reason FROM open_child) o"
        f" JOIN reason_field f ON f.reason = o.reason JOIN cell c ON {_same('o', 'c', home)} AND c.field = f.field"
        f" AND (c.about IS NULL OR c.about = o.{line}::VARCHAR)"
    )


def _create_pairs(connection: duckdb.DuckDBPyConnection, survey: Survey, deciding_questions: Deciding) -> None:
    """`proved`: questions some answer to which changes something, alone or beside one other answer."""
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
        f"CREATE OR REPLACE TEMP TABLE proved AS SELECT DISTINCT {key}, about, field FROM {WHAT_IF} WHERE changed"
    )
    home, line = survey.key("household"), survey.role("line").name
    of_child = ", ".join(f"x.{name}" for name in survey.key("child"))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE question_pair AS SELECT DISTINCT {of_child}, x.about, x.field,"
        f" y.about AS about2, y.field AS field2 FROM candidate x JOIN candidate y"
        f" ON {_same('x', 'y', survey.key('child'))} AND x.reason = y.reason AND x.part = y.part AND x.field <> y.field"
        f" ANTI JOIN proved p ON {_same('x', 'p', survey.key('child'))} AND x.field = p.field"
        " AND x.about IS NOT DISTINCT FROM p.about"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE scenario AS SELECT row_number() OVER () AS {_SCENARIO},"
        f" {_text_key(survey, 'p')}, p.{line} AS of_line, p.about, p.field, a.code, a.upto, a.place,"
        " p.about2, p.field2, b.code AS code2"
        f" FROM question_pair p JOIN cell_answer a ON {_same('p', 'a', home)} AND a.field = p.field"
        " AND a.about IS NOT DISTINCT FROM p.about"
        f" JOIN cell_answer b ON {_same('p', 'b', home)} AND b.field = p.field2"
        " AND b.about IS NOT DISTINCT FROM p.about2"
    )
    _score_scenarios(connection, survey, deciding_questions, "after_two")
    own = ", ".join(f"o.{name}" for name in (*survey.key("child"), survey.role("person").name))
    connection.execute(
        f"INSERT INTO proved SELECT DISTINCT {own}, s.about, s.field FROM scenario s"
        f" JOIN open_child o ON {_same('o', 's', home)} AND o.{line} = s.of_line"
        f" JOIN after_two two ON two.{_SCENARIO} = s.{_SCENARIO} AND two.{line} = s.of_line"
        f" JOIN {WHAT_IF} w ON {_same('w', 'o', survey.key('child'))} AND w.field = s.field2 AND w.code = s.code2"
        f" AND w.about IS NOT DISTINCT FROM s.about2 JOIN after_one one ON one.{_SCENARIO} = w.{_SCENARIO}"
        f" AND one.{line} = s.of_line WHERE {_differs(survey, 'two', 'one', 'o')}"
    )


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
                WHERE f.reason = c.reason AND {_same("p", "c", child)}
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
            parts.append(
                f"SELECT {keys}, about, field, field AS named, was FROM (SELECT {keys}, {about} AS about,"
                f" {', '.join(names)} FROM {table}) UNPIVOT INCLUDE NULLS (was FOR field IN ({', '.join(names)}))"
            )
    visited = survey.role("visited").name
    parts.append(
        f"SELECT {keys}, {line}::VARCHAR, {quoted(AGE)}, CASE WHEN length({born}) = 10"
        f" THEN {quoted(visited)} ELSE {quoted(born)} END, CASE WHEN {partial_date_bounds(born)[0]} IS NULL THEN {born}"
        f" WHEN length({born}) < 10 THEN 'partial' END"
        " FROM asked_child"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE was AS {' UNION ALL '.join(parts)}")
