"""What must not be compared between two rounds, in sentences."""

from __future__ import annotations

import pandas as pd

from cpms_cli.reports.terminal import Screen
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language


def not_comparable_sentences(left_out: pd.DataFrame, language: Language) -> list[str]:
    """Return a sentence for each two rounds between which questions changed: what must not be compared, and why.

    `left_out` is what `summaries.rounds.comparability.not_comparable` returns.
    """
    sentences = []
    for (first, last, questions), rows in left_out.groupby(["from_round", "to_round", "questions"], sort=False):
        rounds = " → ".join(shown_year(int(str(year)), language) for year in (first, last))
        names = ", ".join(rows["label"])
        sentences.append(say("not_comparable", language, rounds=rounds, names=names, questions=questions))
    return sentences


def show_not_comparable(screen: Screen, left_out: pd.DataFrame) -> None:
    """Print which figures must not be compared between which rounds; nothing where all can."""
    for sentence in not_comparable_sentences(left_out, screen.language):
        screen.console.print(sentence, style="bold")
