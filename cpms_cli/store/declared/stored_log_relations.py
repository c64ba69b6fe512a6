"""The tables of what was done and given away that the store's file holds: logs, runs, responses, disputes, releases."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

_TABLES, _RUNS = ("store.tables.store_tables",), ("store.tables.run_tables",)
_RESPONSES = ("store.tables.response_tables",)
_RECORDS, _RELEASES = ("store.logs.record_releases",), ("store.tables.release_tables",)

_LOGS = (
    Relation(
        "event",
        "something that was done to the store",
        _TABLES,
        ("store.tables.adoption_tables", "store.definitions.names_by_meaning", "store.history"),
        kind="stored",
    ),
    Relation(
        "audit", "an output that showed whom it is about", _TABLES, ("store.audit_log", "store.history"), kind="stored"
    ),
    Relation(
        "anchor_added",
        "an identifier that a merge was the first to give",
        _TABLES,
        ("store.history", "store.safety.erasure"),
        kind="stored",
    ),
    Relation(
        "definition",
        "a definition that was used, packed",
        _RUNS,
        ("store.definitions.names_by_meaning", "store.tables.run_tables"),
        kind="stored",
    ),
    Relation(
        "score_run",
        "a scoring that was recorded",
        _RUNS,
        (
            "store.definition_of_round",
            "store.definitions.names_by_meaning",
            "store.history",
            "store.tables.run_tables",
        ),
        kind="stored",
    ),
    Relation("release", "a published report", _RELEASES, ("store.tables.release_tables",), kind="stored"),
    Relation(
        "release_cell", "a count of a published report", _RELEASES, ("store.tables.release_tables",), kind="stored"
    ),
    Relation(
        "release_relation",
        "a total of a published report and its parts",
        _RELEASES,
        ("store.tables.release_tables",),
        kind="stored",
    ),
    Relation(
        "record_release",
        "a file of rows that was given away",
        _RECORDS,
        ("store.logs.record_releases",),
        kind="stored",
    ),
    Relation("record_release_row", "a row of such a file", _RECORDS, ("store.logs.record_releases",), kind="stored"),
    Relation(
        "record_release_line",
        "such a row by its place in the survey",
        _RECORDS,
        ("store.logs.record_releases",),
        kind="stored",
    ),
    Relation(
        "pseudonym_key",
        "the store's own key",
        ("store.tables.pseudonym_key",),
        ("store.tables.pseudonym_key",),
        kind="stored",
    ),
    Relation(
        "response",
        "a version of what was done for a child",
        _RESPONSES,
        (
            "store.rows_as_read.current_rows",
            "store.history",
            "store.invariants",
            "store.safety.erasure",
            "store.tables.response_tables",
            "store.logs.response_writing",
            "summaries.response.response_counts",
        ),
        kind="stored",
    ),
)
_DISPUTES = (
    Relation(
        "dispute",
        "a version of what somebody says is wrong in an answer",
        ("store.tables.dispute_tables",),
        (
            "store.disputes",
            "store.history",
            "store.invariants",
            "store.rows.row_writing",
            "store.safety.erasure",
            "store.tables.dispute_tables",
        ),
        kind="stored",
    ),
)

STORED_LOGS = (*_LOGS, *_DISPUTES)
