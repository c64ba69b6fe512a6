"""Which parts of a province have high migration, as far as everybody can work it out from its published report.

A part is high where its interval lies above the share in the rest of its province. Where the counts of the part and of
the whole province are published, whoever reads them can work that out: to mark it tells nothing more. Everywhere else
the mark would say something about a count that is withheld, or of places that are not in the report, and is withheld.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from cpms_cli.scoring.judged_columns import measure_column
from cpms_cli.summaries.area.area_figures import AreaFigures
from cpms_cli.summaries.counts.intervals import wilson
from cpms_cli.survey.area_widths import PROVINCE
from cpms_cli.survey.model.definition import Language, Survey


@dataclass(frozen=True)
class PublishedMigration:
    """`high`: area, label (of the area), measure (its words), of the parts that are high by what is published.

    `settled` of `asked` pairs of a part and a measure can be told; none outside a report on a whole province. `alone`
    where a province has one part with data, and so no rest to compare it with.
    """

    high: pd.DataFrame
    settled: int
    asked: int
    alone: bool


def published_migration(survey: Survey, figures: AreaFigures, language: Language) -> PublishedMigration:
    """What the published figures of an area tell about high migration in its parts."""
    asked = len(figures.parts) * len(survey.measures)
    compared = list(_compared(survey, figures, language)) if len(figures.code) == PROVINCE and asked else []
    settled = pd.concat(compared) if compared else pd.DataFrame(columns=["area", "label", "measure", "low", "rest"])
    high = settled[settled["low"] > settled["rest"]].sort_values(["area", "measure"])
    alone = len(figures.code) == PROVINCE and len(figures.parts) == 1
    return PublishedMigration(high[["area", "label", "measure"]].reset_index(drop=True), len(settled), asked, alone)


def _compared(survey: Survey, figures: AreaFigures, language: Language) -> Iterator[pd.DataFrame]:
    """For each measure that is an indicator, so that parts are published: area, label, measure, low, rest."""
    numbers = {indicator.column: str(indicator.number) for indicator in survey.indicators}
    whole = {str(row["item"]): row for row in figures.migration.to_dict("records")}
    for measure in survey.measures:
        number, item = numbers.get(measure.when.strip(), ""), measure_column(measure.id)
        if measure.of != "child" or not number or item not in whole:
            continue
        whole_yes, whole_no = whole[item]["yes"], whole[item]["no"]
        if pd.isna(whole_yes) or pd.isna(whole_no):
            continue
        share = figures.heat[number].astype("float64")
        yes = figures.heat_counts[number].astype("Float64").astype("float64")
        # A share of none says nothing of how many were asked; it is never high.
        known = (yes / share.where(share > 0)).round()
        of_rest = whole_yes + whole_no - known
        is_known = (known.notna() & (of_rest > 0)) | (share == 0)
        frame = figures.heat[["area", "label"]].assign(
            measure=measure.label.in_(language), low=0.0, rest=(whole_yes - yes) / of_rest
        )
        counted = known.notna()
        frame.loc[counted, "low"] = wilson(yes[counted], known[counted], survey.figures.confidence)["low"]
        yield frame[is_known]
