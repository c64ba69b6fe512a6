"""The relations that a merge makes on the store's connection: which rows arrive, and what becomes of them."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

_FATES = ("merging.row_fates",)

RELATIONS = (
    Relation("arrival_frame", "as arrival, from Python", _FATES, ("merging.row_fates",), kind="frame"),
    Relation(
        "arrival",
        "a table that is merged, its batch, and whether its file was merged before",
        _FATES,
        ("merging.row_fates", "store.rows.row_writing"),
        ("_source", "batch_id", "sheet", "known"),
    ),
    Relation("row_error", "an error in a row", _FATES, ("merging.row_fates",), ("source", "row", "field"), "frame"),
    Relation(
        "rejected",
        "a row that is set aside",
        _FATES,
        ("merging.row_fates", "store.rows.row_writing"),
        ("_source", "_row", "silent", "of_home"),
    ),
    Relation(
        "silent_row",
        "a row of which nothing but the key is stored, with its household's key",
        _FATES,
        ("merging.row_fates",),
    ),
)
