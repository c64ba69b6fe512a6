"""A community or a province: children by level, each indicator with its share, its unknowns and its change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.scoring.explanations import Explainer
from cpms_cli.scoring.scores import SCORE, create_scores
from cpms_cli.store.file import open_store
from cpms_cli.summaries.children import line_list_of
from cpms_cli.summaries.shares import area_name, within
from cpms_cli.survey.definition import Language, Survey
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.loading import load_survey
from cpms_cli.survey.relations import quoted


@dataclass(frozen=True)
class AreaSummary:
    """The tables of one area in one round; `previous` is the round that `change` compares with, if there is one.

    `levels`: level, children, share, could_be (children whose highest possible level it is), households.
    `indicators`: number, name, yes, no, unknown, not_applicable, share (of known answers), change (in points).
    `parts`: the same levels for each subdistrict of a province, or each village of a community.
    `response`: children to be visited at once, most urgent first. `children` and `households` are None where a summary
    made for publication withholds them.
    """

    code: str
    name: str
    round: int
    previous: int | None
    children: int | None
    households: int | None
    levels: pd.DataFrame
    indicators: pd.DataFrame
    parts: pd.DataFrame
    response: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        return {"levels": self.levels, "indicators": self.indicators, "parts": self.parts, "response": self.response}


def rounds_of(connection: duckdb.DuckDBPyConnection, survey: Survey, code: str) -> list[int]:
    """The rounds in which an area has children, oldest first."""
    village, round_ = survey.role("village").name, survey.role("round").name
    found = connection.execute(
        f"SELECT DISTINCT {round_} FROM {SCORE} WHERE starts_with({village}, ?) ORDER BY 1", [code]
    ).fetchall()
    return [int(row[0]) for row in found]


def round_asked(
    connection: duckdb.DuckDBPyConnection, survey: Survey, code: str, round_: int | None, language: Language
) -> tuple[int, int | None]:
    """The round to summarise, by default the area's last, and the one before it; `score` must exist.

    Raises UsageError where the area has no children, ever or in that round.
    """
    rounds = rounds_of(connection, survey, code)
    if not rounds:
        raise UsageError("no_children_ever", area=code)
    if round_ is not None and round_ not in rounds:
        known = ", ".join(shown_year(one, language) for one in rounds)
        raise UsageError("no_children_there", area=code, round=shown_year(round_, language), known=known)
    current = round_ if round_ is not None else rounds[-1]
    return current, max((one for one in rounds if one < current), default=None)


def levels_of(connection: duckdb.DuckDBPyConnection, survey: Survey, where: str, language: Language) -> pd.DataFrame:
    """Children and households at each level, as `AreaSummary.levels`."""
    home = survey.role("home").name
    counted = connection.execute(
        f"SELECT level, count(*) AS children FROM {SCORE} WHERE {where} GROUP BY level"
    ).df().set_index("level")["children"]  # fmt: skip
    highest = connection.execute(
        f"SELECT highest, count(*) AS n FROM {SCORE} WHERE {where} AND highest <> level GROUP BY highest"
    ).df().set_index("highest")["n"]  # fmt: skip
    homes = connection.execute(
        f"SELECT household_level, count(DISTINCT {home}) AS n FROM {SCORE} WHERE {where} GROUP BY household_level"
    ).df().set_index("household_level")["n"]  # fmt: skip
    ids = [level.id for level in survey.levels]
    table = pd.DataFrame(
        {
            "level": ids,
            "label": [level.label.in_(language) for level in survey.levels],
            "children": counted.reindex(ids, fill_value=0).to_numpy(),
            "could_be": highest.reindex(ids, fill_value=0).to_numpy(),
            "households": homes.reindex(ids, fill_value=0).to_numpy(),
        }
    )
    total = table["children"].sum()
    table.insert(3, "share", table["children"] / total if total else float("nan"))
    return table


def _answers(connection: duckdb.DuckDBPyConnection, survey: Survey, where: str) -> pd.DataFrame:
    columns = ", ".join(one.column for one in survey.indicators)
    found = connection.execute(
        f"SELECT indicator, count(*) FILTER (answer = 'yes') AS yes, count(*) FILTER (answer = 'no') AS no,"
        " count(*) FILTER (answer = 'unknown') AS unknown, count(*) FILTER (answer = 'n/a') AS not_applicable"
        f" FROM (UNPIVOT (SELECT {columns} FROM {SCORE} WHERE {where}) ON COLUMNS(*) INTO NAME indicator VALUE answer)"
        " GROUP BY indicator"
    ).df()  # fmt: skip
    table = found.set_index("indicator").reindex([one.column for one in survey.indicators], fill_value=0)
    known = table["yes"] + table["no"]
    return table.assign(share=(table["yes"] / known.where(known > 0)).astype(float))


def _indicators(
    connection: duckdb.DuckDBPyConnection, survey: Survey, code: str, round_: int, previous: int | None,
    language: Language,
) -> pd.DataFrame:  # fmt: skip
    now = _answers(connection, survey, within(survey, code, round_))
    change = pd.Series(float("nan"), index=now.index)
    if previous is not None:
        change = now["share"] - _answers(connection, survey, within(survey, code, previous))["share"]
    table = now.assign(change=change).reset_index(drop=True)
    table.insert(0, "number", [one.number for one in survey.indicators])
    table.insert(1, "name", [one.name.in_(language) for one in survey.indicators])
    return table


def parts_of(
    connection: duckdb.DuckDBPyConnection, survey: Survey, code: str, round_: int, language: Language
) -> pd.DataFrame:
    """Children at each level in each part of an area, as `AreaSummary.parts`."""
    village = survey.role("village").name
    width = 6 if len(code) < 6 else 8
    counts = ", ".join(f"count(*) FILTER (level = {quoted(level.id)}) AS {level.id}" for level in survey.levels)
    table = connection.execute(
        f"SELECT left({village}, {width}) AS area, count(*) AS children, {counts} FROM {SCORE}"
        f" WHERE {within(survey, code, round_)} GROUP BY 1 ORDER BY 1"
    ).df()
    table.insert(1, "name", [area_name(survey, str(area), language) for area in table["area"]])
    return table


def summarise_area(
    store: str | Path, code: str, *, round_: int | None = None, language: Language = "en",
    schemas: Path | None = None, identified: bool = False,
) -> AreaSummary:  # fmt: skip
    """Summarise a village (8 digits), subdistrict (6), district (4) or province (2) in a round, by default its last.

    Raises UsageError for an unknown area or a round without data; StoreError, UnreadableFile.
    """
    survey = load_survey(schemas)
    name = area_name(survey, code, language)
    with open_store(Path(store), survey) as connection:
        create_scores(connection, survey)
        current, previous = round_asked(connection, survey, code, round_, language)
        where = within(survey, code, current)
        levels = levels_of(connection, survey, where, language)
        return AreaSummary(
            code, name, current, previous, int(levels["children"].sum()), int(levels["households"].sum()), levels,
            _indicators(connection, survey, code, current, previous, language),
            parts_of(connection, survey, code, current, language),
            line_list_of(connection, survey, Explainer(survey, language), area=code, round_=current,
                         levels=(survey.levels[0].id,), identified=identified),
        )  # fmt: skip
