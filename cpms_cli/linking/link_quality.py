"""How well the links of each round hold, and for whom: rates by nationality, language and script of the name, sex,
age, number or none, and village.

A row that nobody could link (a family without consent leaves only its key) is not counted. The link rate is the share
of a round's rows that belong to a child known in a round before; children born or arrived since can have no link, in
every group alike unless one moves more. Wrong links are what the probabilities of the automatic links leave open;
missed links what those of the doubtful pairs promise. Both are the model's own word: they are estimates, and low where
the model is wrong. A gap is judged among rows that were old enough to be seen before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.linking.names.name_language import language_label, name_language, name_script, script_label
from cpms_cli.linking.pairs.assignment import AUTOMATIC, DOUBTFUL
from cpms_cli.linking.store_rows import child_evidence
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.survey.identifiers import is_thai_id
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

# In points; and so many children make a rate worth comparing.
GAP, LEAST = 5.0, 30
GROUPINGS = ("nationality", "language", "script", "sex", "age", "number", "village")


@dataclass(frozen=True)
class LinkReport:
    """`groups`: round, grouping, group, label, rows, link_rate, doubtful_rate, wrong_links, missed_links; `gaps`:
    round, grouping, low, high (labels), rate, gap in points, the largest of each grouping that is above the limit."""

    groups: pd.DataFrame
    gaps: pd.DataFrame


def _age_band(survey: Survey) -> str:
    """SQL for the age group of the definition in which an age lies, newborns apart: they were in no round before."""
    bands = next((group.bands for group in survey.figures.groups if group.bands), ())
    younger = [f"WHEN age <= {last} THEN '{max(first, 1)}-{last}'" for first, last in bands[:-1]]
    oldest = "-".join(map(str, bands[-1])) if bands else "1+"
    return f"CASE WHEN age < 1 THEN '0' {' '.join(younger)} ELSE '{oldest}' END"


def _linkable_sql(survey: Survey) -> str:
    """Return a SELECT of the child rows that could be linked to a round before their own."""
    current, homes = (
        f"(SELECT * FROM {table}_observation WHERE superseded_by IS NULL)" for table in ("child", "household")
    )
    key, person = ", ".join(survey.key("child")), survey.role("person").name
    reference = row_reference(survey, "child", "evidence")
    return f"""
        WITH evidence AS ({child_evidence(survey, current, homes)}),
        linked AS (
            SELECT
                evidence.*,
                {reference} AS row_key,
                l.{person} AS person,
                min(round_) OVER (PARTITION BY l.{person}) AS first,
                min(round_) OVER () AS earliest
            FROM evidence
            JOIN child_link l USING ({key})
        ),
        open AS (
            SELECT row_b AS row_key, max(probability) AS missed
            FROM link_pair
            WHERE verdict = '{DOUBTFUL}'
            GROUP BY 1
        ),
        sure AS (
            SELECT row_b AS row_key, max(1 - probability) AS wrong
            FROM link_pair
            WHERE verdict = '{AUTOMATIC}'
            GROUP BY 1
        )
        SELECT
            round_ AS round,
            nationality,
            sex,
            village,
            number,
            given,
            first < round_ AS linked,
            coalesce(missed, 0) AS missed,
            missed IS NOT NULL AS doubtful,
            coalesce(wrong, 0) AS wrong,
            round_ - year(DATE '1970-01-01' + high::INTEGER) AS age
        FROM linked
        LEFT JOIN open USING (row_key)
        LEFT JOIN sure USING (row_key)
        WHERE round_ > earliest AND (given IS NOT NULL OR low IS NOT NULL OR number IS NOT NULL)"""


def _rows(connection: duckdb.DuckDBPyConnection, survey: Survey) -> pd.DataFrame:
    """A row per child row that could be linked to a round before its own."""
    row_columns = connection.execute(_linkable_sql(survey)).df()
    valid = is_thai_id(row_columns["number"].astype("str"))
    names = row_columns.pop("given").astype("str")
    connection.register(
        "linked_row",
        row_columns.assign(
            number=pd.Series(valid, index=row_columns.index).map({True: "yes", False: "no"}),
            language=_of_each(name_language, names, survey),
            script=_of_each(name_script, names, survey),
        ),
    )
    linked_rows = connection.execute(f"""
        SELECT * EXCLUDE (age), {_age_band(survey)} AS age, age < 1 AS newborn
        FROM linked_row""").df()
    connection.unregister("linked_row")
    return linked_rows


def _of_each(shown_by: Callable[[str, LinkingSettings], str | None], names: pd.Series, survey: Survey) -> pd.Series:
    """What each distinct name shows; NA where it shows nothing."""
    shown = {name: shown_by(name, survey.linking) for name in names.dropna().unique()}
    return names.map(shown).astype("str")


def _labels(survey: Survey, grouping: str, groups: pd.Series, language: Language) -> pd.Series:
    if grouping == "number":
        return groups.map(lambda group: say(f"number_{group}", language))
    unknown = survey.codelists["missing"].by_code["unknown"].label.in_(language)
    if grouping in ("nationality", "sex"):
        codes = survey.codes(survey.role("nationality" if grouping == "nationality" else "sex"))
        words = {code.code: code.label.in_(language) for code in codes.codes} if codes else {}
        return groups.map(lambda group: words.get(group, unknown))
    if grouping in ("language", "script"):
        label = language_label if grouping == "language" else script_label
        not_shown = say("name_shows_none", language)
        return groups.map(lambda group: not_shown if group == "unknown" else label(group, survey.linking, language))
    return groups.replace("unknown", unknown)


def _in_order(column: pd.Series) -> pd.Series:
    """Ages by number, all else as it is."""
    return column if column.name != "group" else column.astype("str").str.replace(r"^(\d)(?=$|-)", r"0\1", regex=True)


def _rates(rows: pd.DataFrame, grouping: str) -> pd.DataFrame:
    counted = rows.assign(group=rows[grouping].astype("str").fillna("unknown")).groupby(["round", "group"])
    rates = (
        counted.agg(
            rows=("linked", "size"),
            link_rate=("linked", "mean"),
            doubtful_rate=("doubtful", "mean"),
            wrong_links=("wrong", "sum"),
            missed_links=("missed", "sum"),
        )
        .reset_index()
        .assign(grouping=grouping)
    )
    return rates.sort_values(["round", "group"], key=_in_order, ignore_index=True)


def _gaps(groups: pd.DataFrame, limit: float) -> pd.DataFrame:
    tables = []
    for (round_, grouping), part in groups[groups["rows"] >= LEAST].groupby(["round", "grouping"], sort=True):
        rising = part.sort_values("link_rate", kind="stable")
        low, high = rising.iloc[0], rising.iloc[-1]
        gap = (high["link_rate"] - low["link_rate"]) * 100
        if gap > limit:
            tables.append(
                {
                    "round": round_,
                    "grouping": grouping,
                    "low": low["label"],
                    "high": high["label"],
                    "rate": round(low["link_rate"] * 100, 1),
                    "gap": round(gap, 1),
                }
            )
    return pd.DataFrame(tables, columns=["round", "grouping", "low", "high", "rate", "gap"])


def link_report(
    store: str | Path, *, language: Language = FALLBACK, limit: float = GAP, schemas: Path | None = None
) -> LinkReport:
    """Rates and estimates of every round but the first, by group; gaps of more than `limit` points between groups of at
    least `LEAST` children, children under one year left out, who cannot have been seen before.

    Raises StoreError, UnreadableFile.
    """
    survey = definition_in_use(store, schemas)
    with open_store(Path(store), survey) as connection:
        rows = _rows(connection, survey)
    groups: list[pd.DataFrame] = []
    compared: list[pd.DataFrame] = []
    nobody_asks = set() if survey.plays("nationality") else {"nationality"}
    for grouping in (grouping for grouping in GROUPINGS if grouping not in nobody_asks):
        for frame, into in ((rows, groups), (rows[~rows["newborn"].fillna(False).astype(bool)], compared)):
            rates = _rates(frame, grouping)
            into.append(rates.assign(label=_labels(survey, grouping, rates["group"], language)))
    order = ["round", "grouping", "group", "label", "rows", "link_rate", "doubtful_rate", "wrong_links", "missed_links"]
    table = pd.concat(groups, ignore_index=True)[order]
    table["wrong_links"], table["missed_links"] = table["wrong_links"].round(3), table["missed_links"].round(2)
    return LinkReport(table, _gaps(pd.concat(compared, ignore_index=True), limit))
