"""Who arrived and who left between two rounds, as the links between rounds tell it.

Temporary table `movement`, a row per child present in one of the two: `village_then`, `village_now` (NULL: not there);
`last_seen`, the later round in which it is there; `come`, why it was not there before, and `gone`, why it is not there
now. Families that did not consent leave nothing by which a child could be recognised: their rows are no arrivals, and
their children of the round before are `refused`.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pandas as pd

from cpms_cli.scoring.judged_columns import measure_column
from cpms_cli.scoring.profiles import CHILD_ROUND, group_column
from cpms_cli.store.tables.area_asked import area_read
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.rules.typed_answers import adult_age, completed_years, quoted, typed, typed_record
from cpms_cli.workspace import Workspace

MOVEMENT = "movement"
GONE = ("reached_18", "refused", "lost")


def ways_to_come(survey: Survey) -> tuple[str, ...]:
    """Return how a child can have come since the round before: who moved in is known only where that is asked."""
    return ("born", *(["arrived"] if survey.arrived else []), "seen_before", "first_seen")


def create_movement(
    connection: duckdb.DuckDBPyConnection, survey: Survey, round_: int, previous: int | None, arrived: str = ""
) -> None:
    """Create `movement` between the rounds `previous` and `round_`, from the current rows of the store.

    `arrived` is the measure of `profile` whose yes says that a child moved in. Without a previous round the table is
    empty: nobody can be called new where nobody was there before.
    """
    person, village = survey.role("person").name, survey.role("village").name
    year, home, years = (survey.role(role).name for role in ("round", "home", "age"))
    key = ", ".join(survey.key("child"))
    arrivals = f"(SELECT {key}, {measure_column(arrived)} = 'yes' AS _said_arrived FROM profile)" if arrived else ""
    joined = f" LEFT JOIN {arrivals} USING ({key})" if arrived else ""
    then = "NULL" if previous is None else str(int(previous))
    grown = adult_age(survey)
    least = f"coalesce({completed_years('t.birth_to', 't._came')}, t.{years} + {int(round_)} - {then})"
    moved_in = f"WHEN n._said_arrived THEN {quoted('arrived')}" if arrived else ""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE {MOVEMENT} AS
        WITH {_then_and_now_sql(survey, round_, then, joined, _last_visit(connection, survey, round_))}
        SELECT
            {person},
            t.{village} AS village_then,
            n.{village} AS village_now,
            coalesce(n.{year}, t.{year}) AS last_seen,
            CASE
                WHEN t.{village} IS NOT NULL THEN NULL
                WHEN n.age_max = 0 OR n.birth_from > n._came_then THEN 'born'
                {moved_in}
                WHEN {person} IN (FROM earlier) THEN 'seen_before'
                ELSE 'first_seen'
            END AS come,
            CASE
                WHEN n.{village} IS NOT NULL THEN NULL
                WHEN {least} >= {grown} THEN 'reached_18'
                WHEN t.{home} IN (FROM closed) THEN 'refused'
                ELSE 'lost'
            END AS gone
        FROM before t
        FULL JOIN now n USING ({person})""")


def _last_visit(connection: duckdb.DuckDBPyConnection, survey: Survey, round_: int) -> str:
    """Return SQL for the last day on which a home with children was visited in a round, anywhere in the store."""
    if area_read(connection) is None:
        return "SELECT max(_came_now) FROM visit"
    return f"""
        SELECT max({typed(survey, survey.role("visited"), "h")})
        FROM whole_household h
        SEMI JOIN whole_child c USING ({", ".join(survey.key("household"))})
        WHERE h.{survey.role("round").name}::INTEGER = {int(round_)}"""


def _then_and_now_sql(survey: Survey, round_: int, then: str, joined: str, last_visit: str) -> str:
    """Return the relations of a WITH: `record`, the children of every round, with what is `joined`; those of the two
    rounds, `before` and `now`, with the day of their village's visit (of one that was not visited now, the
    `last_visit`); homes that refuse now, `closed`; and children who were seen before, `earlier`."""
    person, village, visited = (survey.role(role).name for role in ("person", "village", "visited"))
    year, home = survey.role("round").name, survey.role("home").name
    refusals = ", ".join(quoted(answer) for answer in survey.no_consent)
    refuses = f"coalesce({survey.role('consent').name}, '') IN ({refusals})"
    record = typed_record(survey, "current_child", "current_household")
    return f"""
        record AS (
            SELECT *, {refuses} AS _refuses
            FROM ({record}){joined}
            WHERE {then} IS NOT NULL
        ),
        visit AS (
            SELECT
                {village},
                max({visited}) FILTER ({year} = {then}) AS _came_then,
                max({visited}) FILTER ({year} = {int(round_)}) AS _came_now
            FROM record
            GROUP BY ALL
        ),
        now AS (
            SELECT r.*, _came_then
            FROM record r
            LEFT JOIN visit USING ({village})
            WHERE {year} = {int(round_)} AND NOT _refuses
        ),
        before AS (
            SELECT
                r.*,
                coalesce(_came_now, ({last_visit}), make_date({int(round_)}, 12, 31)) AS _came
            FROM record r
            LEFT JOIN visit USING ({village})
            WHERE {year} = {then} AND NOT _refuses
        ),
        closed AS (
            SELECT DISTINCT {home}
            FROM current_household
            WHERE {year}::INTEGER = {int(round_)} AND {refuses}
        ),
        earlier AS (SELECT DISTINCT {person} FROM record WHERE {year} < {int(round_)})"""


