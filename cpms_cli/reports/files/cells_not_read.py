"""Cells of stored rows whose own content is not in the store: a formula without a value, digits that are gone.

Their rows can be stored, so no workbook to mend names them: a merge that is silent about them would lose an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cpms_cli.checking.findings import Wording
from cpms_cli.merging.merge import Merge
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.files import records

# Of these faults what stands in the cell is left out, or what stands beyond the last header.
_LOSING = frozenset(
    {"excel_error", "formula_uncalculated", "digits_lost", "far_cell", "row_too_long", "cell_too_large"}
)
_KEPT = ("file", "sheet", "row", "cell", "check", "message", "mend")
_SHOWN = 10


def unread_cells(survey: Survey, merged: Merge, language: Language) -> list[dict[str, Any]]:
    """Return the cells of stored rows that hold something which is not stored; those of rows set aside are marked in
    the workbook to mend. `cell` is None where cells stand beyond the last header of a row."""
    findings = merged.findings[merged.findings["check"].isin(_LOSING)]
    aside = set(zip(merged.set_aside["source"], merged.set_aside["row"], strict=True))
    places = zip(findings["source"], findings["row"], strict=True)
    stored = findings[[place not in aside for place in places]]
    if stored.empty:
        return []
    worded = Wording(survey, language).put_into_words(stored)
    each = worded.drop_duplicates(["file", "sheet", "row", "cell", "check"])[list(_KEPT)]
    return records(each)


def unread_cell_lines(survey: Survey, merged: Merge, language: Language) -> Iterator[str]:
    """Yield a sentence for each sheet and each kind of fault: which cells, what is wrong, and how to mend it."""
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for cell in unread_cells(survey, merged, language):
        kind = (cell["file"], cell["sheet"] or "", cell["message"], cell["mend"])
        alike.setdefault(kind, []).append(cell["cell"] or say("whole_row", language, row=cell["row"]))
    for (file, sheet, message, mend), places in alike.items():
        more = ", …" if len(places) > _SHOWN else ""
        shown = ", ".join(places[:_SHOWN]) + more
        yield say("cells_not_stored", language, file=file, sheet=sheet, cells=shown, message=message, mend=mend)
