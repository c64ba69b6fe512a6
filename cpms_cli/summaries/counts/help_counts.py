"""How many children need which help: of each circumstance that calls for some, the children of whom it is so.

A kind of help is the indicator of one circumstance in other words, and its counts are those of the indicator. So they
are taken from a table of indicators as it stands, and what is withheld there is withheld here.
"""

from __future__ import annotations

import pandas as pd

from cpms_cli.survey.model.definition import Language, Survey

_KIND, _COUNTS = ["id", "number", "label"], ["yes", "unknown", "share"]


def help_counts(survey: Survey, indicators: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a row for each circumstance: id, number (of its indicator), label (with what help is needed), children,
    unknown (of whom it is not known), and share, a fraction of those of whom it is known.

    `indicators` has a row per indicator: number, yes, unknown, share; blank where withheld.
    """
    kinds = [
        (circumstance.id, circumstance.indicator, circumstance.help.in_(language))
        for circumstance in survey.circumstances
    ]
    return counted_again(pd.DataFrame(kinds, columns=_KIND), indicators)


def counted_again(needed: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Return a table of `help_counts` with the counts of another table of the same indicators."""
    if needed.empty:
        return needed
    counts = indicators.set_index("number")[_COUNTS].reindex(needed["number"]).reset_index(drop=True)
    return pd.concat([needed[_KIND].reset_index(drop=True), counts.rename(columns={"yes": "children"})], axis="columns")