def counted_movement(
    connection: duckdb.DuckDBPyConnection, survey: Survey, code: str | None, digits: int, by: Sequence[Group] = ()
) -> pd.DataFrame:
    """For each area of this width inside `code`, how its children changed between the rounds of `movement`.

    Columns: area; (the codes of the groups `by`, of each child as it was in the later round in which it was seen;)
    before = stayed + moved_away + reached_18 + refused + lost; children (now) = stayed + moved_here + born + arrived
    (where it is asked) + seen_before + first_seen. Moved is to or from another area of the store. With groups,
    `child_round` must exist.
    """

    def counts(column: str, names: tuple[str, ...]) -> str:
        return ", ".join(f"count(*) FILTER ({column} = {quoted(name)}) AS {name}" for name in names)

    person, year = survey.role("person").name, survey.role("round").name
    grouped = "".join(f", {group.id}" for group in by)
    of_group = "".join(f", s.{group_column(group.id)} AS {group.id}" for group in by)
    seen = f" JOIN {CHILD_ROUND} s ON s.{person} = m.{person} AND s.{year} = m.last_seen" if by else ""
    figures = ("before", "moved_away", *GONE, "stayed", "moved_here", *ways_to_come(survey), "children")
    return connection.execute(
        f"""
        WITH placed AS (
            SELECT m.*, left(village_then, {digits}) AS a, left(village_now, {digits}) AS b{of_group}
            FROM {MOVEMENT} m{seen}
        ),
        gone AS (
            SELECT
                a AS area{grouped},
                count(*) AS before,
                count(*) FILTER (b <> a) AS moved_away,
                {counts("gone", GONE)}
            FROM placed
            WHERE a IS NOT NULL
            GROUP BY a{grouped}
        ),
        come AS (
            SELECT
                b AS area{grouped},
                count(*) AS children,
                count(*) FILTER (a = b) AS stayed,
                count(*) FILTER (a <> b) AS moved_here,
                {counts("come", ways_to_come(survey))}
            FROM placed
            WHERE b IS NOT NULL
            GROUP BY b{grouped}
        )
        SELECT area{grouped}, {", ".join(f"coalesce({name}, 0) AS {name}" for name in figures)}
        FROM gone
        FULL JOIN come USING (area{grouped})
        WHERE starts_with(area, ?)
        ORDER BY area{grouped}""",
        [code or ""],
    ).df()


def lost_children(connection: duckdb.DuckDBPyConnection, code: str | None) -> tuple[int, int]:
    """Children of an area in the round before, and how many of them, under 18 now, were not seen again anywhere."""
    moved = connection.execute(
        f"SELECT count(*), count(*) FILTER (gone = 'lost') FROM {MOVEMENT} WHERE starts_with(village_then, ?)",
        [code or ""],
    ).fetchone() or (0, 0)
    return int(moved[0]), int(moved[1])


def origins(workspace: Workspace, condition: str, digits: int, by: Sequence[Group]) -> pd.DataFrame:
    """Return where the children who moved in came from, the most frequent origin of an area first.

    `digits` is how long the code of an area is. Columns: area, the codes of the groups `by`, origin (a code, 'unknown'
    where there is none), label, children. Without rows where the survey does not ask who moved in, or where from.
    """
    survey, language = workspace.survey, workspace.language
    field, arrived, village = survey.origin_field, survey.arrived, survey.role("village").name
    if field is None or arrived is None:
        return pd.DataFrame(columns=["area", *(group.id for group in by), "origin", "label", "children"]).astype("str")
    codes = survey.codes(field)
    labels = {code.code: code.label.in_(language) for code in codes.codes} if codes else {}
    key = ", ".join(survey.key("child"))
    groups = "".join(f", p.{group_column(group.id)} AS {group.id}" for group in by)
    record = typed_record(survey, "current_child", "current_household")
    table = (
        workspace.profiled()
        .execute(f"""
            SELECT
                left({village}, {digits}) AS area{groups},
                coalesce({field.name}, 'unknown') AS origin,
                count(*) AS children
            FROM ({record})
            JOIN profile p USING ({key})
            WHERE p.{measure_column(arrived.id)} = 'yes' AND {condition}
            GROUP BY ALL
            ORDER BY area, children DESC, origin""")
        .df()
    )
    table.insert(list(table).index("children"), "label", table["origin"].map(labels).astype("str"))
    return table
