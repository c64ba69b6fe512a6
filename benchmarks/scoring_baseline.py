"""The scoring benchmark's baseline: 22 indicators and the level, written by hand in DuckDB SQL over a typed Parquet file.

One run: `scoring_baseline.py FOLDER`. This is what an analyst would write for this survey alone: no highest possible
level, no reasons, no household levels.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import duckdb

SETTINGS = {"memory_limit": "3GB", "threads": "2"}
PLAIN = {
    1: "nationality <> 'TH'",
    2: "birth_registered = 'not_registered'",
    4: "mother_alive = 'no' AND father_alive = 'no'",
    5: "mother_home = 'no' OR father_home = 'no'",
    6: "(NOT from_10 AND left_alone = 'yes') OR needs_unmet = 'yes' OR carer = 'nobody'",
    7: "dwelling IN ('temporary', 'none') OR moves_last_12m >= 3",
    8: "arrived_community = 'within_12_months'",
    9: "parent_away_work IN ('mother', 'father', 'both')",
    10: "(from_2 AND (difficulty_seeing IN ('a_lot', 'cannot') OR difficulty_hearing IN ('a_lot', 'cannot')"
    " OR difficulty_walking IN ('a_lot', 'cannot') OR difficulty_communicating IN ('a_lot', 'cannot')"
    " OR difficulty_learning IN ('a_lot', 'cannot'))) OR (from_5 AND distress = 'daily') OR chronic_illness = 'yes'",
    13: "violence_physical = 'yes' OR violence_emotional = 'yes' OR violence_sexual = 'yes' OR exploited = 'yes'",
    16: "services_received <> 'none'",
    17: "income_enough = 'often_short' OR (income_enough = 'sometimes_short'"
    " AND (income_steady = 'no' OR informal_debt = 'yes'))",
    18: "member_chronic_illness = 'yes' OR member_disability = 'yes' OR member_mental_health = 'yes'",
    19: "member_violent = 'yes'",
    22: "member_alcohol = 'yes' OR member_drugs = 'yes' OR member_gambling = 'yes'",
}
LIMITED = {
    3: ("from_7 AND NOT from_16", "in_school = 'none'"),
    11: ("from_5", "worked_for_wages = 'yes'"),
    12: ("from_5", "violent_behaviour = 'yes'"),
    14: ("from_7", "law_conflict = 'yes'"),
    15: ("from_7", "tobacco = 'yes' OR alcohol = 'yes' OR drugs = 'yes'"),
}
OF_HOME = {20: ("member_hurt = 'yes'", "t13"), 21: ("member_law = 'yes'", "t14")}
COUNTED = [number for number in range(1, 23) if number != 16]
YEARS = (2, 5, 7, 10, 12, 15, 16, 18)
HOME = "round, village_code, household_no"


def _years(born: str) -> str:
    return (
        f"(year(interview_date) - year({born}) - CASE WHEN month(interview_date) * 100 + day(interview_date)"
        f" < month({born}) * 100 + day({born}) THEN 1 ELSE 0 END)"
    )


def _word(truth: str, otherwise: str = "") -> str:
    return f"CASE {otherwise} WHEN {truth} THEN 'yes' WHEN NOT {truth} THEN 'no' ELSE 'unknown' END"


def select(path: str) -> str:
    """The SELECT: key, i01 ... i22, level."""
    least, most = _years("least(birth_to, interview_date)"), _years("birth_from")
    ages = f"CASE WHEN birth_from IS NULL THEN age_years ELSE {least} END AS least, CASE WHEN birth_from IS NULL"
    limits = ", ".join(
        f"CASE WHEN least >= {years} THEN TRUE WHEN most < {years} THEN FALSE END AS from_{years}" for years in YEARS
    )
    truths = [f"({rule}) AS t{number}" for number, rule in PLAIN.items()]
    truths += [f"CASE WHEN {asked} THEN ({rule}) WHEN NOT ({asked}) THEN FALSE END AS t{number}, ({asked}) AS a{number}"
               for number, (asked, rule) in LIMITED.items()]  # fmt: skip
    of_home = ", ".join(
        f"({own} OR CASE WHEN bool_or({child}) OVER home THEN TRUE WHEN bool_or({child} IS NULL) OVER home THEN NULL"
        f" ELSE FALSE END) AS t{number}"
        for number, (own, child) in OF_HOME.items()
    )
    sure = " + ".join(f"coalesce(t{number}, FALSE)::TINYINT" for number in COUNTED)
    possible = " + ".join(f"coalesce(t{number}, TRUE)::TINYINT" for number in COUNTED)
    five = "CASE WHEN sure >= 5 THEN TRUE WHEN possible < 5 THEN FALSE END"
    one = "CASE WHEN sure >= 1 THEN TRUE WHEN possible < 1 THEN FALSE END"
    hours = (
        "((from_5 AND NOT from_12) AND work_hours_week >= 1) OR ((from_12 AND NOT from_15) AND work_hours_week >= 14)"
        " OR ((from_15 AND NOT from_18) AND work_hours_week >= 43)"
    )
    drugs = "CASE WHEN drugs = 'yes' THEN TRUE ELSE from_7 AND drugs = 'yes' END"
    high = (
        f"t4 OR t6 OR (t11 AND NOT from_15) OR work_hazardous = 'yes' OR {hours} OR {drugs} OR t14 OR t19 OR t20"
        f" OR (t22 AND (t3 OR t5 OR t10)) OR {five}"
    )
    words = ", ".join(
        _word(f"t{number}", f"WHEN NOT a{number} THEN 'n/a'" if number in LIMITED else "") + f" AS i{number:02d}"
        for number in range(1, 23)
    )
    return (
        f"WITH aged AS (SELECT *, {ages} THEN age_years ELSE {most} END AS most FROM '{path}'),"
        f" limited AS (SELECT *, {limits} FROM aged), judged AS (SELECT *, {', '.join(truths)} FROM limited),"
        f" homes AS (SELECT *, {of_home} FROM judged WINDOW home AS (PARTITION BY {HOME})),"
        f" counted AS (SELECT *, {sure} AS sure, {possible} AS possible FROM homes),"
        f" ruled AS (SELECT *, t13 OR (needs_unmet = 'yes' AND carer = 'nobody') AS victim, {high} AS high, {one} AS risk"
        " FROM counted)"
        f" SELECT {HOME}, child_no, {words}, CASE WHEN victim THEN 'victim' WHEN high THEN 'high_risk'"
        " WHEN risk THEN 'at_risk' WHEN victim IS NULL OR high IS NULL OR risk IS NULL THEN 'not_enough_answers'"
        " ELSE 'none_found' END AS level FROM ruled"
    )


def community(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Children by level, and yes and known answers of each indicator, by subdistrict and round."""
    counts = ", ".join(
        f"count(*) FILTER (i{number:02d} = 'yes'), count(*) FILTER (i{number:02d} IN ('yes', 'no'))"
        for number in range(1, 23)
    )
    levels = ", ".join(
        f"count(*) FILTER (level = '{level}')"
        for level in ("victim", "high_risk", "at_risk", "not_enough_answers", "none_found")
    )
    return connection.execute(
        f"SELECT round, village_code[:6] AS subdistrict, count(*), {levels}, {counts} FROM score GROUP BY 1, 2"
        " ORDER BY 1, 2"
    ).fetchall()


def run(query: str) -> None:
    """Score by this query, make the community table, and print time, CPU seconds, peak memory and the table as JSON."""
    with duckdb.connect(config=dict(SETTINGS)) as connection:
        wall, cpu = time.perf_counter(), time.process_time()
        connection.execute(f"CREATE TEMP TABLE score AS {query}")
        table = community(connection)
        told = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({**told, "peak_gb": peak / 1e9, "table": table}))


def main() -> None:
    """One run of the baseline."""
    run(select(str(Path(sys.argv[1]) / "typed.parquet")))


if __name__ == "__main__":
    main()
