"""What an answer would change, in words: "Yes: Victim; No: stays At risk"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from cpms_cli.scoring.explanations import Explainer
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Field

PARTIAL = "partial"


def question_label(explainer: Explainer, fields: pd.Series) -> pd.Series:
    """The short labels of these questions."""
    known = {name: explainer.survey.fields[name].label.in_(explainer.language) for name in fields.unique()}
    return fields.map(known).astype("str")


def was_words(explainer: Explainer, fields: pd.Series, cells: pd.Series) -> pd.Series:
    """What stands in the place of an answer: blank, don't know, refused, not asked, or a birth date known in part."""
    pairs = pd.Series(
        list(zip(fields, cells.astype("object").where(cells.notna(), None), strict=True)),
        index=fields.index,
        dtype=object,
    )
    words = {pair: _was(explainer, *pair) for pair in pairs.unique()}
    return pairs.map(words).astype("str")


def _was(explainer: Explainer, name: str, cell: str | None) -> str:
    if cell == PARTIAL:
        return say("why_partial", explainer.language)
    return explainer.answer(explainer.survey.fields[name], cell)


def outcome_words(explainer: Explainer, asked: pd.DataFrame) -> pd.Series:
    """For each open question what the level would become by answer; the frame is that of `open_questions`."""
    columns = ["named", "level_now", "highest_now", "worth_asking", "signature"]
    keys = pd.Series(list(asked[columns].itertuples(index=False, name=None)), index=asked.index, dtype=object)
    first = {key: position for position, key in zip(asked.index[::-1], keys[::-1], strict=True)}
    words = {key: _effect(explainer, asked.loc[position]) for key, position in first.items()}
    return keys.map(words).astype("str")


def _effect(explainer: Explainer, row: pd.Series) -> str:
    now = (row["level_now"], row["highest_now"])
    if all((outcome["level"], outcome["highest"]) == now for outcome in row["outcomes"]):
        return say("why_together" if row["worth_asking"] else "why_no_change", explainer.language)
    field = explainer.survey.fields[row["named"]]
    return "; ".join(
        f"{_answers(explainer, field, outcome['codes'])}: {_level(explainer, outcome, row['level_now'])}"
        for outcome in row["outcomes"]
    )


def _answers(explainer: Explainer, field: Field, codes: Sequence[str]) -> str:
    if "~" not in codes[0]:
        return " / ".join(explainer.answer(field, code) for code in codes)
    spans: list[list[int]] = []
    for start, last in (map(int, code.split("~")) for code in codes):
        if spans and spans[-1][1] == start - 1:
            spans[-1][1] = last
        else:
            spans.append([start, last])
    text = ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in spans)
    return text if field.type == "integer" else f"{say('col_age', explainer.language)} {text}"


def _level(explainer: Explainer, outcome: dict[str, Any], now: str) -> str:
    labels = {level.id: level.label.in_(explainer.language) for level in explainer.survey.levels}
    words = labels[outcome["level"]]
    if outcome["level"] == now:
        words = say("why_stays", explainer.language, level=words)
    if outcome["highest"] != outcome["level"]:
        words = say("why_still", explainer.language, level=words, highest=labels[outcome["highest"]])
    return words
