"""The relations that summaries make on a connection; they read those of scoring and of the store."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

_STANDING, _VISITS = ("summaries.child.standing_today",), ("summaries.response.visits",)

RELATIONS = (
    Relation("stood_frame", "as stood, worked out in pandas", _STANDING, _STANDING, kind="frame"),
    Relation(
        "stood",
        "a child in a round up to a day: the level that stands, since when, and whether the child was found since",
        _STANDING,
        ("summaries.area.standing_counts", "summaries.child.children", *_STANDING),
    ),
    Relation(
        "standing_score",
        "a child as it stands: its last round, with the level that stands and the reasons for it",
        _STANDING,
        ("summaries.child.children",),
        kind="view",
    ),
    Relation(
        "carried_frame",
        "a child whose level is of an earlier round",
        ("summaries.child.carried_reasons",),
        ("summaries.child.carried_reasons",),
        ("person", "since"),
        "frame",
    ),
    Relation("visit_frame", "as visit_row, worked out in pandas", _VISITS, _VISITS, kind="frame"),
    Relation(
        "visit_row",
        "the last round of a child who is visited",
        _VISITS,
        _VISITS,
        ("person", "year", "standing", "not_found", "no_consent"),
    ),
    Relation(
        "listed_child",
        "a child of a list that is explained",
        ("summaries.child.why",),
        ("summaries.child.why",),
        kind="frame",
    ),
    Relation(
        "due_case",
        "a child who waits for a response",
        ("summaries.response.due",),
        ("summaries.response.due",),
        kind="frame",
    ),
    Relation(
        "counted_case",
        "a child at a level that demands a response, in the order in which it is counted",
        ("summaries.response.response_counts",),
        ("summaries.response.response_counts",),
        ("person", "since", "place"),
        "frame",
    ),
    Relation(
        "placed_dispute",
        "a disputed answer in a row that the store has",
        ("summaries.child.child_disputes",),
        ("summaries.child.child_disputes",),
        kind="frame",
    ),
    Relation(
        "disputed_row",
        "a child's row in which an answer is to be asked again",
        ("summaries.today.disputed",),
        ("summaries.today.disputed",),
        kind="frame",
    ),
    Relation(
        "movement",
        "a child of two rounds: where it was in each, and why it is in one of them alone",
        ("summaries.counts.movement",),
        ("summaries.area.area_figures", "summaries.counts.movement"),
    ),
    Relation(
        "pair",
        "a child of two rounds, with its answers and its level in each",
        ("summaries.rounds.round_pairs",),
        ("summaries.rounds.change", "summaries.rounds.overlap_change", "summaries.rounds.round_pairs"),
    ),
)
