"""A file held against what the store knows from earlier rounds. The store's rows are handed in as plain tables, since
checking stands before the store and knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cpms_cli.checking.rows.row_rules import RuleFault
from cpms_cli.survey.identifiers import thai_id_sql
from cpms_cli.survey.model.checks import HistoryCheck
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.rule_language import rule_sql
from cpms_cli.survey.rules.typed_answers import RecordColumns, quoted, typed_record, vocabulary, with_age_bounds
from cpms_cli.survey.rules.vocabulary import BEFORE, Vocabulary

# What `stage_earlier` makes of the store's rows: children and households.
EARLIER = ("earlier_child", "(SELECT * EXCLUDE (_file) FROM earlier_household)")
RELATIONS = {"child": "compared", "absent": "absent", "village": "absent_village"}


@dataclass(frozen=True)
class Earlier:
    """The current rows of a store, as canonical text under the survey's names: one row per key, all rounds."""

    child: pa.Table
    household: pa.Table


@dataclass(frozen=True)
class AbsenceFault:
    """Children, villages or columns that are missing: the table that should have them, and who each child is."""

    check: str
    field: str
    source: int
    values: tuple[str | None, ...]


def history_words(survey: Survey, check: HistoryCheck) -> Vocabulary:
    """What the check's rule may name."""
    return vocabulary(survey, indicators=False, earlier=check.about == "child")


def _condition(survey: Survey, check: HistoryCheck) -> str:
    """The rule's condition in DuckDB's SQL."""
    return rule_sql(check.when, history_words(survey, check))


def stage_earlier(connection: duckdb.DuckDBPyConnection, survey: Survey, earlier: Earlier) -> None:
    """Create `compared`, `absent` and `absent_village` from the staged files and the store's rows."""
    for name, rows in (("child", earlier.child), ("household", earlier.household)):
        connection.register("stored_row", rows)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE earlier_{name} AS SELECT *, 0 AS _file FROM stored_row")
        connection.unregister("stored_row")
    compare(connection, survey, "0")


def compare(connection: duckdb.DuckDBPyConnection, survey: Survey, file: str) -> None:
    """Create the three relations from `record`, `earlier_child` and `earlier_household`.

    `file` is SQL for what keeps rows apart that may not meet: nothing in a run over files, but the definition's own
    cases are many files at once.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE arrived_record AS SELECT *, {file} AS _file FROM record")
    # Families that did not consent left nothing by which anybody could be missed.
    refused = ", ".join(quoted(answer) for answer in survey.no_consent)
    record = typed_record(survey, *EARLIER, RecordColumns(("_file",)))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE earlier AS
        SELECT *, row_number() OVER () AS _store
        FROM ({record})
        WHERE coalesce({survey.role("consent").name}, '') NOT IN ({refused})""")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE compared AS {_compared(survey)}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE absent AS {_absent(survey)}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE absent_village AS {_absent_village(survey)}")


def _compared(survey: Survey) -> str:
    """Each record of the files beside the same child's last record of a round before.

    A national ID that stands on two rows of a round tells nobody apart, nor does what is none.
    """
    person, round_ = survey.role("person").name, survey.role("round").name
    number = next(iter(survey.names_of("national_id")), None)
    ways = [(1, "arrived_record", person), *([] if number is None else [(2, "known_once", number)])]
    matched = " UNION ALL ".join(
        f"""
            SELECT n._source, n._row, e._store, e.{round_} AS round_then, {trust} AS trust
            FROM {rows} n
            JOIN earlier e ON n._file = e._file AND n.{name} = e.{name} AND e.{round_} < n.{round_}"""
        for trust, rows, name in ways
    )
    before = ", ".join(f"e.{name} AS {BEFORE}{name}" for name in survey.fields)
    return f"""
        WITH known_once AS (
            SELECT *
            FROM arrived_record
            WHERE {"FALSE" if number is None else thai_id_sql(number)}
            QUALIFY count(*) OVER (PARTITION BY _file, {round_}, {number or person}) = 1
        ),
        matched AS (
            SELECT *
            FROM ({matched})
            QUALIFY row_number() OVER (PARTITION BY _source, _row ORDER BY trust, round_then DESC, _store) = 1
        )
        SELECT n.*, {before}
        FROM arrived_record n
        JOIN matched USING (_source, _row)
        JOIN earlier e USING (_store)"""


def _not_seen(survey: Survey) -> str:
    """SQL that leaves out of `due e` every child who may be one of the files' or was stored this round already.

    Name or place with sex and birth date prove nothing, but are enough not to call a child missing.
    """
    born, sex, given, person = (survey.role(role).name for role in ("born", "sex", "given_name", "person"))
    round_ = survey.role("round").name
    place = [name for name in survey.key("child") if name != round_]
    numbers = [(number,) for number in survey.names_of("national_id")]
    ways = ((person,), *numbers, (*place, sex, born), (given, sex, born))
    seen = []
    for number, names in enumerate(ways):
        same = "".join(f" AND n{number}.{name} = e.{name}" for name in names)
        seen.append(
            f"ANTI JOIN arrived_record n{number} ON n{number}._file = e._file AND n{number}.{round_} = e.now{same}"
        )
    stored = f"ANTI JOIN earlier s ON s._file = e._file AND s.{round_} >= e.now AND s.{person} = e.{person}"
    return " ".join([*seen, stored])


