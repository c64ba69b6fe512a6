"""The one place where a workbook begins: text is never a formula or a link, and the same content is the same file."""

from __future__ import annotations

import datetime
import io

import xlsxwriter

_TEXT_STAYS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# A time of writing would make the same content two different files.
_CREATED = datetime.datetime(2000, 1, 1)


def new_workbook(stream: io.BytesIO, title: str | None = None) -> xlsxwriter.Workbook:
    """Return a workbook that is written to `stream` when it is closed, with no temporary files; `title` is the title in
    its properties."""
    book = xlsxwriter.Workbook(stream, {**_TEXT_STAYS_TEXT, "in_memory": True})
    book.set_properties({"created": _CREATED, **({} if title is None else {"title": title})})
    return book
