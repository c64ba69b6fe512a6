"""An answer that a family says is wrong: written down beside it, and settled once it was asked again."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.store.access.connection import commit
from cpms_cli.store.audit_log import Recorder, current_user
from cpms_cli.store.definitions.definition_in_use import check_is_followed, definition_to_write
from cpms_cli.store.disputes import SETTLED, list_disputes, store_disputes, table_of_answer
from cpms_cli.store.file import open_store
from cpms_cli.store.identifier_search import current_identifier
from cpms_cli.store.tables.dispute_tables import DISPUTE_COLUMNS
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.near_words import meant, named, near, spellings

DISPUTED_BY, SETTLED_BY = "cpms child dispute", "cpms child dispute --close"
"""What stands for the file's name where a dispute was written down, or settled."""
_LONGEST = {"by": 100, "reason": 500}


@dataclass(frozen=True)
class Disputed:
    """The child, the question and the round that a dispute is about. `batch` is its number for `undo`, None where the
    same was written down before; `count` how many disputes were settled, 1 where one was written down."""

    identifier: str
    field: str
    round: int
    batch: int | None
    count: int = 1


@dataclass(frozen=True)
class _Words:
    """Who says something, why, and on which day."""

    by: str
    reason: str
    day: datetime.date


def dispute_answer(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    identifier: str,
    field: str,
    *,
    by: str,
    reason: str,
    round_: int | None = None,
    day: datetime.date | None = None,
    schemas: Path | None = None,
    tool_version: str = "",
    who: str | None = None,
) -> Disputed:
    """Write down that a family says an answer is wrong; the answer itself stays as it is.

    `field` is the name or the label of the question, `by` who says so, `round_` the round of the answer: the child's
    last, if None. The same person says one thing of an answer on a day: said anew, it takes the place of what was said.
    Raises UsageError for an unknown child, round or question, where there is no answer to dispute, for a blank reason,
    or a day to come; StoreError.
    """
    survey, words = definition_to_write(store, schemas), _worded(by, reason, day)
    asked = _question(survey, field)
    with open_store(Path(store), survey, write=True) as connection:
        check_is_followed(connection, survey)
        connection.execute("BEGIN")
        person = current_identifier(connection, survey, identifier)
        place, year, answer = _answer(connection, survey, person, asked, round_)
        dispute = {
            **dict.fromkeys(DISPUTE_COLUMNS),
            "identifier": person,
            "row_key": place,
            "round": str(year),
            "field": asked,
            "answer": answer,
            "disputed_on": words.day.isoformat(),
            "disputed_by": words.by,
            "reason": words.reason,
        }
        batch = store_disputes(
            connection, survey, [dispute], DISPUTED_BY, Recorder(who or current_user(), tool_version)
        )
        if batch is not None:
            commit(connection)
    return Disputed(person, asked, year, batch)


def settle_disputes(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    identifier: str,
    field: str,
    *,
    by: str,
    reason: str,
    round_: int | None = None,
    day: datetime.date | None = None,
    schemas: Path | None = None,
    tool_version: str = "",
    who: str | None = None,
) -> Disputed:
    """Write down how what a child's family says of an answer was settled, by whom: in one round, or in all of them.

    Raises UsageError where nothing of it is open, and as `dispute_answer` does.
    """
    survey, words = definition_to_write(store, schemas), _worded(by, reason, day)
    asked = _question(survey, field)
    with open_store(Path(store), survey, write=True) as connection:
        check_is_followed(connection, survey)
        connection.execute("BEGIN")
        person = current_identifier(connection, survey, identifier)
        disputes = list_disputes(connection, survey, person)
        left = disputes[(disputes["state"] != SETTLED) & (disputes["field"] == asked)]
        if round_ is not None:
            left = left[left["round"] == str(round_)]
        if left.empty:
            raise UsageError("dispute_none", id=person, field=asked)
        columns = left.assign(
            field=left["stored_field"], closed_on=words.day.isoformat(), closed_by=words.by, outcome=words.reason
        )[list(DISPUTE_COLUMNS)]
        settled = [
            {str(name): None if pd.isna(text) else str(text) for name, text in row.items()}
            for row in columns.to_dict("records")
        ]
        batch = store_disputes(connection, survey, settled, SETTLED_BY, Recorder(who or current_user(), tool_version))
        if batch is not None:
            commit(connection)
    return Disputed(person, asked, int(str(left["round"].iat[-1])), batch, len(settled))


def _worded(by: str, reason: str, day: datetime.date | None) -> _Words:
    for name, text in (("by", by), ("reason", reason)):
        if not text.strip():
            raise UsageError("dispute_blank", option=f"--{name}")
        if len(text.strip()) > _LONGEST[name]:
            raise UsageError("dispute_long", option=f"--{name}", longest=_LONGEST[name])
    today = country_today()
    if day is not None and day > today:
        raise UsageError("dispute_in_future", date=day.isoformat())
    return _Words(by.strip(), reason.strip(), day or today)


def _question(survey: Survey, text: str) -> str:
    """Return the name of the question that is meant; none that says which row it is, or whether the family consents."""
    keys = {*survey.key("child"), *(survey.role(role).name for role in ("person", "home", "consent"))}
    words = {
        name: (*spellings(name, field.label), *field.formerly)
        for name, field in survey.fields.items()
        if name not in keys
    }
    name = meant(text, words)
    if name is None:
        labels = {name: field.label for name, field in survey.fields.items()}
        alike = named(labels, near(text, words))
        raise UsageError("unknown_question_near" if alike else "unknown_question", field=text, near=alike)
    return name


def _answer(
    connection: duckdb.DuckDBPyConnection, survey: Survey, person: str, field: str, round_: int | None
) -> tuple[str, int, str]:
    """Return the row, the round and the answer to a question, as it stands of a child in a round (None: its last)."""
    year, home = survey.role("round").name, ", ".join(survey.key("household"))
    of_child = table_of_answer(survey, field) == "child"
    joined = "" if of_child else f"LEFT JOIN current_household h USING ({home})"
    rows = connection.execute(
        f"""
        SELECT {row_reference(survey, "child", "c")}, c.{year}, {"c" if of_child else "h"}.{field}
        FROM current_child c {joined}
        WHERE c.{survey.role("person").name} = ?
        ORDER BY c.{year}
        """,
        [person],
    ).fetchall()
    by_round = {int(of_year): (str(place), answer) for place, of_year, answer in rows}
    asked = max(by_round) if round_ is None else round_
    if asked not in by_round:
        raise UsageError("unknown_child_round", id=person, round=asked, known=", ".join(map(str, by_round)))
    place, answer = by_round[asked]
    if answer is None or answer in survey.missing_codes(survey.fields[field]):
        raise UsageError("dispute_no_answer", id=person, field=field, round=asked)
    return place, asked, str(answer)
