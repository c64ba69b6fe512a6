"""What must not be compared between two rounds, and what a round did not ask, in sentences."""

from __future__ import annotations

import pandas as pd

from cpms_cli.reports.terminal import Screen
from cpms_cli.summaries.rounds.comparability import LEVEL, NOBODY
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language


def not_comparable_sentences(left_out: pd.DataFrame, language: Language) -> list[str]:
    """Return a sentence for each two rounds of which something cannot be compared: what, and why.

    `left_out` is what `summaries.rounds.comparability.not_comparable` returns.
    """
    sentences = []
    keys = ["from_round", "to_round", "questions", "because"]
    for (first, last, questions, because), rows in left_out.groupby(keys, sort=False):
        rounds = " → ".join(shown_year(int(str(year)), language) for year in (first, last))
        names = ", ".join(rows["label"])
        message = "not_comparable_area" if because == "area" else "not_comparable"
        sentences.append(say(message, language, rounds=rounds, names=names, questions=questions))
    return sentences


def level_sentences(left_out: pd.DataFrame, unasked: pd.DataFrame, language: Language) -> list[str]:
    """Return the sentences of both kinds that are about the level."""
    return [
        *not_asked_sentences(unasked[unasked["item"] == LEVEL], language),
        *not_comparable_sentences(left_out[left_out["item"] == LEVEL], language),
    ]


def without_level(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of either table that are about answers, not about the level."""
    return rows[rows["item"] != LEVEL]


def not_asked_sentences(unasked: pd.DataFrame, language: Language) -> list[str]:
    """Return a sentence for the questions that a round did not ask: what rests on them.

    `unasked` is what `summaries.rounds.comparability.not_asked` returns.
    """
    sentences = []
    for (year, questions, asked), rows in unasked.groupby(["round", "questions", "asked"], sort=False):
        values = {"round": shown_year(int(str(year)), language), "questions": questions}
        message = "not_asked_round" if asked == NOBODY else "not_asked_of_some"
        sentences.append(say(message, language, names=", ".join(rows["label"]), **values))
    return sentences


def show_not_asked(screen: Screen, unasked: pd.DataFrame) -> None:
    """Print what rests on questions that the round did not ask; nothing where it asked all."""
    for sentence in not_asked_sentences(unasked, screen.language):
        screen.console.print(sentence, style="bold")


def show_not_comparable(screen: Screen, left_out: pd.DataFrame) -> None:
    """Print which figures must not be compared between which rounds; nothing where all can."""
    for sentence in not_comparable_sentences(left_out, screen.language):
        screen.console.print(sentence, style="bold")