def _absent(survey: Survey) -> str:
    """The last records of children in the files' villages who are not in the files, as old as they are by now.

    An age that was stated then grows by the years between; it does not narrow what a birth date says of today.
    """
    round_, village, visited, age = (survey.role(role).name for role in ("round", "village", "visited", "age"))
    return f"""
        WITH village AS (
            SELECT _file, min(_source) AS _source, {village}, {round_} AS now, max({visited}) AS came
            FROM arrived_record
            GROUP BY _file, {village}, {round_}
        ),
        due AS (
            SELECT v._source, v.now, v.came, e.*
            FROM village v
            JOIN earlier e USING (_file, {village})
            WHERE e.{round_} < v.now
            QUALIFY e.{round_} = max(e.{round_}) OVER (PARTITION BY v._file, {village}, v.now)
        ),
        gone AS (
            SELECT e.* EXCLUDE (age_min, age_max) REPLACE (
                coalesce(came, make_date(now, 12, 31)) AS {visited},
                CASE WHEN birth_from IS NULL THEN ({age} + now - {round_})::INTEGER END AS {age}
            )
            FROM due e
            {_not_seen(survey)}
        )
        {with_age_bounds(survey, "gone")}"""


def _absent_village(survey: Survey) -> str:
    """Villages of the files' subdistricts that had children in the round before, and have none now."""
    round_, village = survey.role("round").name, survey.role("village").name
    return f"""
        WITH around AS (
            SELECT _file, min(_source) AS _source, left({village}, 6) AS subdistrict, {round_} AS now
            FROM arrived_record
            GROUP BY ALL
        ),
        due AS (
            SELECT a._file, a._source, a.now, e.{village}, e.{round_}
            FROM around a
            JOIN earlier e
                ON a._file = e._file AND a.subdistrict = left(e.{village}, 6) AND e.{round_} < a.now
            QUALIFY e.{round_} = max(e.{round_}) OVER (PARTITION BY a._file, a.subdistrict, a.now)
        )
        SELECT e._file, e._source, e.{village}, e.{round_}, count(*) AS children_listed
        FROM due e
        ANTI JOIN arrived_record n ON n._file = e._file AND n.{round_} = e.now AND n.{village} = e.{village}
        ANTI JOIN earlier s ON s._file = e._file AND s.{round_} >= e.now AND s.{village} = e.{village}
        GROUP BY ALL"""


def history_faults(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Iterator[RuleFault | AbsenceFault]:
    """Every rule against the store that is true somewhere; of an absent child or village, the first rule only."""
    for check in survey.history:
        if check.about == "child":
            yield from _changes(connection, survey, check)
    for about in ("absent", "village"):
        yield from _absences(connection, survey, [check for check in survey.history if check.about == about])


def _changes(connection: duckdb.DuckDBPyConnection, survey: Survey, check: HistoryCheck) -> Iterator[RuleFault]:
    changed = (
        f"CASE WHEN {BEFORE}{name} <> {name} THEN {BEFORE}{name} || ' -> ' || {name} END" for name in check.fields
    )
    changes = connection.execute(f"""
        SELECT _source, _row, coalesce({", ".join(changed)}, '') AS change
        FROM compared
        WHERE {_condition(survey, check)}
        ORDER BY _source, _row""").fetchnumpy()
    if len(changes["_row"]):
        shown = tuple(None if value is None else str(value) for value in np.ma.filled(changes["change"], None))
        yield RuleFault(check.id, check.fields, _numbers(changes["_source"]), _numbers(changes["_row"]), shown)


def _absences(
    connection: duckdb.DuckDBPyConnection, survey: Survey, checks: list[HistoryCheck]
) -> Iterator[AbsenceFault]:
    if not checks:
        return
    first = " ".join(f"WHEN {_condition(survey, check)} THEN {number}" for number, check in enumerate(checks))
    relation = RELATIONS[checks[0].about]
    absences = connection.execute(f"""
        SELECT nth, _source, list(absentee ORDER BY absentee)
        FROM (
            SELECT CASE {first} END AS nth, _source, {_sql_of_absent(survey, checks[0])} AS absentee
            FROM {relation}
        )
        WHERE nth IS NOT NULL
        GROUP BY ALL
        ORDER BY ALL""")
    for number, source, values in absences.fetchall():
        yield AbsenceFault(checks[number].id, checks[number].fields[0], int(source), tuple(values))


def _sql_of_absent(survey: Survey, check: HistoryCheck) -> str:
    """SQL for what names the absent one without a name: identifier, last place and round."""
    round_, village = survey.role("round").name, survey.role("village").name
    if check.about == "village":
        return f"concat({village}, ' (', {round_}, ': ', children_listed, ')')"
    place = [name for name in survey.key("child") if name != round_]
    return f"concat({survey.role('person').name}, ' ', concat_ws('/', {', '.join(place)}), ' (', {round_}, ')')"


def _numbers(column: object) -> npt.NDArray[np.int64]:
    return np.asarray(column, dtype=np.int64)
