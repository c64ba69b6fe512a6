"""The scoring benchmark's baselines: the 22 indicators by hand in DuckDB SQL over Parquet, for this survey alone.

One run: `scoring_baseline.py FOLDER typed` reads a typed file with the household's answers beside the child's, and
tells indicators and level. `scoring_baseline.py FOLDER text` reads what ours reads, canonical text of children and
households, and tells the highest possible level and the reasons for the level as well.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
    10: """
        (
            from_2
            AND (
                difficulty_seeing IN ('a_lot', 'cannot')
                OR difficulty_hearing IN ('a_lot', 'cannot')
                OR difficulty_walking IN ('a_lot', 'cannot')
                OR difficulty_communicating IN ('a_lot', 'cannot')
                OR difficulty_learning IN ('a_lot', 'cannot')
            )
        )
        OR (from_5 AND distress = 'daily')
        OR chronic_illness = 'yes'""",
    13: "violence_physical = 'yes' OR violence_emotional = 'yes' OR violence_sexual = 'yes' OR exploited = 'yes'",
    16: "services_received <> 'none'",
    17: """
        income_enough = 'often_short'
        OR (income_enough = 'sometimes_short' AND (income_steady = 'no' OR informal_debt = 'yes'))""",
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
DANGERS = [number for number in COUNTED if number not in (1, 2, 8, 18)]
YEARS = (2, 5, 7, 10, 12, 15, 16, 18)
HOME = "round, village_code, household_no"
NO_ANSWER = ("unknown", "refused", "not_asked")
OF_CHILD = (
    "nationality",
    "birth_registered",
    "in_school",
    "mother_alive",
    "father_alive",
    "mother_home",
    "father_home",
    "parent_away_work",
    "carer",
    "left_alone",
    "needs_unmet",
    "arrived_community",
    "difficulty_seeing",
    "difficulty_hearing",
    "difficulty_walking",
    "difficulty_communicating",
    "difficulty_learning",
    "distress",
    "chronic_illness",
    "worked_for_wages",
    "work_hazardous",
    "violent_behaviour",
    "violence_physical",
    "violence_emotional",
    "violence_sexual",
    "exploited",
    "law_conflict",
    "tobacco",
    "alcohol",
    "drugs",
    "services_received",
)
OF_HOUSEHOLD = (
    "dwelling",
    "income_enough",
    "income_steady",
    "informal_debt",
    "member_chronic_illness",
    "member_disability",
    "member_mental_health",
    "member_violent",
    "member_hurt",
    "member_law",
    "member_alcohol",
    "member_drugs",
    "member_gambling",
)


def _years(born: str, day: str) -> str:
    birthday_comes = f"month({day}) * 100 + day({day}) < month({born}) * 100 + day({born})"
    return f"(year({day}) - year({born}) - CASE WHEN {birthday_comes} THEN 1 ELSE 0 END)"


def _word(truth: str, otherwise: str = "") -> str:
    return f"CASE {otherwise} WHEN {truth} THEN 'yes' WHEN NOT {truth} THEN 'no' ELSE 'unknown' END"


def text_source(folder: Path) -> str:
    """A relation of the typed columns, from children and households as canonical text."""

    def coded(source: str, names: tuple[str, ...]) -> str:
        none = " ".join(f"WHEN '{code}' THEN NULL" for code in NO_ANSWER)
        return ", ".join(f"CASE {source}.{name} {none} ELSE {source}.{name} END AS {name}" for name in names)

    born = "CASE length(birth_date) WHEN 10 THEN birth_date::DATE WHEN 7 THEN {} WHEN 4 THEN {} END"
    first = born.format("(birth_date || '-01')::DATE", "(birth_date || '-01-01')::DATE")
    last = born.format("last_day((birth_date || '-01')::DATE)", "(birth_date || '-12-31')::DATE")
    numbers = ", ".join(
        f"try_cast({name} AS INTEGER) AS {name}" for name in ("age_years", "moves_last_12m", "work_hours_week")
    )
    # Typed before the join, where the engine works out a column's few texts once.
    return f"""
        (
            SELECT *
            FROM (
                SELECT {HOME}, child_no, {numbers}, {first} AS birth_from, {last} AS birth_to, {coded("c", OF_CHILD)}
                FROM '{folder / "child.parquet"}' c
            )
            LEFT JOIN (
                SELECT {HOME}, try_cast(interview_date AS DATE) AS interview_date, {coded("h", OF_HOUSEHOLD)}
                FROM '{folder / "household.parquet"}' h
            ) USING ({HOME})
        )"""


def select(source: str, reasons: bool = False) -> str:
    """The SELECT: key, i01 ... i22, level; with reasons also `highest` and `reasons`."""
    first = "coalesce(interview_date, make_date(round::INTEGER, 1, 1))"
    last = "coalesce(interview_date, make_date(round::INTEGER + 1, 12, 31))"
    least, most = _years(f"least(birth_to, {first})", first), _years("birth_from", last)
    by_birth = f"CASE WHEN birth_from <= {last} AND (age_years BETWEEN {least} AND {most}) IS NOT TRUE"
    ages = f"{by_birth} THEN {least} ELSE age_years END AS least, {by_birth} THEN {most} ELSE age_years END AS most"
    limits = ", ".join(
        f"CASE WHEN least >= {years} THEN TRUE WHEN most < {years} THEN FALSE END AS from_{years}" for years in YEARS
    )
    truths = [f"({rule}) AS t{number}" for number, rule in PLAIN.items()]
    truths += [
        f"CASE WHEN {asked} THEN ({rule}) WHEN NOT ({asked}) THEN FALSE END AS t{number}, ({asked}) AS a{number}"
        for number, (asked, rule) in LIMITED.items()
    ]
    of_home = ", ".join(
        f"""
        (
            {own}
            OR CASE
                WHEN bool_or({child}) OVER home THEN TRUE
                WHEN bool_or({child} IS NULL) OVER home THEN NULL
                ELSE FALSE
            END
        ) AS t{number}"""
        for number, (own, child) in OF_HOME.items()
    )
    sure, possible, sure_dangers, possible_dangers = (
        " + ".join(f"coalesce(t{number}, {otherwise})::TINYINT" for number in numbers)
        for numbers in (COUNTED, DANGERS)
        for otherwise in ("FALSE", "TRUE")
    )
    five = "CASE WHEN sure_dangers >= 5 THEN TRUE WHEN possible_dangers < 5 THEN FALSE END"
    truth = "CASE WHEN sure >= 1 THEN TRUE WHEN possible < 1 THEN FALSE END"
    rules = {
        "victim": ["t13", "(needs_unmet = 'yes' AND carer = 'nobody')"],
        "high_risk": [
            "t4",
            "t6",
            "(t11 AND NOT from_15)",
            "work_hazardous = 'yes'",
            "((from_5 AND NOT from_12) AND work_hours_week >= 1)",
            "((from_12 AND NOT from_15) AND work_hours_week >= 14)",
            "((from_15 AND NOT from_18) AND work_hours_week >= 43)",
            "CASE WHEN drugs = 'yes' THEN TRUE ELSE from_7 AND drugs = 'yes' END",
            "t14",
            "t19",
            "t20",
            "(t22 AND (t3 OR t5 OR t10))",
            five,
        ],
    }
    victim, high = (" OR ".join(parts) for parts in rules.values())
    numbered = {
        level: ", ".join(f"CASE WHEN {part} THEN '{level}.{number}' END" for number, part in enumerate(parts, start=1))
        for level, parts in rules.items()
    }
    why = " ".join(
        f"WHEN '{level}' THEN string_split(concat_ws(',', {parts}), ',')" for level, parts in numbered.items()
    )
    condition = f"""
            ,
            CASE
                WHEN coalesce(victim, TRUE) THEN 'victim'
                WHEN coalesce(high, TRUE) THEN 'high_risk'
                WHEN coalesce(risk, TRUE) THEN 'at_risk'
                ELSE 'none_found'
            END AS highest,
            CASE level {why} WHEN 'at_risk' THEN ['at_risk.1'] ELSE CAST([] AS VARCHAR[]) END AS reasons"""
    words = ", ".join(
        _word(f"t{number}", f"WHEN NOT a{number} THEN 'n/a'" if number in LIMITED else "") + f" AS i{number:02d}"
        for number in range(1, 23)
    )
    return f"""
        WITH aged AS (SELECT *, {ages} FROM {source}),
        limited AS (SELECT *, {limits} FROM aged),
        judged AS (SELECT *, {", ".join(truths)} FROM limited),
        homes AS (
            SELECT *, {of_home}
            FROM judged
            WINDOW home AS (PARTITION BY {HOME})
        ),
        counted AS (
            SELECT
                *,
                {sure} AS sure,
                {possible} AS possible,
                {sure_dangers} AS sure_dangers,
                {possible_dangers} AS possible_dangers
            FROM homes
        ),
        ruled AS (
            SELECT *, {victim} AS victim, {high} AS high, {truth} AS risk
            FROM counted
        )
        SELECT
            {HOME},
            child_no,
            {words},
            CASE
                WHEN victim THEN 'victim'
                WHEN high THEN 'high_risk'
                WHEN risk THEN 'at_risk'
                WHEN victim IS NULL OR high IS NULL OR risk IS NULL THEN 'not_enough_answers'
                ELSE 'none_found'
            END AS level{condition if reasons else ""}
        FROM ruled"""


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
    return connection.execute(f"""
        SELECT round::INTEGER, village_code[:6] AS subdistrict, count(*), {levels}, {counts}
        FROM score
        GROUP BY 1, 2
        ORDER BY 1, 2""").fetchall()


Scored = Callable[[duckdb.DuckDBPyConnection], None]


def measure(scored: Scored) -> dict[str, Any]:
    """Make the table `score`, then the community table; return time, CPU seconds, peak memory and what was found.

    `sum` is of all scores, row by row, and stands outside the time.
    """
    with duckdb.connect(config=dict(SETTINGS)) as connection:
        wall, cpu = time.perf_counter(), time.process_time()
        scored(connection)
        table = community(connection)
        costs = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
        hashed = connection.execute("SELECT sum(hash(COLUMNS('^(i..|level|highest|reasons)$'))::HUGEINT) FROM score")
        sums = [str(total) for total in hashed.fetchone() or ()]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {**costs, "peak_gb": peak / 1e9, "table": table, "sums": sums}


def scored_by_hand(folder: Path, text: bool) -> Scored:
    """Return what makes the table `score`, from text or from what is typed already."""
    query = select(text_source(folder) if text else f"'{folder / 'typed.parquet'}'", reasons=text)

    def scored(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(f"CREATE TEMP TABLE score AS {query}")

    return scored


def main() -> None:
    """Print one run of a baseline."""
    print(json.dumps(measure(scored_by_hand(Path(sys.argv[1]), sys.argv[2] == "text"))))


if __name__ == "__main__":
    main()
