"""Sample rounds as the files that come back from villages: three layouts, in Thai and English, with mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.samples.difficulties import USUAL, Difficulties
from cpms_cli.samples.drawn_answers import SampleRound, sample_rounds
from cpms_cli.samples.mistakes import make_mistakes
from cpms_cli.survey.era import BUDDHIST_OFFSET
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey, Table
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.speech.languages import programme_languages
from cpms_cli.writing.files import write_bytes
from cpms_cli.writing.workbooks.table_workbook import workbook_bytes
from cpms_cli.writing.written_answers import written_table

TRUTH, MISTAKES = "truth.csv", "mistakes.csv"


def _headed(survey: Survey, frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    return frame.rename(columns={name: survey.fields[str(name)].label.in_(language) for name in frame})


def _flat(survey: Survey, drawn_round: SampleRound) -> pd.DataFrame:
    key = list(survey.key("household"))
    rest = [name for name in drawn_round.households if name not in survey.child.shared]
    return drawn_round.children.merge(drawn_round.households[[*key, *rest]], on=key, how="left")[
        [*survey.child.shared, *rest, *(name for name in drawn_round.children if name not in survey.child.shared)]
    ]


def _spoilt(frame: pd.DataFrame, table: Table, how: _Written) -> tuple[pd.DataFrame, pd.DataFrame]:
    return make_mistakes(frame, table, how.seed) if how.mistakes else (frame, pd.DataFrame())


@dataclass(frozen=True)
class _Written:
    """How a round is written: the number of its layout (see `write_samples`), with or without drawn mistakes."""

    layout: int
    seed: int
    mistakes: bool


def _write_round(survey: Survey, folder: Path, drawn_round: SampleRound, how: _Written) -> tuple[Path, pd.DataFrame]:
    """Write the file of a round; return it, and its mistakes in the columns of `mistakes.make_mistakes` and `file`."""
    name = f"survey_{drawn_round.round + BUDDHIST_OFFSET}"
    if how.layout == 1:
        logs, sheets = [], {}
        for table, frame in (("household", drawn_round.households), ("child", drawn_round.children)):
            kind: Table = "household" if table == "household" else "child"
            spoilt, log = _spoilt(written_table(survey, frame, FALLBACK), kind, how)
            logs.append(log)
            sheets["households" if kind == "household" else "children"] = _headed(survey, spoilt, FALLBACK)
        path = folder / f"{name}.xlsx"
        write_bytes(path, workbook_bytes(sheets))
        return path, pd.concat(logs).assign(file=path.name)
    language = programme_languages().headed
    flat, log = _spoilt(written_table(survey, _flat(survey, drawn_round), language), "child", how)
    headed = _headed(survey, flat, language)
    path = folder / (f"{name}.csv" if how.layout == 0 else f"{name}.xlsx")
    content = (
        headed.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
        if how.layout == 0
        else workbook_bytes({"สำรวจ": headed})
    )
    write_bytes(path, content)
    return path, log.assign(file=path.name)


def write_samples(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    folder: str | Path,
    subdistricts: Sequence[str],
    rounds: Sequence[int],
    children: int,
    seed: int,
    *,
    mistakes: bool = True,
    difficulties: Difficulties = USUAL,
) -> list[Path]:
    """Write one file a round into a new folder, in turn flat CSV in Thai, two sheets in English, flat XLSX in Thai.

    `truth.csv` says for each child row which person it is; `mistakes.csv` which cells were spoilt. The same
    arguments give the same bytes. Raises UsageError where the folder has something in it, or an area is not known.
    """
    survey, target = load_survey(), Path(folder)
    for code in subdistricts:
        if len(code) != 6 or code not in survey.areas:
            raise UsageError("unknown_area", area=code)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError("folder_not_empty", folder=target)
    target.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    logs = []
    made = sample_rounds(subdistricts, list(rounds), children, seed, difficulties)
    for position, drawn_round in enumerate(made):
        how = _Written(position % 3, seed + position, mistakes)
        path, log = _write_round(survey, target, drawn_round, how)
        written.append(path)
        logs.append(log)
    truth = pd.concat([drawn_round.truth for drawn_round in made], ignore_index=True)
    for name, table in ((TRUTH, truth), (MISTAKES, pd.concat(logs, ignore_index=True))):
        if len(table):
            write_bytes(target / name, table.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))
            written.append(target / name)
    return written
