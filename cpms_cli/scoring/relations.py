"""The relations that scoring makes on a connection, in the order in which they are made."""

from __future__ import annotations

from cpms_cli.survey.relations import Relation

_WHAT_IF, _SCENARIOS = ("scoring.trials.what_if",), ("scoring.trials.scenarios",)
# The same of a data set's files.
_SCORES_MADE, _PROFILES_MADE = (
    ("scoring.scores", "datasets.dataset_views"),
    ("scoring.profiles", "datasets.dataset_views"),
)
_OUTSIDE = ("scoring.outside_scores",)
_LISTED = ("summaries.response.visits", "summaries.child.why")

_SCORES = (
    Relation(
        "given_child",
        "a child of two frames that are scored without a store",
        ("scoring.scores",),
        ("scoring.scores",),
        kind="frame",
    ),
    Relation(
        "given_household",
        "a household of two frames that are scored without a store",
        ("scoring.scores",),
        ("scoring.scores",),
        kind="frame",
    ),
    Relation(
        "then_child",
        "a child in a round, as the store had it after an earlier batch",
        ("scoring.runs",),
        ("scoring.runs",),
        kind="view",
    ),
    Relation(
        "then_household",
        "a household in a round, as the store had it after an earlier batch",
        ("scoring.runs",),
        ("scoring.runs",),
        kind="view",
    ),
    Relation(
        "judged",
        "a child in a round, with the truth of every rule",
        ("scoring.scores",),
        ("scoring.scores", "scoring.trials.what_if"),
    ),
    Relation(
        "score",
        "a child in a round, with the answer to each indicator and its level",
        _SCORES_MADE,
        (
            "disclosure.release.published_figures",
            "scoring.rule_states",
            "scoring.profiles",
            "scoring.scores",
            "scoring.standing",
            "scoring.trials.what_if",
            "summaries.area.areas",
            "summaries.child.child_disputes",
            "summaries.child.children",
            "summaries.child.standing_today",
            "summaries.response.visits",
            "summaries.child.why",
            "summaries.records.child_records",
            "summaries.response.due",
            "summaries.today.disputed",
        ),
        kind="view",
    ),
    Relation(
        "outside_child",
        "a child in one round outside the area whose rows alone are read",
        _OUTSIDE,
        _OUTSIDE,
        kind="view",
    ),
    Relation(
        "outside_household",
        "a household in that round outside that area",
        _OUTSIDE,
        _OUTSIDE,
        kind="view",
    ),
    Relation(
        "outside_score",
        "such a child, with the answer to each indicator",
        _OUTSIDE,
        ("summaries.area.compared_answers",),
    ),
    Relation(
        "household_score",
        "a household in a round, with the worst level of its children",
        _SCORES_MADE,
        ("scoring.scores", "summaries.area.areas"),
        kind="view",
    ),
    Relation(
        "explained",
        "a child in a round that is listed: its score with the reasons, and the answers behind them",
        ("scoring.scores",),
        (
            "scoring.scores",
            "summaries.child.carried_reasons",
            "summaries.child.child_history",
            "summaries.child.children",
            "summaries.child.standing_today",
            "summaries.child.why",
            "summaries.fairness.level_gaps",
            "summaries.response.due",
        ),
    ),
)

_PROFILES = (
    Relation(
        "drawn_figures",
        "a drawn child or household of the examples of rights and migration",
        ("scoring.examples.figure_examples",),
        ("scoring.examples.figure_examples",),
        kind="frame",
    ),
    Relation(
        "profile",
        "a child in a round, with its groups, rights and measures of migration",
        _PROFILES_MADE,
        ("scoring.examples.figure_examples", "scoring.profiles", "summaries.counts.movement"),
    ),
    Relation(
        "child_round",
        "a child in a round: score and profile side by side",
        _PROFILES_MADE,
        (
            "datasets.dataset_views",
            "datasets.partition_figures",
            "disclosure.release.area_release",
            "disclosure.release.published_figures",
            "summaries.area.area_figures",
            "summaries.area.areas",
            "summaries.area.compared_answers",
            "summaries.area.country",
            "summaries.area.grouped_answers",
            "summaries.area.nested_figures",
            "summaries.area.plans",
            "summaries.area.quality",
            "summaries.area.rights",
            "summaries.counts.shares",
            "summaries.migration.area_migration",
            "summaries.counts.movement",
            "summaries.response.response_counts",
            "summaries.rounds.overlap",
            "summaries.rounds.round_pairs",
        ),
        kind="view",
    ),
    Relation(
        "home_round",
        "a household in a round, with its areas and measures of migration",
        _PROFILES_MADE,
        (
            "datasets.partition_figures",
            "scoring.examples.figure_examples",
            "summaries.area.area_figures",
            "summaries.migration.area_migration",
        ),
    ),
)

