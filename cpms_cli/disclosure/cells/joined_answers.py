"""Answers joined with what is unknown, so that a few unknown ones do not hide how many children have what is counted.

Where both "no" and "unknown" are withheld, and "yes" and the total are not, how many are either can be worked out by
anybody: it is printed, and the share is that of yes among both together, the lowest that it can be. Of a right, where
a no tells of a child at risk, "yes" is joined with what is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.engine.importance import kind_of
from cpms_cli.summaries.counts.intervals import wilson
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.speech.numbers import shown_count

JOINED = {"no": "no_or_unknown", "yes": "yes_or_unknown"}
"""The column of a count of two answers together, by the answer that is joined with what is unknown."""
_UNKNOWN, _BESIDE = "unknown", {"no": "yes", "yes": "no"}


def with_joined(
    true: pd.DataFrame,
    masked: pd.DataFrame,
    ids: Mapping[str, Sequence[CellId]],
    wholes: Sequence[CellId],
    known: frozenset[CellId],
) -> pd.DataFrame:
    """Return the masked table of answers with a column of how many gave either of two; blank where that is not known.

    It is added only where some row needs it. `known`: ids of all counts that readers have, get or can tell.
    """
    less = "no" if all(kind_of(name.quantity) == "no" for name in ids["no"]) else "yes"
    shown = masked[[less, _UNKNOWN]].notna().all(axis=1).to_numpy()
    around = zip(wholes, ids[_BESIDE[less]], ids["not_applicable"], ids["not_asked"], strict=True)
    deducible = np.array([known.issuperset(names) for names in around], dtype=bool)
    hidden = masked[[less, _UNKNOWN]].isna().all(axis=1).to_numpy()
    if not (deducible & hidden).any():
        return masked
    sums = (true[less] + true[_UNKNOWN]).astype("Int64").where(shown | deducible)
    masked.insert(list(masked).index("not_applicable") + 1, JOINED[less], sums)
    return masked


def one_below_the_other(*frames: pd.DataFrame) -> pd.DataFrame:
    """Return tables of answers as one; where only one of them joins answers, the other's rows have both counts together
    too."""
    answers = pd.concat(frames, ignore_index=True)
    for less, together in JOINED.items():
        if together in answers:
            answers[together] = answers[together].astype("Int64").fillna(answers[less] + answers[_UNKNOWN])
    return answers


def joined_rows(frame: pd.DataFrame, less: str = "no") -> pd.Series:
    """Return a flag for each row: whether only both answers together are published."""
    if JOINED[less] not in frame:
        return pd.Series(False, index=frame.index)
    return frame[less].isna() & frame[JOINED[less]].notna()


def finished(survey: Survey, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a protected table of answers as it is given away.

    Shares are made of joined answers, whether many answers are unknown is missing where their share is withheld, and
    figures have no more digits than are published.
    """
    answers = frame.copy()
    joined = joined_rows(answers)
    if joined.any() and "share" in answers:
        yes = answers.loc[joined, "yes"].astype("int64")
        every = yes + answers.loc[joined, JOINED["no"]].astype("int64")
        interval = wilson(yes, every, survey.figures.confidence)
        share = yes / every.where(every > 0)
        made = {"share": share, "lowest": share, "low": interval["low"], "high": interval["high"]}
        for name in made.keys() & {*answers}:
            answers.loc[joined, name] = made[name].astype("Float64")
    if "marked" in answers:
        # Of a row of which nobody was asked it is known: there are not many.
        known = answers[["yes", "no", _UNKNOWN]].notna().all(axis=1)
        marked = (answers["unknown_share"] > survey.figures.many_unknown).astype("boolean").fillna(False)
        answers["marked"] = marked.where(known | answers["unknown_share"].notna())
    figures = answers.select_dtypes("float")
    return answers.assign(**{str(name): figures[name].round(survey.privacy.digits) for name in figures})


def joined_note(frames: Iterable[pd.DataFrame], language: Language) -> Iterator[str]:
    """Say what the joined counts mean, where there are any."""
    count = sum(int(joined_rows(frame, less).sum()) for frame in frames for less in JOINED)
    if count:
        yield say("privacy_joined", language, count=shown_count(count, language), mark=say("joined_mark", language))
