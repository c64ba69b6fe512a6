"""Cells whose own content is taken over nowhere: a formula without a value, digits that are gone.

Their rows can be stored, or are set aside for another fault: a merge that is silent about them would lose an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from cpms_cli.checking.findings import Wording
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.files import records

# Of these faults what stands in the cell is left out, or what stands beyond the last header.
_LOSING = frozenset(
    {"excel_error", "formula_uncalculated", "digits_lost", "far_cell", "row_too_long", "cell_too_large"}
)
_KEPT = ("file", "sheet", "row", "cell", "check", "message", "mend")
_SHOWN = 10


def _losing(findings: pd.DataFrame, set_aside: pd.DataFrame) -> pd.DataFrame:
    losing = findings[findings["check"].isin(_LOSING)]
    silent = set_aside[set_aside["silent"]]  # a family without consent: nothing is told of its answers
    aside = set(zip(silent["source"], silent["row"], strict=True))
    places = zip(losing["source"], losing["row"], strict=True)
    return losing[[place not in aside for place in places]]


def has_unread_cells(findings: pd.DataFrame, set_aside: pd.DataFrame) -> bool:
    """Return whether a row has a cell whose own content is not taken over."""
    return not _losing(findings, set_aside).empty


def unread_cells(
    survey: Survey, findings: pd.DataFrame, set_aside: pd.DataFrame, language: Language
) -> list[dict[str, Any]]:
    """Return the cells that hold something which is not stored, nor is in the workbook of rows set aside.

    Rows of `set_aside` (`source`, `row`) that are `silent` are left out. `cell` is None where cells stand beyond the
    last header of a row.
    """
    losing = _losing(findings, set_aside)
    if losing.empty:
        return []
    worded = Wording(survey, language).put_into_words(losing)
    each = worded.drop_duplicates(["file", "sheet", "row", "cell", "check"])[list(_KEPT)]
    return records(each)


def unread_cell_lines(cells: Sequence[Mapping[str, Any]], language: Language) -> Iterator[str]:
    """Yield a sentence for each sheet and kind of fault of `unread_cells`: which cells, what is wrong, and the mend."""
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for cell in cells:
        kind = (cell["file"], cell["sheet"] or "", cell["message"], cell["mend"])
        alike.setdefault(kind, []).append(cell["cell"] or say("whole_row", language, row=cell["row"]))
    for (file, sheet, message, mend), places in alike.items():
        more = ", …" if len(places) > _SHOWN else ""
        shown = ", ".join(places[:_SHOWN]) + more
        yield say("cells_not_stored", language, file=file, sheet=sheet, cells=shown, message=message, mend=mend)
