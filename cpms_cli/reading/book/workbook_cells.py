"""Workbooks (XLSX, XLSM, XLS, ODS) to source tables, through calamine, after a look at the container itself."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.book.container import inspect_container
from cpms_cli.reading.book.far_cells import without
from cpms_cli.reading.book.sheet_part import SheetLook
from cpms_cli.reading.book.sheet_tables import BookSheet, tables_of_book
from cpms_cli.reading.book.thai_formats import with_plain_dates
from cpms_cli.reading.book.xls_file import inspect_ole
from cpms_cli.reading.header.row_looks import Span
from cpms_cli.reading.size_limits import check_columns
from cpms_cli.reading.source import SourceTable


def read_workbook(
    path: Path, spellings: Mapping[str, str] | None = None, sheets: Collection[str] | None = None
) -> list[SourceTable]:
    """Every sheet of the workbook with a table, in the workbook's order; with `spellings`, with a header of the survey.

    Which sheets are left out, and what is raised for that, `tables_of_book` says. Raises UnreadableFile for damaged,
    encrypted or hostile files too.
    """
    content = path.read_bytes()
    looks = inspect_container(path) if content.startswith(b"PK") else inspect_ole(path, content)
    far = {look.part: look.far for look in looks.values() if look.far}
    content = without(content, far, path.name) if far else content
    content = with_plain_dates(content) if content.startswith(b"PK") else content
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            return tables_of_book(path, _sheets(path, workbook, looks), spellings, sheets)
    except PasswordError:
        raise UnreadableFile("workbook_password", file=path.name) from None
    except (CalamineError, ValueError, OSError):
        raise UnreadableFile("damaged_workbook", file=path.name) from None
    except BaseException as error:
        # A parser that gives up on hostile bytes by a panic is no failure of ours, nor the user's to read.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFile("damaged_workbook", file=path.name) from None


def _sheets(path: Path, workbook: CalamineWorkbook, looks: Mapping[str, SheetLook]) -> Iterator[BookSheet]:
    for metadata in workbook.sheets_metadata:
        if metadata.typ != SheetTypeEnum.WorkSheet:
            yield BookSheet(metadata.name, None)
            continue
        sheet = workbook.get_sheet_by_name(metadata.name)
        yield BookSheet(
            metadata.name,
            _cells(path, sheet),
            [Span(*first, *last) for first, last in sheet.merged_cell_ranges or ()],
            looks.get(metadata.name, SheetLook()),
            is_visible=metadata.visible == SheetVisibleEnum.Visible,
        )


def _cells(path: Path, sheet: CalamineSheet) -> list[list[Any]]:
    if sheet.end is None:
        return []
    check_columns(path.name, sheet.total_width)
    return sheet.to_python(skip_empty_area=False)
