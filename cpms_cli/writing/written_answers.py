"""Canonical answers as an officer writes them: labels for codes, Buddhist years and dates in Thai."""

from __future__ import annotations

import pandas as pd

from cpms_cli.survey.era import BUDDHIST_OFFSET, counts_buddhist_years
from cpms_cli.survey.model.definition import Field, Language, Survey


def _buddhist(dates: pd.Series) -> pd.Series:
    """ISO dates of any precision as day/month/year of the Buddhist era."""
    parts = dates.str.split("-", expand=True).reindex(columns=range(3)).astype("str")
    year = (parts[0].astype("Int64") + BUDDHIST_OFFSET).astype("str")
    short = [parts[part].str.lstrip("0") for part in (1, 2)]
    month = short[0] + "/" + year
    return (short[1] + "/" + month).fillna(month).fillna(year)


def _written(survey: Survey, field: Field, cells: pd.Series, language: Language) -> pd.Series:
    """Canonical cells as an officer writes them in this language."""
    reasons = survey.codelists["missing"]
    words = {code.code: code.label.in_(language) for code in reasons.codes}
    codes = survey.codes(field)
    if codes is not None:
        words |= {code.code: code.label.in_(language) for code in codes.codes}
        if field.many:
            return cells.map(
                lambda cell: "; ".join(words[code] for code in cell.split(";")), na_action="ignore"
            ).astype("str")
        return cells.map(words).astype("str").where(cells.notna())
    written = cells
    if counts_buddhist_years(language) and field.type == "year":
        written = (cells.astype("Int64") + BUDDHIST_OFFSET).astype("str")
    elif counts_buddhist_years(language) and field.holds_dates:
        written = _buddhist(cells)
    return written.where(~cells.isin(list(words)), cells.map(words)).astype("str").where(cells.notna())


def written_table(survey: Survey, frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """A canonical frame in words, still under the names of the fields."""
    written = frame.copy()
    for name in map(str, frame.columns):
        written[name] = _written(survey, survey.fields[name], frame[name].astype("str"), language)
    return written
