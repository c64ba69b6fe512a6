"""Rows that would take the place of another child: the store has one under the same number of that home and round.

A corrected file takes the place of the rows it corrects. Two teams that both counted a house as number 1, or a number
that was given again when a child left, would by the same way put a child out of every list. What two rows say of a
child is compared as linking does (`comparisons`), and they are of two children where two of name, birth and sex differ.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.checking.rows.row_rules import RuleFault
from cpms_cli.checking.staging import one_household_each
from cpms_cli.linking.evidence import beside_store, prepare
from cpms_cli.linking.pairs.comparison_levels import FAIR_NAMES, STRONG_NAMES, level_of
from cpms_cli.linking.store_rows import as_evidence, child_evidence, without_shared_numbers
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

_CHECK = "child_displaced"
_COMPARED, _SPEAKING = ("given", "birth", "sex", "number"), ("given", "birth", "sex")
_AGREE = STRONG_NAMES | FAIR_NAMES
_TWO = 2  # of the comparisons that speak: one alone is the commonest correction there is


def displaced_children(
    connection: duckdb.DuckDBPyConnection, survey: Survey, child: str, household: str, passed: Sequence[int] = ()
) -> list[RuleFault]:
    """Staged rows that stand where the store has another child, who has no row of its own in the staged home.

    `child` and `household` name the store's current rows as canonical text, `passed` the tables (`_source`) that change
    nothing. Where the store's children of a home have none of them a row, the home is another family's: all its rows
    are named, and its household's row in a sheet of its own. A row that carries the child's identifier, or its number,
    is that child's whatever else it says. Nothing is asked of families that did not consent.
    """
    if not _homes_in_doubt(connection, survey, child, passed):
        return []
    rows = _both_sides(connection, survey, child, household)
    pairs = _compared(rows, survey.linking)
    same_number = pairs["number"].eq("exact") | pairs["carried"]
    differ = (pairs[list(_SPEAKING)] == "differs").sum(axis=1)
    is_one = same_number | (pairs["given"].isin(_AGREE) & ~pairs["sex"].eq("differs") & ~pairs["birth"].eq("differs"))
    found_again = pairs.loc[is_one, "old"].unique()
    takes = pairs["same_key"] & (differ >= _TWO) & ~same_number & ~pairs["old"].isin(found_again)
    guilty = pairs.loc[takes, ["new", "home"]]
    strangers = guilty["home"][~guilty["home"].isin(pairs.loc[is_one | (pairs["same_key"] & ~takes), "home"])]
    asked = rows["new"] & ~rows["_source"].isin(passed)
    wrong = rows[asked & (rows.index.isin(guilty["new"]) | rows["home"].isin(strangers))]
    return _faults(connection, survey, wrong, strangers)


def _homes_in_doubt(connection: duckdb.DuckDBPyConnection, survey: Survey, child: str, passed: Sequence[int]) -> bool:
    """Create `doubtful_home`, the homes of staged rows that differ in two things from the store's row of their key;
    whether there is one."""
    key = survey.key("child")
    roles = (survey.role("given_name"), survey.role("born"), survey.role("sex"))
    differ = " + ".join(f"coalesce(n.{role.name} <> o.{role.name}, FALSE)::INTEGER" for role in roles)
    left_out = f" AND n._source NOT IN ({', '.join(map(str, passed))})" if passed else ""
    homes = ", ".join(f"n.{name}" for name in survey.key("household"))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE doubtful_home AS
        SELECT DISTINCT {homes}
        FROM staged_child n
        JOIN {child} o ON {" AND ".join(f"n.{name} = o.{name}" for name in key)}
        ANTI JOIN unwilling u ON {" AND ".join(f"u.{name} = n.{name}" for name in survey.key("household"))}
        WHERE {differ} >= {_TWO}{left_out}""")
    return connection.execute("FROM doubtful_home LIMIT 1").fetchone() is not None


