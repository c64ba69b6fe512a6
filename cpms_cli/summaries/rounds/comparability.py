"""What must not be compared between two rounds: answers that rest on a question which only one of them asked, or for
which only one of them offered an answer; and what rests on questions that a round did not ask at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import pandas as pd

from cpms_cli.scoring.judged_columns import rules_by_column
from cpms_cli.store.definitions.area_asked import area_read
from cpms_cli.store.definitions.current_rows import unasked_in_store
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Indicator, Survey
from cpms_cli.survey.rules.dependents import names_looked_at
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import QuestionsAsked, Workspace

COLUMNS = ("from_round", "to_round", "item", "label", "questions")
COLUMNS_OF_ROUND = ("round", "item", "label", "questions", "asked")
NOBODY, SOME = "nobody", "some"
ASKED, UNASKED = "asked", "unasked"
Condition = tuple[str, str]
"""What a condition on a row tells, ASKED or UNASKED, and of which question."""
LEVEL = "level"
"""The column of `child_round` that holds the level: it rests on all questions that its rules look at."""


def not_comparable(workspace: Workspace, pairs: Iterable[tuple[int, int]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Return which columns of `child_round` (or of homes) cannot be compared between which two rounds, and why.

    `columns` has the name of each in words. Columns: from_round, to_round, item, label, questions (the labels of the
    questions that one of the two did not ask, or asked with other answers); no row where all can be compared.
    """
    pairs = list(pairs)
    survey, language = workspace.survey, workspace.language
    rounds = sorted({round_ for pair in pairs for round_ in pair})
    questions_asked = _questions_asked(workspace, rounds)
    asked = questions_asked.asked
    asked_of_all = {round_: asked[round_] - questions_asked.partly[round_] for round_ in rounds}
    fields = _names_of_columns(survey, columns)
    rows = []
    for first, last in pairs:
        changed = list(_changed(survey, first, last, (asked, asked_of_all)))
        for column, label in columns.items():
            questions = [survey.fields[name].label.in_(language) for name in changed if name in fields[column]]
            for indicator in _of_one_round_only(survey, column, fields[column], first, last):
                name = f"{indicator.number} {indicator.name.in_(language)}"
                itself = say("indicator_of_one_round", language)
                questions.append(itself if column != LEVEL else say("level_of_one_round", language, name=name))
            if questions:
                rows.append((first, last, column, label, "; ".join(questions)))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"from_round": "int64", "to_round": "int64"})


