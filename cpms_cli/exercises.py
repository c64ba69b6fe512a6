"""Exercises on the sample files, marked against the truth that lies beside them.

Mend a file, decide doubtful pairs, say who is to be visited first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cpms_cli.checking.mending.annotation import annotate
from cpms_cli.checking.validation import validate
from cpms_cli.errors import UsageError
from cpms_cli.linking.decisions import DIFFERENT, SAME
from cpms_cli.linking.review.filled_workbook import filled_in
from cpms_cli.linking.review.review import waiting_pairs
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.reading.tables import read
from cpms_cli.samples.file_layouts import MISTAKES, TRUTH
from cpms_cli.summaries.child.children import list_children
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.opening.loading import load_survey

_HEADER_ROWS = 1
_REFERENCE = "\x1f"


@dataclass(frozen=True)
class Mark:
    """What became of an exercise: how many things were there to do, and done right or wrong; the rest is left open.

    `spoilt` counts what was right before and is not any more, as a cell that nobody had to touch.
    """

    asked: int
    right: int
    wrong: int
    spoilt: int = 0

    @property
    def open(self) -> int:
        """What was left undone."""
        return self.asked - self.right - self.wrong


def _truth(samples: Path, name: str) -> pd.DataFrame:
    path = samples / name
    if not path.is_file():
        raise UsageError("truth_missing", folder=samples.name, file=name)
    return pd.read_csv(path, dtype="str", encoding="utf-8-sig")


def set_mending(survey_file: Path, folder: Path, *, language: Language = FALLBACK) -> Path:
    """Write `to_mend.xlsx` into a folder: a sample file with its wrong cells coloured, to be mended in Excel."""
    out = folder / "to_mend.xlsx"
    annotate(validate([survey_file]), out, language=language, identified=True)
    return out


def _cells(survey: Survey, table: SurveyTable) -> pd.DataFrame:
    """Canonical values by the sheet's row, a column per field."""
    frame = {name: column.cells().to_pandas() for name, column in table.columns.items()}
    return pd.DataFrame(frame).astype("str").set_axis(table.rows, axis="index")


def mending_marked(survey_file: Path, mended: Path, samples: Path) -> Mark:
    """Mark a mended copy of a flat sample file: each spoilt cell is right when it is wrong no more and was changed.

    Raises UnreadableFile, and UsageError where the samples' log of mistakes is not there.
    """
    survey = load_survey()
    log = _truth(samples, MISTAKES)
    planted = {
        (int(row) + 1 + _HEADER_ROWS, field)
        for row, field, file in zip(log["row"], log["field"], log["file"], strict=True)
        if file == survey_file.name
    }
    before, after = (_cells(survey, read(path, survey)[0]) for path in (survey_file, mended))
    findings = validate([mended]).findings
    errors = findings[findings["severity"] == "error"]
    faulty = set(zip(errors["row"].astype("int64"), errors["field"].astype("str"), strict=True))
    changed = _changed(before, after)
    right = len(planted & changed - faulty)
    return Mark(len(planted), right, len(planted & changed & faulty), len(changed - planted))


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> set[tuple[int, str]]:
    """Which cells (row, field) say something else; a row or column that is gone says nothing."""
    same = after.reindex(index=before.index, columns=before.columns)
    differs = (before.fillna("") != same.fillna("")).to_numpy()
    places = zip(*differs.nonzero(), strict=True)
    return {(int(before.index[row]), str(before.columns[column])) for row, column in places}


def decisions_marked(store: Path, workbook: Path, samples: Path) -> Mark:
    """Mark the decisions of a filled-in review workbook by which rows are truly one child. Nothing is applied."""
    survey = load_survey()
    truth = _truth(samples, TRUTH)
    keys = map(_REFERENCE.join, zip(*(truth[name] for name in survey.key("child")), strict=True))
    people = dict(zip(keys, truth["person_id"], strict=True))
    pairs = waiting_pairs(store).merge(filled_in(workbook)[["pair", "verdict"]], on="pair", how="left")
    same = pairs["row_a"].map(people) == pairs["row_b"].map(people)
    verdicts = pairs["verdict"].fillna("")
    right = ((verdicts == SAME) & same) | ((verdicts == DIFFERENT) & ~same)
    return Mark(len(pairs), int(right.sum()), int(((verdicts != "") & ~right).sum()))


def set_visits(
    store: Path, *, round_: int | None = None, language: Language = FALLBACK, count: int = 8
) -> pd.DataFrame:
    """Children of a round to choose from, each with what is known and a letter, and without the level: `letter`, the
    line list's columns, `first` where the level asks for a visit at once. Levels are mixed, and so is the order."""
    survey = load_survey()
    listed = list_children(store, round_=round_, language=language)
    urgent = survey.levels[0].id
    by_level = [listed[listed["level"] == level.id] for level in survey.levels]
    share = max(1, count // 4)
    chosen = pd.concat([part.head(share if part["level"].eq(urgent).any() else share // 2 + 1) for part in by_level])
    mixed = chosen.head(count).sort_values(survey.role("person").name, kind="stable").reset_index(drop=True)
    letters = pd.Series([chr(ord("A") + position) for position in mixed.index], dtype="str")
    return mixed.assign(letter=letters, first=mixed["level"] == urgent)


def visits_marked(visits: pd.DataFrame, answer: Iterable[str]) -> Mark:
    """Mark the letters of the children chosen to be visited at once; other signs than the list's letters are passed."""
    chosen = {sign.upper() for sign in answer} & set(visits["letter"])
    urgent = set(visits.loc[visits["first"], "letter"])
    return Mark(len(urgent), len(chosen & urgent), 0, len(chosen - urgent))