def _both_sides(connection: duckdb.DuckDBPyConnection, survey: Survey, child: str, household: str) -> pd.DataFrame:
    """The children of the doubtful homes, staged (`new`) and stored, as evidence, with `identifier` and `line`."""
    home, person, line = ", ".join(survey.key("household")), survey.role("person").name, survey.role("line").name
    key = ", ".join(survey.key("child"))
    sides = []
    staged, stored = ("staged_child", one_household_each(survey)), (child, household)
    for (of, homes), place in ((staged, "_source, _row"), (stored, "NULL AS _source, NULL AS _row")):
        staged_rows = f"(FROM {of} SEMI JOIN doubtful_home USING ({home}))"
        evidence = child_evidence(survey, staged_rows, f"(FROM {homes} SEMI JOIN doubtful_home USING ({home}))")
        sides.append(
            connection.execute(f"""
                WITH evidence AS ({evidence})
                SELECT evidence.*, c.{person} AS identifier, evidence.{line} AS line, {place}
                FROM evidence
                JOIN {staged_rows} c USING ({key})
                ORDER BY {key}""")
            .df()
            .assign(new=of == staged[0])
        )
    both = pd.concat(sides, ignore_index=True)
    # Here a home is what has the key, were it the "0" of all families without a house number.
    key_of_home = both[list(survey.key("household"))].astype("str").agg("|".join, axis=1)
    return without_shared_numbers(as_evidence(both, survey.linking), ["round", "new"]).assign(home=key_of_home)


def _compared(rows: pd.DataFrame, settings: LinkingSettings) -> pd.DataFrame:
    """Each staged row with each stored one of its home: `new`, `old` (positions), the level of each comparison,
    `same_key`, and whether the identifier is `carried`."""
    levels = settings.comparisons
    columns = ", ".join(f"{level_of(name, list(levels[name]))} AS {name}" for name in _COMPARED)
    with beside_store(len(rows)) as connection:
        prepare(connection, rows, pd.Series(np.arange(len(rows))), settings)
        connection.register("sides", rows[["home", "new", "line", "identifier"]].assign(id=range(len(rows))))
        features = [row[0] for row in connection.execute("DESCRIBE features").fetchall() if row[0] != "home"]
        side = {position: ", ".join(f"f.{name} AS {name}_{position}" for name in features) for position in ("l", "r")}
        return connection.execute(f"""
            WITH l AS (
                SELECT {side["l"]}, s.home, s.line AS line_l, s.identifier AS carries
                FROM features f
                JOIN sides s USING (id)
                WHERE s.new
            ),
            r AS (
                SELECT {side["r"]}, s.home, s.line AS line_r, s.identifier
                FROM features f
                JOIN sides s USING (id)
                WHERE NOT s.new
            )
            SELECT
                id_l AS new,
                id_r AS old,
                home,
                {columns},
                line_l = line_r AS same_key,
                coalesce(carries = identifier, FALSE) AS carried
            FROM l
            JOIN r USING (home)
            ORDER BY 1, 2""").df()


def _faults(
    connection: duckdb.DuckDBPyConnection, survey: Survey, wrong: pd.DataFrame, strangers: pd.Series
) -> list[RuleFault]:
    faults = [_fault(survey.role("line").name, wrong)] if len(wrong) else []
    home = f"concat_ws('|', {', '.join(survey.key('household'))})"
    apart = connection.execute(
        f"SELECT _source, _row FROM staged_household WHERE _differ IS NULL AND list_contains(?, {home}) ORDER BY ALL",
        [strangers.unique().tolist()],
    ).df()
    return [*faults, _fault(survey.role("household").name, apart)] if len(apart) else faults


def _fault(field: str, rows: pd.DataFrame) -> RuleFault:
    in_order = rows.sort_values(["_source", "_row"])
    return RuleFault(_CHECK, (field,), in_order["_source"].to_numpy(np.int64), in_order["_row"].to_numpy(np.int64))
