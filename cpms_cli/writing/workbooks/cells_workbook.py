"""A workbook made of text cells that stand where they stood in the file they came from."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from xlsxwriter.utility import xl_col_to_name

from cpms_cli.ooxml.package import Package
from cpms_cli.ooxml.sheet_cells import text_cell, xml_text
from cpms_cli.writing.workbooks.new_workbook import new_workbook

_TEXT_STYLE = 1  # the first style after the default one, which XlsxWriter makes of the only format below


@dataclass(frozen=True)
class TextCells:
    """Cells of one sheet: `columns` (dictionary-encoded text) at `rows`, and single rows (`loose`) above or between.

    Rows are counted from 1; a header is a loose row.
    """

    columns: Sequence[pa.Array]
    rows: pa.Array
    loose: Mapping[int, Sequence[str]]


def _column(position: int, array: pa.Array, rows: pa.Array) -> pa.Array:
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    plain = encoded.dictionary.to_pylist()
    escaped = pa.array([None if text is None else xml_text(text) for text in plain], pa.string())
    texts = escaped.take(encoded.indices)
    head = pa.scalar(f'<c r="{xl_col_to_name(position)}')
    body = pa.scalar(f'" s="{_TEXT_STYLE}" t="inlineStr"><is><t xml:space="preserve">')
    return pc.binary_join_element_wise(head, rows, body, texts, pa.scalar("</t></is></c>"), "")


def _sheet_data(cells: TextCells) -> str:
    rows = pc.cast(cells.rows, pa.string())
    columns = [_column(position, array, rows) for position, array in enumerate(cells.columns)]
    lines: dict[int, str] = {}
    if columns:
        joined = pc.binary_join_element_wise(*columns, "", null_handling="replace", null_replacement="")
        head, tail = (pa.scalar('<row r="'), rows, pa.scalar('">')), pa.scalar("</row>")
        wrapped = pc.binary_join_element_wise(*head, joined, tail, "")
        lines = dict(zip(cells.rows.to_pylist(), wrapped.to_pylist(), strict=True))
    for row, texts in cells.loose.items():
        cells_xml = "".join(text_cell(row, column, text, _TEXT_STYLE) for column, text in enumerate(texts) if text)
        lines[row] = f'<row r="{row}">{cells_xml}</row>'
    return "".join(lines[row] for row in sorted(lines))


def cells_workbook(sheets: Mapping[str, TextCells], frozen: Mapping[str, int]) -> bytes:
    """A workbook with these sheets, every cell text, rows above and with `frozen` always in sight."""
    stream = io.BytesIO()
    with new_workbook(stream) as book:
        text = book.add_format({"num_format": "@"})
        for name, cells in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(frozen[name], 0)
            # Cells that are typed in later are text too: a number would lose its leading zeros.
            sheet.set_column(0, max(len(cells.columns), 1) - 1, 14, text)
    package = Package(stream.getvalue())
    for name, part in package.sheets().items():
        content = package.parts[part].decode("utf-8")
        data = f"<sheetData>{_sheet_data(sheets[name])}</sheetData>"
        package.parts[part] = content.replace("<sheetData/>", data, 1).encode("utf-8")
    return package.content()
