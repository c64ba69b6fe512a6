"""The relations by which the rounds are linked: whom a change touches, and what is decided."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

_WHAT_CHANGED = ("linking.rounds.all_rounds", "linking.rounds.what_changed")

ROUNDS = (
    Relation(
        "apart_rows",
        "two rows that a person said are two children",
        ("linking.rounds.linking_state",),
        ("linking.rounds.linking_state",),
        kind="frame",
    ),
    Relation(
        "sought_child",
        "a child whose rows are asked for",
        (
            "linking.rounds.found_again",
            "linking.rounds.linking_state",
        ),
        (
            "linking.rounds.found_again",
            "linking.rounds.linking_state",
            "scoring.trials.what_if",
        ),
        kind="frame",
    ),
    Relation(
        "asked_term",
        "a name whose frequency is asked for",
        ("linking.rounds.frequencies",),
        ("linking.rounds.frequencies",),
        kind="frame",
    ),
    Relation(
        "beside",
        "a row that shares a block with a child who is another now",
        ("linking.rounds.touched",),
        ("linking.rounds.touched",),
        kind="frame",
    ),
    Relation(
        "block_before",
        "a block of a row before it changed",
        ("linking.rounds.all_rounds",),
        (
            "linking.rounds.all_rounds",
            "linking.rounds.common_names",
        ),
    ),
    Relation(
        "row_pair",
        "two rows that share a block",
        (
            "linking.pairs.pair_scores",
            "linking.rounds.round_links",
        ),
        (
            "linking.rounds.found_again",
            "linking.rounds.frequencies",
            "linking.pairs.pair_scores",
        ),
    ),
    Relation(
        "changed_child",
        "a child who is put together otherwise now, or may be",
        ("linking.rounds.touched",),
        ("linking.rounds.touched",),
        kind="frame",
    ),
    Relation(
        "changed_link",
        "a row whose link may be another now",
        _WHAT_CHANGED,
        ("linking.store_links", "linking.rounds.what_changed"),
    ),
    Relation(
        "pair_child",
        "a child whose pairs may be others now",
        _WHAT_CHANGED,
        ("linking.store_links", "linking.rounds.what_changed"),
    ),
    Relation(
        "pair_row",
        "the key of a row of such a child, or of one that went",
        _WHAT_CHANGED,
        ("linking.store_links",),
    ),
    Relation(
        "child_before",
        "a row and the child that it was at the last linking",
        ("linking.rounds.all_rounds",),
        (
            "linking.rounds.all_rounds",
            "linking.rounds.what_changed",
        ),
    ),
    Relation(
        "chosen_pair",
        "a child of a round and the child that it chose",
        ("linking.rounds.linking_state",),
        ("linking.rounds.linking_state",),
        kind="frame",
    ),
    Relation(
        "decided",
        "a child that was decided now",
        ("linking.rounds.round_links",),
        ("linking.rounds.round_links",),
        kind="frame",
    ),
    Relation(
        "features_again",
        "a row of features, its home's children by whom they are",
        ("linking.rounds.found_again",),
        ("linking.rounds.found_again",),
    ),
    Relation(
        "frequency",
        "a name and how common it is, before it is kept",
        ("linking.rounds.frequencies",),
        ("linking.rounds.frequencies",),
        kind="frame",
    ),
    Relation(
        "in_round",
        "a child who is in the round that is linked",
        ("linking.rounds.touched",),
        ("linking.rounds.touched",),
        kind="frame",
    ),
    Relation(
        "left_node",
        "a node that lost a row, and of which round",
        ("linking.rounds.what_changed",),
        (
            "linking.rounds.all_rounds",
            "linking.rounds.touched",
            "linking.rounds.what_changed",
        ),
    ),
    Relation(
        "lesson_features",
        "a row that teaches how often details agree by chance",
        ("linking.rounds.round_models",),
        ("linking.rounds.round_models",),
    ),
    Relation(
        "lesson_row", "the number of such a row", ("linking.rounds.round_models",), ("linking.rounds.round_models",)
    ),
    Relation(
        "joined",
        "two children who were put together: by which pass of a round, and the number by which they go",
        ("linking.rounds.linking_state",),
        ("linking.rounds.linking_state",),
        ("round", "pass", "loser", "winner"),
    ),
    Relation(
        "mate", "a row, and another of its home", ("linking.rounds.found_again",), ("linking.rounds.found_again",)
    ),
    Relation(
        "mate_again",
        "such a row of whom it is known who it is",
        ("linking.rounds.found_again",),
        ("linking.rounds.found_again",),
        kind="frame",
    ),
    Relation(
        "mate_row",
        "a row that lives with a child who is found again now",
        ("linking.rounds.touched",),
        ("linking.rounds.touched",),
        kind="frame",
    ),
    Relation(
        "moved_now",
        "a child whom a round put together otherwise than before",
        ("linking.rounds.all_rounds",),
        ("linking.rounds.all_rounds",),
        kind="frame",
    ),
    Relation(
        "moved_child",
        "such a child, of the first pass",
        ("linking.rounds.touched",),
        ("linking.rounds.touched",),
        kind="frame",
    ),
    Relation(
        "net_term",
        "a name that more or fewer rows have now",
        ("linking.rounds.common_names",),
        ("linking.rounds.common_names",),
        kind="frame",
    ),
    Relation(
        "new_choice",
        "what a child of a round chose now",
        ("linking.rounds.round_links",),
        ("linking.rounds.round_links",),
        kind="frame",
    ),
    Relation(
        "new_edge",
        "two children who may be one",
        ("linking.rounds.round_links",),
        ("linking.rounds.round_links",),
        kind="frame",
    ),
    Relation(
        "reached_child",
        "a child whom the first pass decided",
        ("linking.rounds.touched",),
        ("linking.rounds.touched",),
        kind="frame",
    ),
    Relation(
        "renamed_row",
        "a row whose details may be others now",
        ("linking.rounds.all_rounds",),
        (
            "linking.rounds.all_rounds",
            "linking.rounds.common_names",
        ),
    ),
    Relation(
        "row_of_nodes",
        "a row of a node that has other rows now",
        ("linking.rounds.what_changed",),
        (
            "linking.rounds.all_rounds",
            "linking.rounds.touched",
            "linking.rounds.what_changed",
        ),
    ),
    Relation(
        "row_then",
        "a row as it was put together in an earlier round",
        ("linking.rounds.all_rounds",),
        ("linking.rounds.all_rounds",),
    ),
    Relation(
        "seeking",
        "a row whose neighbours are asked for",
        ("linking.rounds.neighbours",),
        ("linking.rounds.neighbours",),
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
        "swung_block",
        "a block that is too full now, or not any more",
        ("linking.rounds.common_names",),
        ("linking.rounds.touched",),
    ),
    Relation(
        "swung_now",
        "a name that is weighed otherwise now, before it is kept",
        ("linking.rounds.common_names",),
        ("linking.rounds.common_names",),
        kind="frame",
    ),
    Relation(
        "swung_term",
        "a name that is weighed otherwise now",
        ("linking.rounds.common_names",),
        ("linking.rounds.touched",),
    ),
    Relation(
        "term_before",
        "a name of a row before it changed",
        ("linking.rounds.all_rounds",),
        (
            "linking.rounds.all_rounds",
            "linking.rounds.common_names",
        ),
    ),
    Relation(
        "term_frequency", "a name and how common it is", ("linking.rounds.frequencies",), ("linking.pairs.pair_scores",)
    ),
    Relation(
        "touched_row",
        "a row of a round that must be decided anew",
        ("linking.rounds.touched",),
        ("linking.rounds.touched",),
        kind="frame",
    ),
    Relation(
        "trail_now",
        "a row of a child who is another now",
        ("linking.rounds.what_changed",),
        ("linking.rounds.what_changed",),
        kind="frame",
    ),
    Relation(
        "trail_root",
        "a number by which such a child went or goes",
        ("linking.rounds.touched",),
        ("linking.rounds.touched",),
        kind="frame",
    ),
    Relation(
        "trail_row", "a row of such a child", ("linking.rounds.touched",), ("linking.rounds.touched",), kind="frame"
    ),
)
