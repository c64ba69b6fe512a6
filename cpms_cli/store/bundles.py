"""What a community sends to its province: one round of one area, packed, checksummed and encrypted."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pyrage

from cpms_cli.errors import KeyMissing, UsageError
from cpms_cli.keys import key_value
from cpms_cli.reading.book.bundle import DESCRIPTOR, DISPUTES, PASSPHRASE
from cpms_cli.store.audit_log import note_identified
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.disputes import list_disputes
from cpms_cli.store.file import open_store
from cpms_cli.store.tables.dispute_tables import DISPUTE_COLUMNS, DISPUTE_KEY
from cpms_cli.store.tables.response_tables import create_known_children
from cpms_cli.store.tables.store_tables import TABLES
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.writing.files import write_bytes

# A fixed time: the same rows make the same package, whenever it is packed.
_EPOCH = (2000, 1, 1, 0, 0, 0)


def _csv(
    connection: duckdb.DuckDBPyConnection, survey: Survey, table: Table, area: str, round_: int
) -> tuple[bytes, int]:
    names, key = ", ".join(survey.columns(table)), ", ".join(survey.key(table))
    rows = connection.execute(
        f"""
        SELECT {names}
        FROM current_{table}
        WHERE starts_with({survey.role("village").name}, ?) AND {survey.role("round").name} = ?
        ORDER BY {key}""",
        [area, str(round_)],
    ).df()
    return rows.to_csv(index=False, lineterminator="\n").encode("utf-8"), len(rows)


def _log_csv(connection: duckdb.DuckDBPyConnection, survey: Survey, area: str, round_: int) -> bytes:
    """All that was done for the children of the bundle, at any time, under the identifiers now shown for them."""
    create_known_children(connection, survey)
    response_person, person = survey.response_role("person").name, survey.role("person").name
    cells = ", ".join(
        f"k.person AS {response_person}" if field.name == response_person else f"r.{field.name}"
        for field in survey.response.fields
    )
    rows = connection.execute(
        f"""
        SELECT DISTINCT {cells}
        FROM current_response r
        JOIN known_child k ON k.identifier = r.{response_person}
        SEMI JOIN (
            SELECT {person} AS person
            FROM current_child
            WHERE starts_with({survey.role("village").name}, ?) AND {survey.role("round").name} = ?
        ) c ON c.person = k.person
        ORDER BY ALL""",
        [area, str(round_)],
    ).df()
    return rows.to_csv(index=False, lineterminator="\n").encode("utf-8")


def _disputes_csv(connection: duckdb.DuckDBPyConnection, survey: Survey, area: str, round_: int) -> bytes | None:
    """What families say is wrong in the rows of the bundle, under the identifiers now shown; None where nobody does."""
    disputes = list_disputes(connection, survey)
    own = disputes[survey.role("village").name].astype("str").str.startswith(area)
    packed = disputes[own & (disputes["round"] == str(round_))]
    if packed.empty:
        return None
    packed = packed.assign(identifier=packed["person"], row_key=packed["of_row"])
    ordered = packed[list(DISPUTE_COLUMNS)].sort_values(list(DISPUTE_COLUMNS))
    return ordered.to_csv(index=False, lineterminator="\n").encode("utf-8")


def _schema(survey: Survey, table: str) -> dict[str, Any]:
    if table == DISPUTES:
        fields = [{"name": name, "type": "string", "title": name} for name in DISPUTE_COLUMNS]
        return {"fields": fields, "primaryKey": list(DISPUTE_KEY), "missingValues": [""]}
    known = {
        **survey.fields,
        **({field.name: field for field in survey.response.fields} if table == "response" else {}),
    }
    columns, key = {
        "child": (survey.columns("child"), survey.key("child")),
        "household": (survey.columns("household"), survey.key("household")),
        "response": (tuple(field.name for field in survey.response.fields), survey.response.primaryKey),
    }[table]
    fields = [{"name": name, "type": "string", "title": known[name].label.in_(FALLBACK)} for name in columns]
    return {"fields": fields, "primaryKey": list(key), "missingValues": [""]}


def _package(survey: Survey, tables: dict[str, bytes], area: str, round_: int) -> bytes:
    resources = [
        {
            "name": table,
            "path": f"{table}.csv",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(content),
            "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
            "schema": _schema(survey, table),
        }
        for table, content in tables.items()
    ]
    descriptor = {
        "name": f"cpms-{area}-{round_}",
        "title": f"CPMS {area}, {round_}",
        "profile": "tabular-data-package",
        "definition": survey.digest,
        "resources": resources,
    }
    parts = {DESCRIPTOR: json.dumps(descriptor, ensure_ascii=False, indent=2).encode("utf-8")}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in {**parts, **{f"{table}.csv": content for table, content in tables.items()}}.items():
            container.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _sealed(package: bytes, recipients: list[str]) -> bytes:
    if recipients:
        try:
            known = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
        except pyrage.RecipientError:
            raise UsageError("bad_recipient", recipient=", ".join(recipients)) from None
        return bytes(pyrage.encrypt(package, known))
    passphrase = key_value(PASSPHRASE)
    if not passphrase:
        raise KeyMissing("bundle_needs_passphrase", variable=PASSPHRASE)
    return bytes(pyrage.passphrase.encrypt(package, passphrase))


def bundle(  # noqa: PLR0913 - what the command takes
    store: str | Path,
    area: str,
    round_: int,
    to: str | Path,
    *,
    recipients: list[str] | None = None,
    schemas: Path | None = None,
) -> int:
    """Pack one round of an area (2 to 8 digits) into an encrypted file; the number of children in it.

    What was done for these children goes along, and what their families say is wrong. Encrypted for `recipients` (age
    public keys), else with the passphrase of the environment. It holds names: that is written to the audit log. Raises
    UsageError where there are no such rows, KeyMissing, StoreError.
    """
    survey = definition_in_use(store, schemas)
    with open_store(Path(store), survey, write=True) as connection:
        packed = {table: _csv(connection, survey, table, area, round_) for table in TABLES}
        children = packed["child"][1]
        if not any(count for _, count in packed.values()):
            raise UsageError("nothing_to_bundle", area=area, round=round_)
        tables: dict[str, bytes] = {table: content for table, (content, _) in packed.items()}
        tables["response"] = _log_csv(connection, survey, area, round_)
        disputed = _disputes_csv(connection, survey, area, round_)
        if disputed is not None:
            tables[DISPUTES] = disputed
        sealed = _sealed(_package(survey, tables, area, round_), recipients or [])
        note_identified(connection, f"bundle {area} {round_}", children)
        write_bytes(Path(to), sealed)
    return children


def new_bundle_key(to: str | Path) -> str:
    """Write a new secret key to a file that only its owner reads; the public key, which communities are given."""
    path, identity = Path(to), pyrage.x25519.Identity.generate()
    if path.exists():
        raise UsageError("file_exists", file=path.name)
    public = str(identity.to_public())
    write_bytes(path, f"# public key: {public}\n{identity}\n".encode(), new=True)
    return public
