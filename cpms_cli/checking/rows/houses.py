"""House numbers that are one number in two writings, as 001 and 1: two homes to the store, and most likely one family.

Where both have a child that is alike, it would be counted and visited as two children, and each would have half of the
family's answers. Which of the two it is nobody can tell but those who were there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
import numpy as np

from cpms_cli.checking.rows.row_rules import RuleFault
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import typed_record

StoredRows = tuple[str, str]
"""Relations of a store's current rows as canonical text: children, households."""
_ALIKE, _CONSENT, _ELSE = "house_written_twice", "house_consent_differs", "house_written_otherwise"
# Words for "number" in front, white space, and zeros in front of a number are how it is written, not which it is.
_BEFORE = r"^(?:บ้าน)?เลขที่[.: ]*|^(?:house|home)? ?(?:no\b[.: ]*|number\b[.: ]*|#)"


def _plain(house: str) -> str:
    """SQL for a house number without what is only its writing."""
    bare = f"regexp_replace(regexp_replace(lower({house}), '{_BEFORE}', ''), '\\s+', '', 'g')"
    return f"regexp_replace({bare}, '(^|[^0-9])0+([0-9])', '\\1\\2', 'g')"


def houses_written_twice(
    connection: duckdb.DuckDBPyConnection, survey: Survey, stored: StoredRows | None, passed: Sequence[int] = ()
) -> Iterator[RuleFault]:
    """Staged rows of homes whose number stands in the same round and village in another writing too.

    `stored` has the store's rows, if there is a store; `passed` are the tables (`_source`) that change nothing. All
    rows of a home are named where a child of each of two such homes is alike: name, sex and birth do not contradict
    each other, and the given name, or the day of birth, is the same; so are those of homes of which one consented and
    the other did not, since a refusal must not be passed by for the way a number is written. Otherwise the first row.
    """
    if not _homes_in_doubt(connection, survey, stored):
        return
    key = ", ".join(survey.key("household"))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE house_alike AS {_homes_alike(survey, stored)}")
    asked = f"_source NOT IN ({', '.join(map(str, passed))})" if passed else "TRUE"
    in_doubt = connection.execute(f"""
        SELECT
            _source,
            _row,
            writings,
            a.alike IS NOT NULL AS alike,
            d.disputed IS NOT NULL AS disputed,
            row_number() OVER (PARTITION BY {key} ORDER BY _source, _row) = 1 AS first_row
        FROM (
            SELECT _source, _row, {key} FROM staged_child
            UNION
            SELECT _source, _row, {key} FROM staged_household
        )
        JOIN house_variant v USING ({key})
        LEFT JOIN house_alike a USING ({key})
        LEFT JOIN ({_homes_disputed(survey)}) d USING ({key})
        LEFT JOIN unwilling u USING ({key})
        WHERE {asked} AND (u.no_consent IS NULL OR d.disputed)
        ORDER BY _source, _row""").df()
    disputed, alike = in_doubt["disputed"], in_doubt["alike"] & ~in_doubt["disputed"]
    of_question = (alike, disputed, ~alike & ~disputed & in_doubt["first_row"])
    for check, chosen in zip((_ALIKE, _CONSENT, _ELSE), of_question, strict=True):
        faulty = in_doubt[chosen]
        if len(faulty):
            sources, numbers = (faulty[name].to_numpy(np.int64) for name in ("_source", "_row"))
            house = survey.role("household").name
            yield RuleFault(check, (house,), sources, numbers, tuple(faulty["writings"]), open=True)


def _homes_disputed(survey: Survey) -> str:
    """SELECT of the homes in doubt of which one writing of the number refused and another did not."""
    key, house = ", ".join(survey.key("household")), survey.role("household").name
    same_place = " AND ".join(f"a.{name} = b.{name}" for name in (*_place(survey), "plain"))
    return f"""
        WITH writing AS (
            SELECT v.*, u.no_consent IS NOT NULL AS refused
            FROM house_variant v
            LEFT JOIN unwilling u USING ({key})
        )
        SELECT DISTINCT {", ".join(f"a.{name}" for name in survey.key("household"))}, TRUE AS disputed
        FROM writing a
        JOIN writing b ON {same_place} AND a.{house} <> b.{house}
        WHERE a.refused <> b.refused"""


