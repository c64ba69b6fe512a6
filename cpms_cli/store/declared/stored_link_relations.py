"""The tables of links that the store's file holds, and what linking remembers of rows, homes and rounds."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

_LINK_TABLES = ("store.tables.link_tables",)

_LINKED = (
    Relation(
        "child_anchor",
        "an identifier and the child's row that it was first given to",
        _LINK_TABLES,
        (
            "linking.kept.link_writing",
            "linking.store_links",
            "store.tables.anchors",
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
        ("linking.kept.link_writing", "linking.kept.home_links", "store.history", "store.tables.link_tables"),
        kind="stored",
    ),
    Relation(
        "link_decision",
        "what a person decided about two rows",
        _LINK_TABLES,
        ("linking.kept.changed_rows", "linking.decisions", "linking.review.review"),
        kind="stored",
    ),
    Relation(
        "link_pair",
        "a pair of rows that the last linking found by names",
        _LINK_TABLES,
        (
            "linking.link_quality",
            "linking.review.review",
            "linking.rounds.all_rounds",
            "linking.store_links",
            "summaries.today.office_work",
        ),
        kind="stored",
    ),
    Relation("link_run", "a linking, with what it went by", _LINK_TABLES, ("linking.store_links",), kind="stored"),
)

_LINK_ROWS = (
    Relation(
        "link_home",
        "what linking remembers of a home in a round",
        ("store.tables.link_row_tables",),
        ("linking.kept.home_links",),
        kind="stored",
    ),
    Relation(
        "link_row",
        "what linking remembers of a child's row",
        ("store.tables.link_row_tables",),
        (
            "linking.rounds.all_rounds",
            "linking.kept.changed_rows",
            "linking.rounds.found_again",
            "linking.kept.link_rows",
            "linking.rounds.linking_state",
            "linking.rounds.neighbours",
            "linking.probabilistic",
            "linking.rounds.round_links",
            "linking.rounds.round_models",
            "linking.store_links",
            "linking.kept.stored_evidence",
            "linking.kept.sure_nodes",
            "linking.rounds.touched",
            "linking.rounds.what_changed",
        ),
        kind="stored",
    ),
    Relation(
        "link_block",
        "a block in which a row is looked for",
        ("store.tables.link_row_tables",),
        (
            "linking.rounds.all_rounds",
            "linking.rounds.common_names",
            "linking.kept.link_rows",
            "linking.rounds.neighbours",
            "linking.rounds.touched",
        ),
        kind="stored",
    ),
    Relation(
        "link_term",
        "a name of a row, as a digest",
        ("store.tables.link_row_tables",),
        (
            "linking.rounds.all_rounds",
            "linking.rounds.common_names",
            "linking.rounds.frequencies",
            "linking.kept.link_rows",
            "linking.rounds.round_models",
            "linking.rounds.touched",
        ),
        kind="stored",
    ),
    Relation(
        "link_edge",
        "a child of an earlier round that a row competes for",
        ("store.tables.link_row_tables",),
        (
            "linking.rounds.all_rounds",
            "linking.rounds.round_links",
            "linking.rounds.touched",
        ),
        kind="stored",
    ),
    Relation(
        "link_choice",
        "the child of an earlier round that a row chose",
        ("store.tables.link_row_tables",),
        (
            "linking.rounds.all_rounds",
            "linking.rounds.linking_state",
            "linking.rounds.round_links",
            "linking.rounds.touched",
        ),
        kind="stored",
    ),
    Relation(
        "link_model",
        "by what a round was linked",
        ("store.tables.link_row_tables",),
        (
            "linking.rounds.round_models",
            "linking.store_links",
        ),
        kind="stored",
    ),
)


STORED_LINKS = (*_LINKED, *_LINK_ROWS)
