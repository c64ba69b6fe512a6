"""The links of the whole store, made anew from all its current rows, so that the order of merging leaves no trace."""

from __future__ import annotations

import duckdb
import pandas as pd

from cpms_cli.linking.carried import keep_identifiers, same_person
from cpms_cli.store.file import identity_column
from cpms_cli.survey.definition import Survey, Table
from cpms_cli.survey.identifiers import has_cpms_check_letter, has_thai_check_digit, new_identifier
from cpms_cli.survey.relations import partial_date_bounds


def _children(connection: duckdb.DuckDBPyConnection, survey: Survey) -> pd.DataFrame:
    key = ", ".join(f"o.{name}" for name in survey.key("child"))
    person, second = survey.role("person").name, survey.role("national_id").name
    low, high = partial_date_bounds(f"o.{survey.role('born').name}")
    missing = ", ".join(f"'{word}'" for word in survey.missing_words)
    return connection.execute(
        f"SELECT {key}, o.{survey.role('round').name} AS round_, o.{person} AS carried, o.{second} AS second,"
        f" CASE WHEN o.{survey.role('sex').name} NOT IN ({missing}) THEN o.{survey.role('sex').name} END AS sex,"
        f" epoch({low}) AS low, epoch({high}) AS high, l.{person} AS existing"
        f" FROM child_observation o LEFT JOIN child_link l USING ({', '.join(survey.key('child'))})"
        f" WHERE o.superseded_by IS NULL ORDER BY {key}"
    ).df()


def _households(connection: duckdb.DuckDBPyConnection, survey: Survey) -> pd.DataFrame:
    names = survey.key("household")
    key, home = ", ".join(names), survey.role("home").name
    address = " || '|' || ".join(name for name in names if name != survey.role("round").name)
    return connection.execute(
        f"WITH seen AS (SELECT {key}, max({home}) AS carried FROM ("
        f"SELECT {key}, {home} FROM household_observation WHERE superseded_by IS NULL UNION ALL"
        f" SELECT {key}, {home} FROM child_observation WHERE superseded_by IS NULL) GROUP BY {key})"
        f" SELECT {key}, {survey.role('round').name} AS round_, carried, {address} AS second, carried AS same_home,"
        f" l.{home} AS existing FROM seen LEFT JOIN household_link l USING ({key}) ORDER BY {key}"
    ).df()


def _relink(connection: duckdb.DuckDBPyConnection, survey: Survey, table: Table, rows: pd.DataFrame, kind: str) -> None:
    connection.execute(f"DELETE FROM {table}_link")
    if rows.empty:
        return
    told = rows.drop(columns=[*survey.key(table), "existing"]).rename(columns={"round_": "round"})
    found = same_person(told)
    identifiers, fresh = keep_identifiers(found["group"], rows["existing"], told["carried"])
    new = pd.Series([new_identifier(kind) for _ in range(len(fresh))], index=pd.Index(fresh.to_numpy()), dtype="str")
    links = rows[list(survey.key(table))].assign(
        **{identity_column(survey, table): identifiers.fillna(found["group"].map(new)), "how": found["how"]}
    )
    connection.register("links", links)
    connection.execute(f"INSERT INTO {table}_link BY NAME SELECT * FROM links")
    connection.unregister("links")


def _meant(carried: pd.Series, existing: pd.Series) -> pd.Series:
    """The carried identifier of each row; a row that carries none, and was given one that another row now carries,
    is whom that one means: it was printed on a form from this store."""
    return carried.fillna(existing.where(existing.isin(set(carried.dropna()))))


def relink(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Make `child_link` and `household_link` anew; identifiers that rows already have keep their meaning."""
    children = _children(connection, survey)
    carried, second = children["carried"].astype("str"), children["second"].astype("str")
    children["carried"] = _meant(carried.where(has_cpms_check_letter(carried)), children["existing"].astype("str"))
    children["second"] = second.where(has_thai_check_digit(second))
    _relink(connection, survey, "child", children, "C")
    homes = _households(connection, survey)
    home = homes["carried"].astype("str")
    meant = _meant(home.where(has_cpms_check_letter(home)), homes["existing"].astype("str"))
    homes["carried"] = homes["same_home"] = meant
    _relink(connection, survey, "household", homes, "H")
