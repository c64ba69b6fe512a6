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

FOLDER = Path(__file__).resolve().parent
NOTES = sorted(FOLDER.glob("*.yaml"))


def _note(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text("utf-8"))
    assert content.get("from"), "a note says where such a file comes from"
    return dict(content)


def _file(note: Path) -> Path:
    return note.with_suffix("")


def _same_table(table: SourceTable, expected: dict[str, Any]) -> None:
    assert table.sheet == expected.get("sheet")
    assert table.header_row == expected["header_row"]
    assert list(table.header) == expected["header"]
    columns = [table.data.column(index).to_pylist() for index in range(table.data.num_columns)]
    rows = {int(row): [column[position] for column in columns] for position, row in enumerate(table.rows)}
    assert rows == expected["rows"]
    for name, value in expected.get("evidence", {}).items():
        assert table.evidence[name] == value
    if "left_out" in expected:
        assert {row.row: row.kind for row in table.left_out} == expected["left_out"]
    faults = [
        [fault.check, fault.row, None if fault.column is None else column_letter(fault.column)]
        for fault in table.faults
    ]
    assert faults == expected.get("faults", [])


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_an_odd_file_is_read_as_its_note_says(note: Path) -> None:
    expectation, path = _note(note), _file(note)
    if "error" in expectation:
        with pytest.raises(CpmsError) as refused:
            read_cells(path)
        assert refused.value.message_id == expectation["error"]
        return
    tables = read_cells(path)
    assert [table.sheet for table in tables] == [table.get("sheet") for table in expectation["tables"]]
    for table, expected in zip(tables, expectation["tables"], strict=True):
        _same_table(table, expected)
    if "findings" in expectation:
        findings = validate([path]).findings
        places = findings["cell"].fillna(findings["row"].astype("str"))
        assert sorted(zip(findings["check"].astype(str), places, strict=True)) == sorted(
            map(tuple, expectation["findings"])
        )


def test_every_odd_file_has_a_note() -> None:
    files = {path.name for path in FOLDER.iterdir() if path.suffix not in {".py", ".yaml", ".pyc"} and path.is_file()}
    assert files == {_file(note).name for note in NOTES}
