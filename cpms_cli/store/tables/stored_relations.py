"""The tables and views that the store's file holds."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

_TABLES, _FILE = ("store.tables.store_tables",), ("store.file",)
_LINK_TABLES, _RUNS, _RESPONSES = (
    ("store.tables.link_tables",),
    ("store.tables.run_tables",),
    ("store.tables.response_tables",),
)
_CURRENT, _ADOPTIONS = ("store.definitions.current_rows",), ("store.definitions.adoption_tables",)
_RECORDS, _RELEASES = ("store.tables.record_releases",), ("store.tables.release_tables",)

_ROWS_STORED = (
    Relation(
        "meta",
        "a fact about the store: its format, what made it",
        _TABLES,
        (*_FILE, "store.safety.earlier_formats"),
        kind="stored",
    ),
    Relation(
        "batch",
        "a merged file",
        _TABLES,
        (
            "merging.row_fates",
            "scoring.standing",
            "store.definitions.definition_in_use",
            "store.definitions.definition_of_round",
            "store.definitions.first_adoption",
            "store.file",
            "store.history",
            "store.invariants",
            "store.tables.response_tables",
            "store.tables.response_writing",
            "store.tables.run_tables",
            "summaries.today.office_work",
        ),
        kind="stored",
    ),
    Relation(
        "child_observation",
        "a version of what a round says of a child",
        _TABLES,
        (
            "linking.link_quality",
            "linking.review.decisions",
            "linking.review.review",
            "linking.store_links",
            "store.anchors",
            "store.content",
            "store.definitions.current_rows",
            "store.file",
            "store.invariants",
            "store.known_answers",
            "store.row_writing",
            "store.safety.erasure",
            "store.tables.response_tables",
        ),
        kind="stored",
    ),
    Relation(
        "household_observation",
        "a version of what a round says of a household",
        _TABLES,
        (
            "linking.link_quality",
            "linking.store_links",
            "store.content",
            "store.definitions.current_rows",
            "store.definitions.definition_of_round",
            "store.file",
            "store.history",
            "store.invariants",
            "store.known_answers",
            "store.row_writing",
        ),
        kind="stored",
    ),
    Relation(
        "child_link",
        "a child's current row and the child that it is",
        _TABLES,
        (
            "linking.link_quality",
            "linking.review.by_hand",
            "linking.store_links",
            "merging.merge",
            "store.anchors",
            "store.content",
            "store.definitions.current_rows",
            "store.invariants",
            "store.safety.erasure",
            "store.tables.link_tables",
            "store.tables.response_tables",
        ),
        kind="stored",
    ),
    Relation(
        "household_link",
        "a household's current row and the home that it is",
        _TABLES,
        (
            "linking.store_links",
            "store.content",
            "store.definitions.current_rows",
            "store.invariants",
            "store.tables.link_tables",
        ),
        kind="stored",
    ),
    Relation(
        "current_child",
        "a child in a round as it stands, with its identifiers",
        _CURRENT,
        (
            "forms.known",
            "merging.today_answers",
            "scoring.paper_twins",
            "scoring.standing",
            "store.bundles",
            "store.earlier",
            "store.invariants",
            "summaries.area.quality",
            "summaries.child.carried_reasons",
            "summaries.child.child_history",
            "summaries.child.child_search",
            "summaries.child.children",
            "summaries.child.visits",
            "summaries.records.child_records",
            "summaries.rounds.comparability",
            "summaries.response.due",
            "summaries.today.not_asked",
        ),
        kind="stored",
    ),
    Relation(
        "current_household",
        "a household in a round as it stands, with its identifier",
        _CURRENT,
        (
            "forms.known",
            "merging.today_answers",
            "scoring.paper_twins",
            "scoring.standing",
            "scoring.what_if",
            "store.bundles",
            "store.earlier",
            "store.tables.response_tables",
            "summaries.area.quality",
            "summaries.child.carried_reasons",
            "summaries.child.child_history",
            "summaries.child.child_search",
            "summaries.child.visits",
            "summaries.migration.movement",
            "summaries.records.child_records",
            "summaries.rounds.comparability",
            "summaries.today.not_asked",
        ),
        kind="stored",
    ),
)
_LOGS = (
    Relation("event", "something that was done to the store", _TABLES, ("store.history",), kind="stored"),
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
        ("store.tables.run_tables",),
        kind="stored",
    ),
    Relation(
        "score_run",
        "a scoring that was recorded",
        _RUNS,
        ("store.definitions.definition_of_round", "store.history", "store.tables.run_tables"),
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
        ("store.tables.record_releases",),
        kind="stored",
    ),
    Relation("record_release_row", "a row of such a file", _RECORDS, ("store.tables.record_releases",), kind="stored"),
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
            "store.definitions.current_rows",
            "store.history",
            "store.invariants",
            "store.safety.erasure",
            "store.tables.response_tables",
            "store.tables.response_writing",
            "summaries.response.response_counts",
        ),
        kind="stored",
    ),
)
_LINKED = (
    Relation(
        "child_anchor",
        "an identifier and the child's row that it was first given to",
        _LINK_TABLES,
        (
            "linking.store_links",
            "store.anchors",
            "store.history",
            "store.safety.erasure",
            "store.tables.link_tables",
            "store.tables.response_tables",
        ),
        kind="stored",
    ),
    Relation(
        "household_anchor",
        "an identifier and the household's row that it was first given to",
        _LINK_TABLES,
        ("linking.store_links", "store.history", "store.tables.link_tables"),
        kind="stored",
    ),
    Relation(
        "link_decision",
        "what a person decided about two rows",
        _LINK_TABLES,
        ("linking.review.decisions", "linking.review.review", "linking.store_links"),
        kind="stored",
    ),
    Relation(
        "link_pair",
        "a pair of rows that the last linking found by names",
        _LINK_TABLES,
        ("linking.link_quality", "linking.review.review", "linking.store_links", "summaries.today.office_work"),
        kind="stored",
    ),
    Relation("link_run", "a linking, with what it went by", _LINK_TABLES, ("linking.store_links",), kind="stored"),
)

_DEFINITIONS = (
    Relation(
        "adoption",
        "a definition that the store followed, and since when",
        _ADOPTIONS,
        (*_ADOPTIONS, "merging.row_fates"),
        kind="stored",
    ),
    Relation(
        "adopted_question",
        "a question that such a definition asks",
        _ADOPTIONS,
        ("merging.row_fates", "store.definitions.adopting", "store.definitions.adoption_tables"),
        kind="stored",
    ),
    Relation(
        "renaming", "a question or an answer that goes by another name since", _ADOPTIONS, _ADOPTIONS, kind="stored"
    ),
    Relation("rows_of_adoption", "a row for one of these tables", _ADOPTIONS, _ADOPTIONS, kind="frame"),
    Relation(
        "rebuilt_rows",
        "a row of a stored table that gets other columns, until it takes that table's name",
        ("store.row_tables",),
        ("store.row_tables",),
        kind="stored",
    ),
    Relation(
        "current_response",
        "a response as it stands",
        _CURRENT,
        ("store.bundles", "store.tables.response_tables"),
        kind="stored",
    ),
)

STORED = (*_ROWS_STORED, *_LOGS, *_LINKED, *_DEFINITIONS)
