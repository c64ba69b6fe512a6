"""Every odd file of this folder is read as the note beside it says: `NAME.csv` has its note in `NAME.csv.yaml`.

A note has `from` (where such a file comes from) and what is expected, worked out by hand:

- `error`: the id of the sentence with which the file is refused; or
- `tables`: one for each sheet with a table: `sheet`, `header_row`, `header`, `rows` (the sheet's row number: its cells,
  null for blank); and, where they matter, `evidence` (a part of how it was read), `left_out` (row number: kind) and
  `faults` (check, row, column letter or null);
- `findings`: the survey's findings in the file, as [rule, cell or row]; `survey` is false where it is no survey at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cpms_cli import CpmsError, read_cells, validate
from cpms_cli.reading.source import SourceTable, column_letter

HERE = Path(__file__).resolve().parent
NOTES = sorted(HERE.glob("*.yaml"))


def _note(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text("utf-8"))
    assert content.get("from"), "a note says where such a file comes from"
    return dict(content)


def _file(note: Path) -> Path:
    return note.with_suffix("")


def _same_table(found: SourceTable, told: dict[str, Any]) -> None:
    assert found.sheet == told.get("sheet")
    assert found.header_row == told["header_row"]
    assert list(found.header) == told["header"]
    columns = [found.data.column(index).to_pylist() for index in range(found.data.num_columns)]
    rows = {int(row): [column[at] for column in columns] for at, row in enumerate(found.rows)}
    assert rows == told["rows"]
    for name, value in told.get("evidence", {}).items():
        assert found.evidence[name] == value
    if "left_out" in told:
        assert {row.row: row.kind for row in found.left_out} == told["left_out"]
    faults = [
        [fault.check, fault.row, None if fault.column is None else column_letter(fault.column)]
        for fault in found.faults
    ]
    assert faults == told.get("faults", [])


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_an_odd_file_is_read_as_its_note_says(note: Path) -> None:
    told, path = _note(note), _file(note)
    if "error" in told:
        with pytest.raises(CpmsError) as refused:
            read_cells(path)
        assert refused.value.message_id == told["error"]
        return
    found = read_cells(path)
    assert [table.sheet for table in found] == [table.get("sheet") for table in told["tables"]]
    for one, expected in zip(found, told["tables"], strict=True):
        _same_table(one, expected)
    if "findings" in told:
        findings = validate([path]).findings
        places = findings["cell"].fillna(findings["row"].astype("str"))
        assert sorted(zip(findings["check"].astype(str), places, strict=True)) == sorted(map(tuple, told["findings"]))


def test_every_odd_file_has_a_note() -> None:
    files = {path.name for path in HERE.iterdir() if path.suffix not in {".py", ".yaml", ".pyc"} and path.is_file()}
    assert files == {_file(note).name for note in NOTES}
