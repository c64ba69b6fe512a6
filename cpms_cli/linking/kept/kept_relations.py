"""The relations by which it is known what changed since the last linking."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

KEPT = (
    Relation(
        "asked_row",
        "a row that is asked for, by its number or key",
        (
            "linking.rounds.all_rounds",
            "linking.evidence",
            "linking.rounds.found_again",
            "linking.kept.link_rows",
            "linking.rounds.linking_state",
            "linking.review.by_hand",
            "linking.rounds.round_models",
            "linking.kept.stored_evidence",
            "linking.rounds.what_changed",
        ),
        (
            "linking.rounds.all_rounds",
            "linking.evidence",
            "linking.rounds.found_again",
            "linking.kept.link_rows",
            "linking.rounds.linking_state",
            "linking.review.by_hand",
            "linking.rounds.round_models",
            "linking.kept.stored_evidence",
            "linking.rounds.what_changed",
        ),
        kind="frame",
    ),
    Relation(
        "decision_now",
        "the latest decision about two rows",
        ("linking.kept.changed_rows",),
        (
            "linking.kept.changed_rows",
            "linking.store_links",
        ),
    ),
    Relation(
        "identified_row",
        "a row with its identifiers",
        ("linking.kept.changed_rows",),
        ("linking.kept.changed_rows",),
        kind="frame",
    ),
    Relation(
        "link_row_gone",
        "what a row said before it changed or went",
        ("linking.kept.changed_rows",),
        (
            "linking.rounds.all_rounds",
            "linking.kept.changed_rows",
            "linking.store_links",
            "linking.rounds.touched",
            "linking.rounds.what_changed",
        ),
    ),
    Relation(
        "moved_row",
        "a row that is in another node now",
        ("linking.kept.changed_rows",),
        (
            "linking.kept.changed_rows",
            "linking.rounds.what_changed",
        ),
    ),
    Relation(
        "node_now",
        "a row and the node that it is put into",
        ("linking.kept.sure_nodes",),
        ("linking.kept.sure_nodes",),
        kind="frame",
    ),
    Relation(
        "noted",
        "a block or a name of a row, to be kept",
        ("linking.kept.link_rows",),
        ("linking.kept.link_rows",),
        kind="frame",
    ),
    Relation(
        "reached",
        "a row that shares an identifier with what changed",
        ("linking.kept.changed_rows",),
        ("linking.kept.changed_rows",),
    ),
    Relation(
        "reached_before",
        "such a row and its node before",
        ("linking.kept.changed_rows",),
        ("linking.kept.changed_rows",),
    ),
    Relation(
        "row_new",
        "a row that came or says something else",
        ("linking.kept.changed_rows",),
        ("linking.kept.changed_rows",),
    ),
    Relation(
        "row_change",
        "a row that came, went or says something else: its number so far, and what it says now",
        ("linking.kept.changed_rows",),
        ("linking.kept.changed_rows",),
    ),
)
