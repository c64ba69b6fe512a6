"""Repeat groups: rows of children on a sheet or in a file of their own, joined to the sheet of their households.

KoboToolbox numbers the rows of the outer sheet in `_index` and writes that number into `_parent_index` of the repeat
group's sheet, with the outer sheet's name in `_parent_table_name`; ODK writes the outer row's `KEY` into `PARENT_KEY`.
`schemas/exports.yaml` has these names and their sources. What a child's row lacks of its household's key is taken from
there, through any number of groups around it; everything else stays where it was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cpms_cli.reading.header.export_layouts import find_column
from cpms_cli.reading.header.headers import spelt
from cpms_cli.reading.sheet.sheets import Note, Sheet, with_counted_lines
from cpms_cli.reading.source import CellFault
from cpms_cli.reading.value.digits import whole_number, whole_numbers
from cpms_cli.reading.value.values import plain_texts
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.plain_text import plain_text

NO_PARENT, TWO_PARENTS = "parent_missing", "parent_twice"
_AND = "\x1f"
_SHEET_NAME = 25  # letters of a long name that a workbook keeps, whatever stands after them


def join_repeats(survey: Survey, sheets: Sequence[Sheet]) -> list[Sheet]:
    """The same sheets; those of repeat groups have their household's key, and numbers where the children have none."""
    return [_numbered(survey, _joined(survey, sheet, sheets, ())) for sheet in sheets]


def _parent_column(sheet: Sheet) -> int | None:
    return None if sheet.layout is None else find_column(sheet.source.header, sheet.layout.parent)


def _joined(survey: Survey, sheet: Sheet, sheets: Sequence[Sheet], within: tuple[Sheet, ...]) -> Sheet:
    """A sheet with what it lacks of its household's key; `within` are the sheets that this is asked for."""
    parent_place = _parent_column(sheet)
    lacking = [name for name in survey.child.shared if sheet.place(name) is None]
    if parent_place is None or not lacking or len(within) > len(sheets):
        return sheet
    parent = _parent_of(sheet, parent_place, [other for other in sheets if other is not sheet and other not in within])
    if parent is None:
        return sheet
    parent = _joined(survey, parent, sheets, (*within, sheet))
    positions, ambiguous = _positions(sheet, parent_place, parent)
    source = sheet.source
    data, header, fields = source.data, list(source.header), dict(sheet.fields)
    added = set(sheet.added)
    for name in lacking:
        place = parent.place(name)
        if place is None:
            continue
        taken = pa.array(positions, mask=positions < 0)
        column = parent.source.data.column(str(place)).cast(pa.string()).take(taken).dictionary_encode()
        data = data.append_column(str(len(header)), column)
        fields[len(header)] = name
        added.add(len(header))
        header.append(parent.source.header[place])
    faults = _faults(sheet, parent_place, positions, ambiguous)
    source = replace(source, data=data, header=tuple(header), faults=(*source.faults, *faults))
    parent_name = parent.source.sheet or parent.source.path.name
    note = Note("layout_joined", {"parent": parent_name, "column": source.header[parent_place]})
    return replace(sheet, source=source, fields=fields, added=frozenset(added), notes=(*sheet.notes, note))


def _parent_of(sheet: Sheet, parent_place: int, others: Sequence[Sheet]) -> Sheet | None:
    """The sheet around a repeat group: of the same file rather than another, named rather than not.

    Numbers of rows say nothing across files, so there only one sheet that could be it is taken, and only where both
    say of which submission a row is: two exports number other families alike.
    """
    layout = sheet.layout
    with_key = [
        other
        for other in others
        if layout is not None and other.layout is layout and find_column(other.source.header, layout.key) is not None
    ]
    same_file = [other for other in with_key if other.source.path == sheet.source.path]
    with_key = [
        other for other in with_key if any(other is candidate for candidate in same_file) or _is_certain(sheet, other)
    ]
    for candidates in (same_file, with_key):
        named = [other for other in candidates if _is_named(sheet, other)]
        outermost = [other for other in candidates if _parent_column(other) is None]
        for chosen in (named, candidates, outermost):
            if len(chosen) == 1:
                return chosen[0]
    by_matches = [(int((_positions(sheet, parent_place, other)[0] >= 0).sum()), other) for other in with_key]
    best = max((count for count, _ in by_matches), default=0)
    fitting = [other for count, other in by_matches if count == best and best]
    return fitting[0] if len(fitting) == 1 and layout is not None and layout.parent_table is None else None