def _homes_in_doubt(connection: duckdb.DuckDBPyConnection, survey: Survey, stored: StoredRows | None) -> bool:
    """Create `house_variant`, the homes whose number has another writing, with `plain` and all `writings`; whether
    there is one."""
    place, house = ", ".join(_place(survey)), survey.role("household").name
    homes = _homes_with_plain_number(survey, stored)
    # Hardly ever is there one: asking first is cheaper than putting all writings side by side.
    twice = f"SELECT 1 FROM ({homes}) GROUP BY {place}, plain HAVING count(*) > 1 LIMIT 1"
    if connection.execute(twice).fetchone() is None:
        return False
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE house_variant AS
        SELECT
            h.*,
            string_agg(h.{house}, ', ') OVER (
                PARTITION BY {place}, plain
                ORDER BY h.{house}
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS writings
        FROM ({homes}) h
        QUALIFY count(*) OVER (PARTITION BY {place}, plain) > 1""")
    return True


def _homes_with_plain_number(survey: Survey, stored: StoredRows | None) -> str:
    """Return a SELECT of the keys of the staged homes, and of the store's in the same places, with `plain`."""
    key, place, house = ", ".join(survey.key("household")), ", ".join(_place(survey)), survey.role("household").name
    known = ""
    if stored is not None:
        known = " ".join(f"UNION SELECT {key} FROM {rows} SEMI JOIN staged_home USING ({place})" for rows in stored)
    return f"""
        WITH staged_home AS (
            SELECT {key} FROM staged_child
            UNION
            SELECT {key} FROM staged_household
        )
        SELECT {key}, {_plain(house)} AS plain
        FROM (SELECT {key} FROM staged_home {known})
        WHERE {house} IS NOT NULL"""


def _place(survey: Survey) -> list[str]:
    return [name for name in survey.key("household") if name != survey.role("household").name]


def _homes_alike(survey: Survey, stored: StoredRows | None) -> str:
    """SELECT of the homes in doubt of which a child is alike one in a home of the same number, written otherwise."""
    key, house = survey.key("household"), survey.role("household").name
    given, born, sex = (survey.role(role).name for role in ("given_name", "born", "sex"))
    same_home = " AND ".join(f"r.{name}::VARCHAR = v.{name}" for name in key)
    answers = f"v.*, r.{sex}, r.{given}, r.{born}, birth_from, birth_to, age_min, age_max"
    rows = f"""
            SELECT TRUE AS staged, {answers}
            FROM record r
            JOIN house_variant v ON {same_home}"""
    if stored is not None:
        homes = f"SEMI JOIN house_variant USING ({', '.join(key)})"
        child, household = (f"(FROM {relation} {homes})" for relation in stored)
        rows = f"""
            {rows}
            UNION ALL
            SELECT FALSE, {answers}
            FROM ({typed_record(survey, child, household)}) r
            JOIN house_variant v ON {same_home}"""
    same_place = " AND ".join(f"a.{name} = b.{name}" for name in (*_place(survey), "plain"))
    # An age is stated as people round it: a year more or less is no contradiction.
    return f"""
        WITH seen AS ({rows})
        SELECT DISTINCT {", ".join(f"a.{name}" for name in key)}, TRUE AS alike
        FROM seen a
        JOIN seen b ON {same_place} AND a.{house} <> b.{house}
        WHERE a.staged
            AND (a.{sex} = b.{sex}) IS NOT FALSE
            AND (a.birth_from <= b.birth_to AND b.birth_from <= a.birth_to) IS NOT FALSE
            AND (a.age_min <= b.age_max + 1 AND b.age_min <= a.age_max + 1) IS NOT FALSE
            AND (
                lower(a.{given}) = lower(b.{given})
                OR (length(a.{born}) = 10 AND a.{born} = b.{born} AND a.{sex} = b.{sex})
            )"""
