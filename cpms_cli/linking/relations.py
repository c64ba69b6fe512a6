"""The relations that linking makes: in the store's connection, and in a database in memory where names are compared."""

from __future__ import annotations

from cpms_cli.linking.kept.kept_relations import KEPT
from cpms_cli.linking.rounds.round_relations import ROUNDS
from cpms_cli.survey.relations import Relation

_DISPLACED, _EVIDENCE, _MODEL = ("linking.displaced",), ("linking.evidence",), ("linking.pairs.match_model",)
_WRITING, _HOMES = ("linking.kept.link_writing",), ("linking.kept.home_links",)
_LINKS, _DECISIONS = ("linking.store_links",), ("linking.decisions",)

RELATIONS = (
    Relation(
        "doubtful_home",
        "the key of a staged home of which a row may stand where another child was",
        _DISPLACED,
        _DISPLACED,
    ),
    Relation(
        "sides",
        "a child of such a home, staged or stored",
        _DISPLACED,
        ("linking.displaced",),
        ("home", "new", "line", "identifier", "id"),
        "frame",
    ),
    Relation(
        "named",
        "a child in a round as evidence, its names in comparable forms",
        _EVIDENCE,
        ("linking.evidence",),
        kind="frame",
    ),
    Relation(
        "features",
        "such a child with its home's other children and its blocks",
        _EVIDENCE,
        (
            "linking.displaced",
            "linking.evidence",
            "linking.rounds.found_again",
            "linking.rounds.frequencies",
            "linking.kept.link_rows",
            "linking.rounds.round_models",
            "linking.rounds.round_links",
            "linking.probabilistic",
            "linking.tables.person_pairs",
            "linking.provinces.moved_pairs",
        ),
    ),
    Relation(
        "resident",
        "a child in a round who lives in a home of which a row is compared",
        _EVIDENCE,
        ("linking.evidence", "linking.rounds.found_again"),
        ("id", "round", "home", "given_loose"),
    ),
    Relation(
        "linked", "a row and the child that it is linked to so far", _EVIDENCE, _EVIDENCE, ("id", "cluster"), "frame"
    ),
    Relation(
        "known", "such a row, and whether its child is found again", _EVIDENCE, _EVIDENCE, ("id", "cluster", "again")
    ),
    Relation(
        "loose",
        "a row of a child who is not yet in every round, or may have moved; of tables of persons, every row",
        ("linking.probabilistic", "linking.tables.person_pairs", "linking.provinces.moved_pairs"),
        ("linking.pairs.match_model", "linking.probabilistic", "linking.provinces.moved_pairs"),
    ),
    Relation(
        "may_move",
        "a child's first or last row in its store",
        ("linking.provinces.moved_pairs",),
        ("linking.provinces.moved_pairs",),
        ("id", "store", "person", "first", "last"),
        "frame",
    ),
    Relation(
        "moving_row",
        "a row of a child who came after the first round or was not in the last, and whether it came or went with it",
        ("linking.provinces.stored_movers",),
        ("linking.provinces.stored_movers",),
    ),
    Relation("lesson", "a row that teaches how often details agree", _MODEL, ("linking.pairs.match_model",)),
    Relation(
        "taught", "a pair of such rows, with the level of each comparison", _MODEL, ("linking.pairs.match_model",)
    ),
    Relation(
        "link_now",
        "a row and the child or home that it is now",
        _WRITING,
        _WRITING,
        kind="frame",
    ),
    Relation(
        "anchor_now", "an identifier that is given now, and the row it is given to", _WRITING, _WRITING, kind="frame"
    ),
    Relation("pair_now", "a pair that was found by names now", _LINKS, _LINKS),
    Relation(
        "verdict_pair",
        "two rows and what a person says of them",
        _DECISIONS,
        _DECISIONS,
        ("row_a", "row_b", "verdict", "reason"),
        "frame",
    ),
    Relation("new_decision", "such a verdict that is new", _DECISIONS, _DECISIONS, kind="frame"),
    Relation(
        "linked_row",
        "a child's row that could be linked to a round before its own",
        ("linking.link_quality",),
        ("linking.link_quality",),
        kind="frame",
    ),
    Relation(
        "child_link_before",
        "a row and the child that it was before all links were made anew",
        ("linking.rebuilding",),
        ("linking.rebuilding",),
    ),
    Relation("home_now", "a home in a round with its address and identifiers", _HOMES, _HOMES),
    Relation("home_changed", "such a home that came, went or has other identifiers", _HOMES, _HOMES),
    Relation("home_reached", "a home that shares an address or an identifier with these", _HOMES, _HOMES),
    *KEPT,
    *ROUNDS,
)
