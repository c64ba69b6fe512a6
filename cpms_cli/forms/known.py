"""Who is known in an area before a round: what next year's form brings along, and who is not on it, and why.

On the form stand the children and households of each village's last round, with their permanent codes and the answers
that do not change (`carried` in the definition). An answer that was not known is asked again. Nobody vanishes without
a word: who was not seen in the last round, is grown, or cannot be recognised, is listed with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pandas as pd

from cpms_cli.store.disputes import table_of_answer, to_ask_again
from cpms_cli.survey.model.definition import Field, Survey, Table
from cpms_cli.survey.rules.typed_answers import adult_age, completed_years, quoted, typed, typed_record

NOT_SEEN, GROWN, UNNAMED = "not_seen", "grown", "unnamed"


@dataclass(frozen=True)
class Known:
    """Canonical rows under the names of fields: `round` is the new one, and only what is carried is filled in; what a
    family says is wrong is not, so that it is asked again: `disputed` counts these cells.

    `again` counts the children who were not found in the last round, and are on the form since an answer is disputed.
    `left_out` has the carried answers of the children who are not on the form, with `reason` (not_seen, grown,
    unnamed), `seen`, the round in which they were last seen, and `last`, the last round of their village.
    """

    round: int
    households: pd.DataFrame
    children: pd.DataFrame
    left_out: pd.DataFrame
    disputed: int = 0
    again: int = 0


def last_round(connection: duckdb.DuckDBPyConnection, survey: Survey, area: str) -> int | None:
    """The last round in which the store has children or households of the area."""
    round_, village = survey.role("round").name, survey.role("village").name
    seen = " UNION ALL ".join(f"SELECT {round_}, {village} FROM current_{table}" for table in ("child", "household"))
    known_rows = connection.execute(
        f"SELECT max({round_}::INTEGER) FROM ({seen}) WHERE starts_with({village}, ?)", [area]
    ).fetchone()
    return int(known_rows[0]) if known_rows and known_rows[0] is not None else None


def known_before(connection: duckdb.DuckDBPyConnection, survey: Survey, area: str, round_: int) -> Known:
    """Children and households of the area as the rounds before this one left them."""
    _latest(connection, survey, area, round_)
    children = _children(connection, survey, round_)
    own = [*survey.columns("child")]
    disputes = to_ask_again(connection, survey)
    # Elsewhere there is no place to answer: a child of whom something is disputed gets a row, found or not.
    again = (children["reason"] == NOT_SEEN) & children[survey.role("person").name].isin(disputes["person"])
    stays = children["reason"].isna() | again
    households = _households(connection, survey, children[again])
    homes, of_homes = _asked_again(survey, households, disputes, "household")
    listed, of_children = _asked_again(survey, children[stays], disputes, "child")
    return Known(
        round_,
        _with_round(survey, homes, round_, survey.columns("household")),
        _with_round(survey, listed, round_, own).reset_index(drop=True),
        children[~stays].reset_index(drop=True),
        of_homes + of_children,
        int(again.sum()),
    )


def _asked_again(survey: Survey, rows: pd.DataFrame, disputes: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, int]:
    """Return the rows without the carried answers that a family disputes, and how many these are."""
    person, key = survey.role("person").name, survey.key("household")
    count, rows = 0, rows.copy()
    for dispute in disputes[disputes["field"].isin(list(rows.columns))].to_dict("records"):
        field = str(dispute["field"])
        if table_of_answer(survey, field) != table:
            continue
        if table == "child":
            own = rows[person] == dispute["person"]
        else:
            own = (rows[list(key[1:])].astype("str") == [str(dispute[name]) for name in key[1:]]).all(axis=1)
        count += int((own & rows[field].notna()).sum())
        rows.loc[own, field] = None
    return rows, count


def _latest(connection: duckdb.DuckDBPyConnection, survey: Survey, area: str, before: int) -> None:
    """Create `last_child` and `last_household`: the last row of each one who was last seen in the area, with
    `village_last`, the last round of that village."""
    year, village = f"{survey.role('round').name}::INTEGER", survey.role("village").name
    seen = " UNION ALL ".join(f"FROM current_{table} SELECT {village}, {year} AS y" for table in ("child", "household"))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE village_round AS
        SELECT {village}, max(y) AS village_last
        FROM ({seen})
        WHERE y < {before}
        GROUP BY ALL""")
    for table, role in (("child", survey.role("person")), ("household", survey.role("home"))):
        key = ", ".join(survey.key(_kind(table)))
        connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE last_{table} AS
            SELECT *
            FROM (
                SELECT *
                FROM current_{table}
                WHERE {year} < {before}
                QUALIFY row_number() OVER (PARTITION BY {role.name} ORDER BY {year} DESC, {key}) = 1
            )
            JOIN village_round USING ({village})
            WHERE starts_with({village}, {quoted(area)})""")


def _kind(table: str) -> Table:
    return "child" if table == "child" else "household"


def _carried(survey: Survey, table: Table) -> list[Field]:
    return [survey.fields[name] for name in survey.columns(table) if survey.fields[name].carried]


def _children(connection: duckdb.DuckDBPyConnection, survey: Survey, round_: int) -> pd.DataFrame:
    """The carried answers of every child last seen in the area, with `reason`, `seen` and `last`."""
    grown, year = adult_age(survey), survey.role("round").name
    begins = f"DATE '{round_}-01-01'"
    visited = survey.role("visited").name
    since = f"greatest(coalesce({completed_years(visited, begins)}, 0), 0)"
    # Of what the birth date says by now and the years since the last interview, whichever says more.
    least = f"greatest({completed_years('birth_to', begins)}, age_min + {since})"
    carried = _carried(survey, "child")
    answer_fields = [field.name for field in carried if field.name not in (*survey.key("child"), *_codes(survey))]
    reason = f"""
        CASE
            WHEN {least} >= {grown} THEN {quoted(GROWN)}
            WHEN seen < last THEN {quoted(NOT_SEEN)}
            WHEN coalesce({", ".join(answer_fields)}) IS NULL THEN {quoted(UNNAMED)}
        END"""
    record = typed_record(survey, "last_child", "current_household")
    cells = ", ".join(f"r.{field.name}::VARCHAR AS {field.name}" for field in carried)
    place = _by_house(survey, "r", survey.key("child"))
    person = survey.role("person").name
    return connection.execute(f"""
        WITH record AS ({record}),
        joined AS (
            SELECT r.*, r.{year} AS seen, v.village_last AS last
            FROM record r
            JOIN village_round v USING ({survey.role("village").name})
        )
        SELECT {cells}, seen, last, {reason} AS reason
        FROM joined r
        ORDER BY {place}, r.{person}""").df()


def _by_house(survey: Survey, source: str, key: tuple[str, ...]) -> str:
    """An order of rows in which house 9 comes before house 10."""
    house = survey.role("household").name
    return ", ".join(
        f"length({source}.{name}), {source}.{name}" if name == house else f"{source}.{name}" for name in key
    )


def _codes(survey: Survey) -> tuple[str, str]:
    return survey.role("person").name, survey.role("home").name


def _households(connection: duckdb.DuckDBPyConnection, survey: Survey, again: pd.DataFrame) -> pd.DataFrame:
    """The carried answers of the households of each village's last round, and of those of the children asked again."""
    home = survey.key("household")[1:]
    places = ["\x1f".join(map(str, place)) for place in again[list(home)].itertuples(index=False)]
    cells = ", ".join(
        f"{typed(survey, field, 'h')}::VARCHAR AS {field.name}" for field in _carried(survey, "household")
    )
    return connection.execute(
        f"""
        SELECT {cells}
        FROM last_household h
        WHERE {survey.role("round").name}::INTEGER = village_last
            OR list_contains(?, concat_ws(chr(31), {", ".join(home)}))
        ORDER BY {_by_house(survey, "h", survey.key("household"))}""",
        [places],
    ).df()


def _with_round(survey: Survey, rows: pd.DataFrame, round_: int, columns: tuple[str, ...] | list[str]) -> pd.DataFrame:
    filled = rows.reindex(columns=list(columns)).astype("str").where(lambda cells: cells.notna())
    return filled.assign(**{survey.role("round").name: str(round_)})
