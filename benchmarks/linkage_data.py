"""Synthetic rounds for the linkage benchmarks, straight from the samples: evidence columns and who is who."""

from __future__ import annotations

import pandas as pd

from cpms_cli.samples.difficulties import HARD
from cpms_cli.samples.drawn_answers import sample_rounds
from cpms_cli.survey.files.loading import load_survey

SUBDISTRICTS = (
    [f"85010{n}" for n in range(1, 9)] + [f"85020{n}" for n in range(1, 8)] + [f"85030{n}" for n in range(1, 6)]
)


def rounds(children: int, years: tuple[int, ...] = (2025, 2026), seed: int = 11) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All child rows of the rounds in canonical text, in key order, and the truth beside them (person_id, migrant)."""
    survey = load_survey()
    codes = [code for code in SUBDISTRICTS if code in survey.areas]
    made = sample_rounds(codes, list(years), children, seed, HARD)
    key = list(survey.key("child"))
    rows = pd.concat(
        [
            sample.children.merge(
                sample.households[[*survey.key("household"), "interview_date"]], on=list(survey.key("household"))
            )
            for sample in made
        ]
    )
    rows = rows.merge(pd.concat([sample.truth for sample in made]), on=key).sort_values(key).reset_index(drop=True)
    return rows, pd.DataFrame(
        {"person": rows["person_id"], "migrant": rows["nationality"].ne("TH") & rows["nationality"].notna()}
    )
