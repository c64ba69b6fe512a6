"""The relations of the store: what its file holds, and what it makes on a connection while it is written."""

from __future__ import annotations

from cpms_cli.store.declared.stored_relations import STORED
from cpms_cli.survey.relations import Relation

_ROWS, _HISTORY, _ERASURE = ("store.rows.row_writing",), ("store.history",), ("store.safety.erasure",)
_RESPONSES, _RESPONSE_ROWS = ("store.tables.response_tables",), ("store.logs.response_writing",)
_RECORDS, _RELEASES = ("store.logs.record_releases",), ("store.tables.release_tables",)

_WRITING = (
    Relation(
        "accepted_child",
        "a child's row without errors, as it will be stored",
        _ROWS,
        ("store.rows.known_answers", "store.rows.row_writing"),
    ),
    Relation(
        "accepted_household",
        "a household's row without errors, as it will be stored",
        _ROWS,
        ("store.rows.known_answers", "store.rows.row_writing"),
    ),
    Relation(
        "changed",
        "an accepted row that the store has not as it is; of children, then of households",
        _ROWS,
        ("store.rows.row_writing",),
    ),
    Relation(
        "written",
        "a row that is stored",
        _ROWS,
        ("merging.row_fates", "store.rows.row_writing"),
        ("of_table", "_source", "_row"),
    ),
    Relation("new_batch", "a file of this merge", _HISTORY, ("store.history",), kind="frame"),
    Relation(
        "anchor_before",
        "an identifier that the store had before this merge",
        _HISTORY,
        ("store.history",),
        ("of_table", "identifier"),
    ),
    Relation(
        "standing_anchor",
        "an identifier, and the current row with which it stands now",
        ("store.tables.anchors",),
        ("linking.kept.changed_rows", "linking.kept.stored_evidence", "linking.store_links"),
        ("identifier", "row_key"),
    ),
    Relation("forgotten", "the key of a row of the child that is removed", _ERASURE, ("store.safety.erasure",)),
    Relation(
        "release_entry",
        "a count, or a total and its parts, of the report that is published",
        _RELEASES,
        ("store.tables.release_tables",),
        kind="frame",
    ),
    Relation(
        "released_record",
        "a row of the file that is given away",
        _RECORDS,
        ("store.logs.record_releases",),
        ("child", "round", "looks"),
        "frame",
    ),
)
_RESPONSES_WRITTEN = (
    Relation(
        "known_child",
        "an identifier, the child that it leads to now, and its first interview",
        _RESPONSES,
        (
            "checking.responses",
            "merging.respond",
            "store.bundles",
            "store.tables.response_tables",
            "summaries.response.response_counts",
        ),
        ("identifier", "person", "first_interview"),
    ),
    Relation(
        "response_arrival_frame",
        "as response_arrival, from Python",
        _RESPONSE_ROWS,
        ("store.logs.response_writing",),
        kind="frame",
    ),
    Relation(
        "response_arrival",
        "a table of the response log, its batch, and whether its file is known",
        _RESPONSE_ROWS,
        ("store.logs.response_writing",),
        ("_source", "batch_id", "sheet", "known"),
    ),
    Relation(
        "response_error",
        "an error in a row of the response log",
        _RESPONSE_ROWS,
        ("store.logs.response_writing",),
        ("source", "row"),
        "frame",
    ),
    Relation(
        "rejected_response",
        "a row of the response log that is set aside",
        _RESPONSE_ROWS,
        ("store.logs.response_writing",),
        ("_source", "_row"),
    ),
    Relation(
        "written_response",
        "a row of the response log that is stored",
        _RESPONSE_ROWS,
        ("store.logs.response_writing",),
    ),
)

_DISPUTES_WRITTEN = (
    Relation(
        "arriving_dispute",
        "a version of a dispute that is to be stored",
        ("store.disputes",),
        ("store.disputes",),
        kind="frame",
    ),
    Relation("new_dispute", "one that the store has not as it is", ("store.disputes",), ("store.disputes",)),
)

_NEAR = ("store.rows_as_read.near_rows",)
_PLACED = ("store.rows_as_read.current_rows",)
_HOMES_OF_ALL = ("scoring.outside_scores", "summaries.counts.movement")
_CHILDREN_OF_ALL = (*_HOMES_OF_ALL, "summaries.area.compared_answers")
_OF_AN_AREA = (
    Relation(
        "area_asked",
        "the area whose rows alone are read on the connection",
        ("store.tables.area_asked",),
        ("store.tables.area_asked",),
        ("code",),
    ),
    Relation("home_near", "the key of a home in a round that bears on this area", _NEAR, _NEAR),
    Relation("child_near", "where a current row of a child of such a home stands, and its identifiers", _NEAR, _PLACED),
    Relation("household_near", "where a current row of such a home stands, and its identifier", _NEAR, _PLACED),
    Relation("child_copied", "such a row itself, in a store that is open for writing", _NEAR, _NEAR),
    Relation("household_copied", "such a row of a home itself, likewise", _NEAR, _NEAR),
    Relation(
        "whole_child",
        "a current row of a child, of whatever area, without identifiers",
        _NEAR,
        _CHILDREN_OF_ALL,
        kind="view",
    ),
    Relation(
        "whole_household",
        "a current row of a home, of whatever area, without identifiers",
        _NEAR,
        _HOMES_OF_ALL,
        kind="view",
    ),
)

RELATIONS = (*STORED, *_WRITING, *_RESPONSES_WRITTEN, *_DISPUTES_WRITTEN, *_OF_AN_AREA)