def not_asked(workspace: Workspace, round_: int, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return which columns of `child_round` (or of homes) rest on questions that a round did not ask.

    `columns` has the name of each in words. Columns: round, item, label, questions (the labels of these questions),
    asked (nobody, or some: the files that were merged before the question came did not ask it); no row where all were
    asked. Whom the questions that were asked leave open is counted as not asked.
    """
    survey, language = workspace.survey, workspace.language
    questions_asked = _questions_asked(workspace, [round_])
    unasked = {NOBODY: frozenset(survey.fields) - questions_asked.asked[round_]}
    unasked[SOME] = questions_asked.partly[round_] - unasked[NOBODY]
    rows = []
    for column, names in _names_of_columns(survey, columns).items():
        for asked, outside in unasked.items():
            questions = [field.label.in_(language) for name, field in survey.fields.items() if name in names & outside]
            if questions:
                rows.append((round_, column, columns[column], "; ".join(questions), asked))
    return pd.DataFrame(rows, columns=list(COLUMNS_OF_ROUND)).astype({"round": "int64"})


def without_changes(table: pd.DataFrame, left_out: pd.DataFrame, rounds: Sequence[int]) -> pd.DataFrame:
    """Return shares of several rounds without the `change` of what cannot be compared with the round before.

    `left_out` is what `not_comparable` says of pairs of `rounds`; `round` and `item` tell the rows of `table` apart.
    """
    successive = left_out["from_round"] == left_out["to_round"].map({now: then for then, now in pairwise(rounds)})
    pairs = set(zip(left_out["to_round"][successive], left_out["item"][successive], strict=True))
    named = pd.Series(list(zip(table["round"], table["item"], strict=True)), index=table.index, dtype="object")
    return table.assign(change=table["change"].mask(named.isin(pairs)))


def _of_one_round_only(survey: Survey, column: str, names: Collection[str], first: int, last: int) -> list[Indicator]:
    """Return the indicators that apply in one of two rounds alone, since they came or were retired: that of a column,
    and those that a level looks at."""
    return [
        indicator
        for indicator in survey.indicators
        if (indicator.column == column or (column == LEVEL and indicator.column in names))
        and indicator.is_there_in(first) != indicator.is_there_in(last)
    ]


def _names_of_columns(survey: Survey, columns: Iterable[str]) -> dict[str, set[str]]:
    """Return all that the rules look at whose answers stand in each column."""
    rules = {**rules_by_column(survey), LEVEL: [level.when for level in survey.rule_levels if level.when]}
    return {column: names_looked_at(survey, rules[column]) for column in columns}


def _questions_asked(workspace: Workspace, rounds: Sequence[int]) -> QuestionsAsked:
    """Return which questions these rounds asked somebody, and which some of their rows were not asked, as far as the
    store's rows and definitions say; each round is looked at once while the store is open."""
    if (known := workspace.questions_asked(rounds)) is not None:
        return known
    looked_up = workspace.questions_looked_up
    for round_ in rounds:
        if round_ not in looked_up.asked:
            looked_up.asked[round_], looked_up.partly[round_] = _looked_up(workspace, round_)
    return QuestionsAsked(looked_up.asked, looked_up.partly)


def _looked_up(workspace: Workspace, round_: int) -> tuple[frozenset[str], frozenset[str]]:
    """Return the questions of which an answer is in some row of a round, and those that some of its rows were not
    asked, anywhere in the store."""
    survey = workspace.survey
    not_asked = quoted(survey.not_asked)
    asked = {(ASKED, name): f"{name} IS DISTINCT FROM {not_asked}" for name in survey.fields}
    unasked = unasked_in_store(workspace.connection, survey)
    holding = _holds_of_some(workspace, round_, asked | {(UNASKED, name): condition for name, condition in unasked})
    names_of = {kind: frozenset(name for of, name in holding if of == kind) for kind in (ASKED, UNASKED)}
    return names_of[ASKED], names_of[UNASKED]


def _holds_of_some(workspace: Workspace, round_: int, conditions: Mapping[Condition, str]) -> set[Condition]:
    """Return which conditions on a row hold of some row of a round, anywhere in the store.

    Where only an area's rows are read, all others are looked at for what holds of none of these.
    """
    survey, holding = workspace.survey, set[Condition]()
    everywhere = ("current", "whole") if area_read(workspace.connection) is not None else ("current",)
    for table in (survey.household, survey.child):
        fields = {field.name for field in table.fields}
        for rows in everywhere:
            left = {of: condition for of, condition in conditions.items() if of[1] in fields and of not in holding}
            if left:
                holding |= _holding(workspace, f"{rows}_{table.name}", round_, left)
    return holding


def _holding(workspace: Workspace, rows: str, round_: int, conditions: Mapping[Condition, str]) -> set[Condition]:
    flags = ", ".join(f"bool_or({condition}) AS {kind}_{name}" for (kind, name), condition in conditions.items())
    held = workspace.connection.execute(f"""
        SELECT {flags}
        FROM {rows}
        WHERE {workspace.survey.role("round").name}::INTEGER = {round_}""").fetchone()
    return {of for of, holds in zip(conditions, held or (), strict=True) if holds}


def _changed(survey: Survey, first: int, last: int, asked: Sequence[Mapping[int, frozenset[str]]]) -> Iterator[str]:
    """Yield the questions that only one of two rounds asked, of somebody or of all, or for which it offered other
    answers. `asked` has by round what was asked of somebody, and what of all."""
    for name, field in survey.fields.items():
        codes = survey.codes(field)
        asked_otherwise = any((name in by_round[first]) != (name in by_round[last]) for by_round in asked)
        if asked_otherwise or (codes is not None and codes.offered_in(first) != codes.offered_in(last)):
            yield name
