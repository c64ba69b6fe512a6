"""Synthetic rounds for the linkage benchmarks, straight from the samples: evidence columns and who is who."""

from __future__ import annotations

import pandas as pd

from cpms_cli.samples.difficulties import HARD
from cpms_cli.samples.drawn_answers import sample_rounds
from cpms_cli.survey.opening.loading import load_survey

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
    thai = rows["nationality"].eq("TH")
    script = scripts_of(rows["given_name"].astype("str"))
    village, home = rows["village_code"], rows["village_code"] + "|" + rows["household_no"]
    groups = {
        "person": rows["person_id"],
        "migrant": ~thai & rows["nationality"].notna(),
        "nationality": rows["nationality"].astype("str").fillna("blank"),
        "language": rows["language"].astype("str").fillna("blank"),
        "script": script,
        "sex": rows["sex"].astype("str").fillna("blank"),
        "id": rows["national_id"].notna().map({True: "with", False: "without"}),
        "age": (rows["round"].astype(int) - rows["birth_date"].str[:4].astype(float)).map(_age_group),
        "home": home,
        "village": village,
        "hard": rows["hard"].astype("str").fillna(""),
    }
    return rows, pd.DataFrame(groups)


def _age_group(years: float) -> str:
    limits = ((1, "0-1"), (4, "2-4"), (9, "5-9"), (14, "10-14"))
    return next((words for limit, words in limits if years <= limit), "15-17") if pd.notna(years) else "blank"


def scripts_of(names: pd.Series) -> pd.Series:
    """The script of each name: thai, latin, burmese, lao, khmer; blank where there is none."""
    blocks = {
        "thai": "[\u0e00-\u0e7f]",
        "lao": "[\u0e80-\u0eff]",
        "burmese": "[\u1000-\u109f\uaa60-\uaa7f]",
        "khmer": "[\u1780-\u17ff]",
        "latin": "[a-zA-Z]",
    }
    script = pd.Series("blank", index=names.index)
    for name, letters in blocks.items():
        script = script.mask((script == "blank") & names.str.contains(letters, regex=True).fillna(False), name)
    return script
