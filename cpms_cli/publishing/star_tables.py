"""The tables that a server gets: what each round says of children and their homes, without names, and what it means.

`children`, `households`, `scores` and `responses` are rows of a store, each with the name of the store that it is from.
`areas` and `definition` say what codes stand for, and are of no store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from cpms_cli.datasets.folder.typed_rows import MISSING, typed_rows
from cpms_cli.errors import UsageError
from cpms_cli.publishing.column_words import words_of_column
from cpms_cli.store.tables.response_tables import create_known_children, responses_now
from cpms_cli.summaries.records.child_records import SUBDISTRICT, Disclosed, make_records
from cpms_cli.summaries.records.deidentification import pseudonyms
from cpms_cli.survey.model.definition import Field, Survey
from cpms_cli.workspace import Workspace
from cpms_cli.writing.files import plain_table

STORE, BIRTH_MONTH, RESPONSE_NO = "store_key", "birth_month", "response_no"
_LEVELS = ("level", "highest")
_LONGEST = 63  # of a server's names; a longer one would be cut off


@dataclass(frozen=True)
class StarTable:
    """A table: its `rows`, and the columns by which a row is told from others. `of_store`: its rows are of one store,
    and those of other stores stand beside them."""

    name: str
    key: tuple[str, ...]
    rows: pa.Table
    of_store: bool = True


def star_tables(workspace: Workspace, disclosed: Disclosed, store: str) -> list[StarTable]:
    """Return the tables of a store of this name, masked as `disclosed` says; its export log says that they are given
    away. Raises UsageError where there are no rows, or a server cannot have such columns."""
    survey = workspace.survey
    frame = make_records(workspace, disclosed).frame
    tables = [*_of_children(survey, frame, store), _responses(workspace, frame, disclosed, store)]
    tables += [_areas(survey)]
    tables += [_definition(survey, tables)]
    for table in tables:
        names = table.rows.column_names
        unfit = {name for name in names if names.count(name) > 1 or len(name) > _LONGEST}
        if unfit:
            raise UsageError("server_columns_unfit", columns=", ".join(sorted(unfit)))
    return tables


def _of_children(survey: Survey, frame: pd.DataFrame, store: str) -> list[StarTable]:
    """Records, taken apart: a row of theirs is a child, its home, and its scores."""
    person, home, round_, born = (survey.role(role).name for role in ("person", "home", "round", "born"))
    typed = typed_rows(survey, plain_table(frame.rename(columns={born: BIRTH_MONTH})))
    typed = _first(typed, {STORE: pa.scalar(store), round_: pa.array(frame[round_].astype("int32"), pa.int32())})
    shared = [STORE, round_, SUBDISTRICT, home]
    scored = [*(indicator.column for indicator in survey.indicators), *_LEVELS]
    of_home = {name for name in survey.columns("household") if name not in (*survey.child.shared, home)}
    own = [name for name in typed.column_names if name.removesuffix(MISSING) not in {*shared, *scored, *of_home}]
    homes = [name for name in typed.column_names if name.removesuffix(MISSING) in of_home]
    known_homes = frame[home].notna() & ~frame.duplicated([round_, home])
    return [
        StarTable("children", (STORE, round_, person), typed.select([*shared, *own])),
        StarTable("households", (STORE, round_, home), typed.select([*shared, *homes]).filter(pa.array(known_homes))),
        StarTable("scores", (STORE, round_, person), typed.select([STORE, round_, person, *scored])),
    ]


def _first(table: pa.Table, columns: Mapping[str, pa.Scalar | pa.Array]) -> pa.Table:
    """The table with these columns before its own."""
    for name, values in reversed(list(columns.items())):
        filled = pa.repeat(values, table.num_rows) if isinstance(values, pa.Scalar) else values
        table = table.add_column(0, name, filled)
    return table


def nameless_response_fields(survey: Survey) -> list[Field]:
    """Return the fields of the response log that rows without names have: dates and codes, no text that somebody wrote
    and no worker."""
    person = survey.response_role("person")
    return [
        field for field in survey.response.fields if field is not person and (field.codelist or field.type == "date")
    ]


def _responses(workspace: Workspace, frame: pd.DataFrame, disclosed: Disclosed, store: str) -> StarTable:
    """What was done for these children, of each child in the order of days."""
    survey, connection = workspace.survey, workspace.connection
    person, key = survey.role("person").name, disclosed.pseudonyms_under
    create_known_children(connection, survey)
    names = [field.name for field in nameless_response_fields(survey)]
    rows = connection.execute(f"""
        SELECT of_person, {", ".join(names)}
        FROM ({responses_now(survey)})
        WHERE of_person IS NOT NULL
        ORDER BY ALL""").df()
    rows[person] = pseudonyms(key or b"", disclosed.audience, rows.pop("of_person"))
    rows = rows[rows[person].isin(frame[person])].reset_index(drop=True)
    columns: dict[str, pa.Array] = {
        STORE: pa.repeat(pa.scalar(store), len(rows)),
        person: pa.array(rows[person], pa.string(), from_pandas=True),
        RESPONSE_NO: pa.array(rows.groupby(person).cumcount() + 1, pa.int32()),
    }
    texts = plain_table(rows[[field.name for field in nameless_response_fields(survey) if field.type != "date"]])
    for field in nameless_response_fields(survey):
        if field.type == "date":
            columns[field.name] = pa.array(pd.to_datetime(rows[field.name]).dt.date, pa.date32(), from_pandas=True)
        else:
            columns[field.name] = pa.array(texts[field.name].astype("object"), pa.string(), from_pandas=True)
    return StarTable("responses", (STORE, person, RESPONSE_NO), pa.table(columns))


def _areas(survey: Survey) -> StarTable:
    codes = sorted(survey.areas)
    labels = [survey.areas[code].label.written() for code in codes]
    rows = {
        "code": codes,
        "part_of": [code[:-2] or None for code in codes],
        **{f"name_{language}": [label[language] for label in labels] for language in (labels[0] if labels else {})},
    }
    return StarTable("areas", ("code",), pa.table({name: pa.array(rows[name], pa.string()) for name in rows}), False)


def _definition(survey: Survey, tables: list[StarTable]) -> StarTable:
    """Every column with its name in words, and every code that can stand in it."""
    rows: list[dict[str, str]] = []
    for table in tables:
        for name in table.rows.column_names:
            words, place = words_of_column(survey, name), {"table_name": table.name, "column_name": name}
            rows.append({**place, "code": "", **_by_language("label", words.label)})
            rows[-1] |= _by_language("meaning", words.meaning)
            rows += [{**place, "code": code, **_by_language("label", label)} for code, label in words.codes.items()]
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in rows[0]}
    return StarTable("definition", ("table_name", "column_name", "code"), pa.table(columns), False)


def _by_language(name: str, words: Mapping[str, str]) -> dict[str, str]:
    return {f"{name}_{language}": text for language, text in words.items()}
