"""The store's own key for pseudonyms: random, made once, and never shown."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import duckdb

from cpms_cli.survey.model.definition import Survey

_BYTES = 32
_LENGTH = 10
PSEUDONYM_KEY_TABLES = ("pseudonym_key",)
"""Not part of what a merge changes: a comparison of stores leaves it out."""


def create_pseudonym_key(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Make the table with the key in it, where it is missing."""
    del survey
    connection.execute("CREATE TABLE IF NOT EXISTS pseudonym_key (key BLOB NOT NULL)")
    connection.execute(
        "INSERT INTO pseudonym_key SELECT ? WHERE NOT EXISTS (FROM pseudonym_key)", [secrets.token_bytes(_BYTES)]
    )


def pseudonym_key(connection: duckdb.DuckDBPyConnection) -> bytes:
    """The key of this store."""
    row = connection.execute("SELECT key FROM pseudonym_key").fetchone()
    if row is None:
        raise ValueError("the store has no key for pseudonyms")
    return bytes(row[0])


def pseudonym(key: bytes, audience: str, identifier: str) -> str:
    """Return the name that an audience gets for an identifier, which says nothing about it: HMAC-SHA-256."""
    digest = hmac.new(key, f"{audience}\x1f{identifier}".encode(), hashlib.sha256).digest()
    return "P" + base64.b32encode(digest)[:_LENGTH].decode("ascii")