_QUESTIONS = (
    Relation("open_child", "a child whose level missing answers could change", _WHAT_IF, (*_WHAT_IF, *_SCENARIOS)),
    Relation("asked_home", "the key of a home in which such a child lives", _WHAT_IF, _WHAT_IF),
    Relation("asked_child", "a child of such a home, as stored", _WHAT_IF, (*_WHAT_IF, *_SCENARIOS)),
    Relation("asked_household", "such a home, as stored", _WHAT_IF, (*_WHAT_IF, *_SCENARIOS)),
    Relation("cell", "a question without an answer, of a child or of a home", _WHAT_IF, (*_WHAT_IF, *_SCENARIOS)),
    Relation(
        "possible_answer",
        "an answer that a question can have",
        _WHAT_IF,
        _WHAT_IF,
        ("field", "code", "upto", "place"),
        "frame",
    ),
    Relation("cell_answer", "an open question with an answer that it can have", _WHAT_IF, (*_WHAT_IF, *_SCENARIOS)),
    Relation(
        "scenario",
        "one or two answers that are tried in a home",
        (*_WHAT_IF, *_SCENARIOS),
        (*_WHAT_IF, *_SCENARIOS),
    ),
    Relation("copied_child", "a child of a home in which answers are tried", _SCENARIOS, _SCENARIOS),
    Relation("copied_household", "a home in which answers are tried", _SCENARIOS, _SCENARIOS),
    Relation("after_one", "the level of a child with one answer tried", _SCENARIOS, (*_WHAT_IF, *_SCENARIOS)),
    Relation(
        "what_if", "a child, an open question and an answer to it: the level then", _WHAT_IF, (*_SCENARIOS, *_LISTED)
    ),
    Relation(
        "reason_field",
        "a question that an alternative of a level's rule looks at",
        _SCENARIOS,
        (*_WHAT_IF, *_SCENARIOS),
        ("reason", "part", "field"),
    ),
    Relation(
        "candidate", "an open question that an open rule of a child looks at", _SCENARIOS, (*_WHAT_IF, *_SCENARIOS)
    ),
    Relation(
        "proved",
        "an open question of which some answer changes something for a child",
        _SCENARIOS,
        (*_WHAT_IF, *_SCENARIOS),
    ),
    Relation("question_pair", "two open questions that can matter together", _SCENARIOS, _SCENARIOS),
    Relation("after_two", "the level of a child with two answers tried", _SCENARIOS, _SCENARIOS),
    Relation("to_ask", "a question that is worth asking for the sake of a child", _WHAT_IF, _LISTED),
    Relation("was", "what the store has where an answer is open", _WHAT_IF, _LISTED),
)

_FAIRNESS = ("summaries.fairness.later_rounds", "summaries.fairness.level_gaps")

_COMPARED = (
    Relation(
        "compared_row",
        "a child in a round: its level, its part of each compared group, and what it says of each outcome",
        ("scoring.compared_rows",),
        _FAIRNESS,
    ),
    Relation(
        "twin_child",
        "a child of a round with other papers",
        ("scoring.trials.paper_twins",),
        ("scoring.trials.paper_twins",),
        kind="view",
    ),
    Relation(
        "twin_household",
        "a household of a round with other papers",
        ("scoring.trials.paper_twins",),
        ("scoring.trials.paper_twins",),
        kind="view",
    ),
    Relation(
        "twin_score",
        "a child of a round with other papers: its level then",
        ("scoring.trials.paper_twins",),
        ("summaries.fairness.level_gaps",),
    ),
)

_WITHOUT = (
    Relation(
        "left_answer",
        "an answer without which its child is scored, with its number",
        ("scoring.trials.without_answers",),
        ("scoring.trials.without_answers",),
        kind="frame",
    ),
    Relation(
        "child_without",
        "a child of a home without such an answer, the answer's number in the place of the house's",
        ("scoring.trials.without_answers",),
        ("scoring.trials.without_answers",),
    ),
    Relation(
        "household_without",
        "a household without such an answer, as child_without",
        ("scoring.trials.without_answers",),
        ("scoring.trials.without_answers",),
    ),
)

RELATIONS = (*_SCORES, *_PROFILES, *_QUESTIONS, *_COMPARED, *_WITHOUT)
