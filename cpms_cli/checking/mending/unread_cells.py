"""Cells of stored rows whose own content is not in the store: a formula without a value, digits that are gone.

Their rows can be stored, so no workbook to mend names them: a merge that is silent about them would lose an answer.
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


def _in_stored_rows(findings: pd.DataFrame, set_aside: pd.DataFrame) -> pd.DataFrame:
    losing = findings[findings["check"].isin(_LOSING)]
    aside = set(zip(set_aside["source"], set_aside["row"], strict=True))
    places = zip(losing["source"], losing["row"], strict=True)
    return losing[[place not in aside for place in places]]


def has_unread_cells(findings: pd.DataFrame, set_aside: pd.DataFrame) -> bool:
    """Return whether a stored row has a cell whose content is not in the store."""
    return not _in_stored_rows(findings, set_aside).empty


def unread_cells(
    survey: Survey, findings: pd.DataFrame, set_aside: pd.DataFrame, language: Language
) -> list[dict[str, Any]]:
    """Return the cells of stored rows that hold something which is not stored; those of the rows `set_aside` (`source`,
    `row`) are marked in the workbook to mend. `cell` is None where cells stand beyond the last header of a row."""
    stored = _in_stored_rows(findings, set_aside)
    if stored.empty:
        return []
    worded = Wording(survey, language).put_into_words(stored)
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