def _is_certain(sheet: Sheet, other: Sheet) -> bool:
    """Whether a row's parent in another file is known by more than its number there."""
    if _submission(sheet) is not None and _submission(other) is not None:
        return True
    key = find_column(other.source.header, other.layout.key if other.layout else "")
    keys = [] if key is None else other.source.data.column(str(key)).unique().to_pylist()
    return not any(text and whole_number(plain_text(text)).isdecimal() for text in keys)


def _is_named(sheet: Sheet, other: Sheet) -> bool:
    name = sheet.layout.parent_table if sheet.layout else None
    name_place = find_column(sheet.source.header, name) if name else None
    if name_place is None or not other.source.sheet:
        return False
    parent_names = {spelt(text) for text in sheet.source.data.column(str(name_place)).unique().to_pylist() if text}
    sheet_name = spelt(other.source.sheet)
    return any(
        sheet_name == parent_name or sheet_name[:_SHEET_NAME] == parent_name[:_SHEET_NAME]
        for parent_name in parent_names
    )


def _key(sheet: Sheet, place: int, *, with_submission: bool) -> pd.Series:
    """The text that ties each row of a sheet to rows of another."""
    data = sheet.source.data
    key = whole_numbers(plain_texts(data.column(str(place)).cast(pa.string()).to_pandas().astype("str")))
    own = _submission(sheet) if with_submission else None
    if own is None:
        return key
    submission: pd.Series = data.column(str(own)).cast(pa.string()).to_pandas().astype("str")
    return key + _AND + submission.fillna("")


def _submission(sheet: Sheet) -> int | None:
    names = sheet.layout.submission if sheet.layout else ()
    return next((place for name in names if (place := find_column(sheet.source.header, name)) is not None), None)


def _positions(sheet: Sheet, parent_place: int, parent: Sheet) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """For each row of a sheet the position of its parent row, -1 where there is none or more than one; and where two.

    Where both sheets say to which submission a row belongs, that must agree as well.
    """
    key = find_column(parent.source.header, parent.layout.key if parent.layout else "")
    if key is None:
        nowhere = np.full(sheet.source.data.num_rows, -1, dtype=np.int64)
        return nowhere, nowhere >= 0
    both = _submission(sheet) is not None and _submission(parent) is not None
    ours = _key(sheet, parent_place, with_submission=both)
    theirs = _key(parent, key, with_submission=both).reset_index(drop=True)
    twice = theirs[theirs.duplicated(keep=False) & theirs.notna()]
    once = theirs[theirs.notna() & ~theirs.isin(twice)]
    parent_rows = pd.Series(once.index, index=once.to_numpy()).reindex(ours).fillna(-1).to_numpy(dtype=np.int64)
    return parent_rows, ours.isin(twice).to_numpy(dtype=bool)


def _filled(sheet: Sheet) -> npt.NDArray[np.bool_]:
    filled = np.zeros(sheet.source.data.num_rows, dtype=bool)
    for index in sheet.fields:
        if index not in sheet.added:
            filled |= sheet.source.data.column(str(index)).is_valid().to_numpy()
    return filled


def _faults(
    sheet: Sheet, parent_place: int, positions: npt.NDArray[np.int64], ambiguous: npt.NDArray[np.bool_]
) -> list[CellFault]:
    lost = np.flatnonzero((positions < 0) & _filled(sheet))
    rows = sheet.source.rows
    return [
        CellFault(TWO_PARENTS if ambiguous[position] else NO_PARENT, int(rows[position]), parent_place)
        for position in lost
    ]


def _numbered(survey: Survey, sheet: Sheet) -> Sheet:
    """A repeat group's sheet with the line number of each child, in the order of the group, where it asks for none."""
    line, parent_place = survey.role("line").name, _parent_column(sheet)
    own = {field.name for field in survey.child.fields}
    if parent_place is None or not sheet.added or sheet.place(line) is not None or not own & set(sheet.fields.values()):
        return sheet
    filled = _filled(sheet)
    group = _key(sheet, parent_place, with_submission=_submission(sheet) is not None)
    return with_counted_lines(survey, sheet, group[filled])
