"""What must not be compared between two rounds: answers that rest on a question which only one of them asked, or for
which only one of them offered an answer; and what rests on questions that a round did not ask at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import pandas as pd

from cpms_cli.scoring.judged_columns import rules_by_column
from cpms_cli.summaries.counts.shares import area_name
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.area_changes import changes_between
from cpms_cli.survey.model.definition import Indicator, Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.rules.dependents import names_looked_at
from cpms_cli.survey.rules.typed_answers import counted_in
from cpms_cli.survey.rules.vocabulary import COUNTS
from cpms_cli.workspace import Workspace

COLUMNS = ("from_round", "to_round", "item", "label", "questions", "because")
COLUMNS_OF_ROUND = ("round", "item", "label", "questions", "asked")
NOBODY, SOME = "nobody", "some"
LEVEL = "level"
"""The column of `child_round` that holds the level: it rests on all questions that its rules look at."""


def not_comparable(
    workspace: Workspace, pairs: Iterable[tuple[int, int]], columns: Mapping[str, str], area: str | None
) -> pd.DataFrame:
    """Return which columns of `child_round` (or of homes) cannot be compared between which two rounds, and why.

    `columns` has the name of each in words. Columns: from_round, to_round, item, label, questions (the labels of the
    questions that one of the two did not ask, or asked with other answers), because ("questions", or "area" where the
    area was divided or joined between, which `questions` says then); no row where all can be compared.
    """
    pairs = list(pairs)
    survey, language = workspace.survey, workspace.language
    rounds = sorted({round_ for pair in pairs for round_ in pair})
    known = workspace.questions_asked(rounds)
    asked_of_all = {round_: known.asked[round_] - known.partly[round_] for round_ in rounds}
    fields = _names_of_columns(survey, columns)
    rows = []
    for first, last in pairs:
        divided = area_divided(workspace, area, first, last)
        if divided:
            rows += [(first, last, column, label, divided, "area") for column, label in columns.items()]
            continue
        changed = list(_changed(survey, first, last, (known.asked, asked_of_all)))
        for column, label in columns.items():
            questions = [survey.fields[name].label.in_(language) for name in changed if name in fields[column]]
            for indicator in _of_one_round_only(survey, column, fields[column], first, last):
                name = f"{indicator.number} {indicator.name.in_(language)}"
                itself = say("indicator_of_one_round", language)
                is_itself = indicator.column == column
                questions.append(itself if is_itself else say("level_of_one_round", language, name=name))
            if questions:
                rows.append((first, last, column, label, "; ".join(questions), "questions"))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"from_round": "int64", "to_round": "int64"})


def area_divided(workspace: Workspace, area: str | None, first: int, last: int) -> str:
    """Return in words which area is made otherwise since, where that makes an area another one in the later of two
    rounds; nothing where it is the same."""
    survey, language = workspace.survey, workspace.language
    return "; ".join(
        say(
            "area_divided",
            language,
            round=shown_year(change.since, language),
            area=area_name(survey, change.code, language),
            former=", ".join(area_name(survey, former, language) for former in change.formerly),
        )
        for change in changes_between(survey.area_changes, area or "", first, last)
    )


def not_asked(workspace: Workspace, round_: int, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return which columns of `child_round` (or of homes) rest on questions that a round did not ask.

    `columns` has the name of each in words. Columns: round, item, label, questions (the labels of these questions),
    asked (nobody, or some: the files that were merged before the question came did not ask it); no row where all were
    asked. Whom the questions that were asked leave open is counted as not asked.
    """
    survey, language = workspace.survey, workspace.language
    known = workspace.questions_asked([round_])
    unasked = {NOBODY: frozenset(survey.fields) - known.asked[round_]}
    unasked[SOME] = known.partly[round_] - unasked[NOBODY]
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


def without_divided_parts(
    survey: Survey, table: pd.DataFrame, rounds: Sequence[int], by: Sequence[Group]
) -> pd.DataFrame:
    """Return shares of several rounds without the `change` of parts of the area that are other ones since the round
    before; `by` are the groups of the table, villages and wider areas among them."""
    changes = survey.area_changes
    for group in by if changes else ():
        if group.digits is None:
            continue
        for then, now in pairwise(rounds):
            parts = table[group.id].astype("str")
            divided = [code for code in parts.unique() if changes_between(changes, code, then, now)]
            table = table.assign(change=table["change"].mask((table["round"] == now) & parts.isin(divided)))
    return table


def _of_one_round_only(survey: Survey, column: str, names: Collection[str], first: int, last: int) -> list[Indicator]:
    """Return the indicators that apply in one of two rounds alone, since they came or were retired: that of a column,
    and those that its rules look at or count."""
    looked_at = {column, *names}
    for count in looked_at.intersection(COUNTS):
        looked_at |= {indicator.column for indicator in counted_in(survey, count)}
    return [
        indicator
        for indicator in survey.indicators
        if indicator.column in looked_at and indicator.is_there_in(first) != indicator.is_there_in(last)
    ]


def _names_of_columns(survey: Survey, columns: Iterable[str]) -> dict[str, set[str]]:
    """Return all that the rules look at whose answers stand in each column."""
    rules = {**rules_by_column(survey), LEVEL: [level.when for level in survey.rule_levels if level.when]}
    return {column: names_looked_at(survey, rules[column]) for column in columns}


def _changed(survey: Survey, first: int, last: int, asked: Sequence[Mapping[int, frozenset[str]]]) -> Iterator[str]:
    """Yield the questions that only one of two rounds asked, of somebody or of all, or for which it offered other
    answers. `asked` has by round what was asked of somebody, and what of all."""
    for name, field in survey.fields.items():
        codes = survey.codes(field)
        asked_otherwise = any((name in by_round[first]) != (name in by_round[last]) for by_round in asked)
        if asked_otherwise or (codes is not None and codes.offered_in(first) != codes.offered_in(last)):
            yield name
