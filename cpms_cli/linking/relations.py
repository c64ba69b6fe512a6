"""The relations that linking makes: in the store's connection, and in a database in memory where names are compared."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

_DISPLACED, _EVIDENCE, _MODEL = ("linking.displaced",), ("linking.evidence",), ("linking.match_model",)
_LINKS, _DECISIONS = ("linking.store_links",), ("linking.review.decisions",)

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
            "linking.found_again",
            "linking.frequencies",
            "linking.link_rows",
            "linking.round_models",
            "linking.probabilistic",
            "linking.tables.person_pairs",
        ),
    ),
    Relation(
        "linked", "a row and the child that it is linked to so far", _EVIDENCE, _EVIDENCE, ("id", "cluster"), "frame"
    ),
    Relation(
        "known", "such a row, and whether its child is found again", _EVIDENCE, _EVIDENCE, ("id", "cluster", "again")
    ),
    Relation(
        "loose",
        "a row of a child who is not yet in every round; of tables of persons, every row",
        ("linking.probabilistic", "linking.tables.person_pairs"),
        ("linking.match_model", "linking.probabilistic"),
    ),
    Relation("lesson", "a row that teaches how often details agree", _MODEL, ("linking.match_model",)),
    Relation("taught", "a pair of such rows, with the level of each comparison", _MODEL, ("linking.match_model",)),
    Relation("link_now", "a row and the child or home that it is now", _LINKS, _LINKS, kind="frame"),
    Relation("anchor_now", "an identifier that is given now, and the row it is given to", _LINKS, _LINKS, kind="frame"),
    Relation("pair_now", "a pair that was found by names now", _LINKS, _LINKS, kind="frame"),
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
        "apart_rows",
        "two rows that a person said are two children",
        ("linking.linking_state",),
        ("linking.linking_state",),
        kind="frame",
    ),
    Relation(
        "sought_child",
        "a child whose rows are asked for",
        (
            "linking.found_again",
            "linking.linking_state",
        ),
        (
            "linking.found_again",
            "linking.linking_state",
            "scoring.what_if",
        ),
        kind="frame",
    ),
    Relation(
        "asked_row",
        "a row that is asked for, by its number or key",
        (
            "linking.all_rounds",
            "linking.found_again",
            "linking.link_rows",
            "linking.linking_state",
            "linking.review.by_hand",
            "linking.round_models",
            "linking.stored_evidence",
        ),
        (
            "linking.all_rounds",
            "linking.found_again",
            "linking.link_rows",
            "linking.linking_state",
            "linking.review.by_hand",
            "linking.round_models",
            "linking.stored_evidence",
        ),
        kind="frame",
    ),
    Relation(
        "asked_term",
        "a name whose frequency is asked for",
        ("linking.frequencies",),
        ("linking.frequencies",),
        kind="frame",
    ),
    Relation(
        "beside",
        "a row that shares a block with a child who is another now",
        ("linking.touched",),
        ("linking.touched",),
        kind="frame",
    ),
    Relation(
        "block_before",
        "a block of a row before it changed",
        ("linking.all_rounds",),
        (
            "linking.all_rounds",
            "linking.common_names",
        ),
    ),
    Relation(
        "row_pair",
        "two rows that share a block",
        (
            "linking.pair_scores",
            "linking.round_links",
            "scoring.what_if",
        ),
        (
            "linking.found_again",
            "linking.frequencies",
            "linking.pair_scores",
            "scoring.what_if",
        ),
    ),
    Relation(
        "changed_child",
        "a child who is put together otherwise now, or may be",
        ("linking.touched",),
        ("linking.touched",),
        kind="frame",
    ),
    Relation("changed_link", "a row whose link may be another now", ("linking.all_rounds",), ("linking.store_links",)),
    Relation(
        "child_before",
        "a row and the child that it was at the last linking",
        ("linking.all_rounds",),
        ("linking.all_rounds",),
    ),
    Relation(
        "chosen_pair",
        "a child of a round and the child that it chose",
        ("linking.linking_state",),
        ("linking.linking_state",),
        kind="frame",
    ),
    Relation(
        "decided", "a child that was decided now", ("linking.round_links",), ("linking.round_links",), kind="frame"
    ),
    Relation(
        "decision_now",
        "the latest decision about two rows",
        ("linking.changed_rows",),
        (
            "linking.changed_rows",
            "linking.store_links",
        ),
    ),
    Relation(
        "features_again",
        "a row of features, its home's children by whom they are",
        ("linking.found_again",),
        ("linking.found_again",),
    ),
    Relation(
        "frequency",
        "a name and how common it is, before it is kept",
        ("linking.frequencies",),
        ("linking.frequencies",),
        kind="frame",
    ),
    Relation(
        "identified_row",
        "a row with its identifiers",
        ("linking.changed_rows",),
        ("linking.changed_rows",),
        kind="frame",
    ),
    Relation("in_round", "a child who is in the round that is linked", ("linking.touched",), ("linking.touched",)),
    Relation(
        "left_node",
        "a node that lost a row, and of which round",
        ("linking.all_rounds",),
        (
            "linking.all_rounds",
            "linking.touched",
        ),
    ),
    Relation(
        "lesson_features",
        "a row that teaches how often details agree by chance",
        ("linking.round_models",),
        ("linking.round_models",),
    ),
    Relation("lesson_row", "the number of such a row", ("linking.round_models",), ("linking.round_models",)),
    Relation(
        "link_row_gone",
        "what a row said before it changed or went",
        ("linking.changed_rows",),
        (
            "linking.all_rounds",
            "linking.changed_rows",
            "linking.store_links",
            "linking.touched",
        ),
    ),
    Relation("mate", "a row, and another of its home", ("linking.found_again",), ("linking.found_again",)),
    Relation(
        "mate_again",
        "such a row of whom it is known who it is",
        ("linking.found_again",),
        ("linking.found_again",),
        kind="frame",
    ),
    Relation(
        "mate_row",
        "a row that lives with a child who is found again now",
        ("linking.touched",),
        ("linking.touched",),
        kind="frame",
    ),
    Relation(
        "moved_now",
        "a child whom a round put together otherwise than before",
        ("linking.all_rounds",),
        ("linking.all_rounds",),
        kind="frame",
    ),
    Relation(
        "moved_child", "such a child, of the first pass", ("linking.touched",), ("linking.touched",), kind="frame"
    ),
    Relation(
        "moved_row",
        "a row that is in another node now",
        ("linking.changed_rows",),
        (
            "linking.all_rounds",
            "linking.changed_rows",
        ),
    ),
    Relation(
        "net_term",
        "a name that more or fewer rows have now",
        ("linking.common_names",),
        ("linking.common_names",),
        kind="frame",
    ),
    Relation(
        "new_choice",
        "what a child of a round chose now",
        ("linking.round_links",),
        ("linking.round_links",),
        kind="frame",
    ),
    Relation(
        "new_edge", "two children who may be one", ("linking.round_links",), ("linking.round_links",), kind="frame"
    ),
    Relation(
        "node_now",
        "a row and the node that it is put into",
        ("linking.sure_nodes",),
        ("linking.sure_nodes",),
        kind="frame",
    ),
    Relation(
        "noted", "a block or a name of a row, to be kept", ("linking.link_rows",), ("linking.link_rows",), kind="frame"
    ),
    Relation(
        "reached",
        "a row that shares an identifier with what changed",
        ("linking.changed_rows",),
        ("linking.changed_rows",),
    ),
    Relation("reached_before", "such a row and its node before", ("linking.changed_rows",), ("linking.changed_rows",)),
    Relation(
        "reached_child", "a child whom the first pass decided", ("linking.touched",), ("linking.touched",), kind="frame"
    ),
    Relation(
        "renamed_row",
        "a row whose details may be others now",
        ("linking.all_rounds",),
        (
            "linking.all_rounds",
            "linking.common_names",
        ),
    ),
    Relation("row_new", "a row that came or says something else", ("linking.changed_rows",), ("linking.changed_rows",)),
    Relation(
        "row_now", "a current row and a digest of what it says", ("linking.changed_rows",), ("linking.changed_rows",)
    ),
    Relation(
        "row_of_nodes",
        "a row of a node that has other rows now",
        ("linking.all_rounds",),
        (
            "linking.all_rounds",
            "linking.touched",
        ),
    ),
    Relation(
        "row_then", "a row as it was put together in an earlier round", ("linking.all_rounds",), ("linking.all_rounds",)
    ),
    Relation(
        "seeking",
        "a row whose neighbours are asked for",
        ("linking.neighbours",),
        ("linking.neighbours",),
        kind="frame",
    ),
    Relation(
        "settled_row",
        "a row and the node that it surely belongs to",
        ("linking.probabilistic",),
        ("linking.probabilistic",),
        kind="frame",
    ),
    Relation(
        "swung_block", "a block that is too full now, or not any more", ("linking.common_names",), ("linking.touched",)
    ),
    Relation(
        "swung_now",
        "a name that is weighed otherwise now, before it is kept",
        ("linking.common_names",),
        ("linking.common_names",),
        kind="frame",
    ),
    Relation("swung_term", "a name that is weighed otherwise now", ("linking.common_names",), ("linking.touched",)),
    Relation(
        "term_before",
        "a name of a row before it changed",
        ("linking.all_rounds",),
        (
            "linking.all_rounds",
            "linking.common_names",
        ),
    ),
    Relation("term_frequency", "a name and how common it is", ("linking.frequencies",), ("linking.pair_scores",)),
    Relation(
        "touched_row",
        "a row of a round that must be decided anew",
        ("linking.touched",),
        ("linking.touched",),
        kind="frame",
    ),
    Relation(
        "trail_now",
        "a row of a child who is another now",
        ("linking.all_rounds",),
        ("linking.all_rounds",),
        kind="frame",
    ),
    Relation(
        "trail_root",
        "a number by which such a child went or goes",
        ("linking.touched",),
        ("linking.touched",),
        kind="frame",
    ),
    Relation("trail_row", "a row of such a child", ("linking.touched",), ("linking.touched",), kind="frame"),
)
