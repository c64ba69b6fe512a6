"""Words beside shares: their interval, where they stand beside others, and how they changed over three rounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from cpms_cli.reports.document import Column
from cpms_cli.reports.documents.document_cells import NOT_COMPUTED
from cpms_cli.summaries.counts.comparison import ABOVE, BELOW, LIKE
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.speech.numbers import shown_number

_POSITIONS = {ABOVE: "position_above", LIKE: "position_like", BELOW: "position_below"}
_TRENDS = {ABOVE: "trend_up", BELOW: "trend_down"}
_ORDER = ("earlier", "before", "share")


def chance_words(survey: Survey) -> str:
    """Return how many of the comparisons differ by chance alone, in per cent."""
    return f"{(1 - survey.figures.confidence) * 100:.3g}"


def interval_words(low: pd.Series, high: pd.Series, language: Language) -> list[str]:
    """Return each interval as it stands in a table, in per cent; a dash where there is none.

    >>> interval_words(pd.Series([0.325, None]), pd.Series([0.433, None]), "en")
    ['32.5–43.3', '–']
    """
    return [
        NOT_COMPUTED if pd.isna(start) or pd.isna(end) else f"{_figure(start, language)}–{_figure(end, language)}"
        for start, end in zip(low, high, strict=True)
    ]


def position_words(positions: pd.Series, language: Language) -> list[str]:
    """Return whether each share is above, like or below what it is compared with; a dash where that is not known."""
    return [NOT_COMPUTED if pd.isna(value) else say(_POSITIONS[float(value)], language) for value in positions]


def rounds_words(frame: pd.DataFrame, earlier: Mapping[str, int], language: Language) -> list[str]:
    """Return the shares of up to three rounds in per cent, oldest first, with an arrow where the change is more than
    chance."""
    names = [name for name in _ORDER if name == "share" or name in earlier]
    rows = frame[[*names, "trend"]].astype("Float64").to_dict("records")
    return [
        f"{' · '.join(_figure(row[name], language) for name in names)} {_arrow(row['trend'], language)}".strip()
        for row in rows
    ]


def _arrow(trend: float, language: Language) -> str:
    return "" if pd.isna(trend) or trend == LIKE else say(_TRENDS[float(trend)], language)


def rounds_heading(earlier: Mapping[str, int], round_: int, language: Language) -> str:
    """Return the heading of that column: the rounds, oldest first."""
    years = sorted([*earlier.values(), round_])
    return say("report_col_rounds", language, rounds=" · ".join(shown_year(year, language) for year in years))


def _figure(share: float | None, language: Language) -> str:
    return NOT_COMPUTED if share is None or pd.isna(share) else shown_number(f"{share * 100:.1f}", language)


def with_something(frame: pd.DataFrame, columns: Iterable[Column], kept: Sequence[str] = ()) -> tuple[Column, ...]:
    """Return the columns without those of counts that are 0 in every row; a withheld count is not 0.

    >>> columns = (Column("a", "A", "count"), Column("b", "B", "count"))
    >>> [column.name for column in with_something(pd.DataFrame({"a": [0, 0], "b": [0, None]}), columns)]
    ['b']
    """
    return tuple(
        column
        for column in columns
        if column.kind != "count" or column.name in kept or not (frame[column.name] == 0).fillna(False).all()
    )
