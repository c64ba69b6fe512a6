"""Takes out what an earlier marking put in: an officer mends in the marked workbook, and has it checked again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xlsxwriter.utility import xl_cell_to_rowcol

from cpms_cli.ooxml.package import Package, main, parsed, written
from cpms_cli.ooxml.sheet_notes import LIST_PREFIX, MARK

# A name of each sheet of ours: programs keep it when they save.
OURS = "cpms_sheet"
_DROPDOWN = re.compile(
    rf"<dataValidation\b[^>]*><formula1>\s*{LIST_PREFIX}\w+\s*</formula1>(?:<formula2>[^<]*</formula2>)?</dataValidation>"
)
_SHAPE = re.compile(r"<v:shape\b.*?</v:shape>", re.DOTALL)
_PLACE = re.compile(r"<x:(Row|Column)>\s*(\d+)\s*</x:\1>")


def unmark(package: Package, fills: Sequence[str]) -> None:
    """Remove our sheets, names, comments, dropdowns and colours; `fills` are the colours that are ours."""
    names = list(package.sheets())
    for defined in list(package.book.iter(main("definedName"))):
        if defined.get("name") == OURS and defined.get("localSheetId") is not None:
            package.remove_sheet(names[int(defined.get("localSheetId"))])
            names = list(package.sheets())
    package.undefine(LIST_PREFIX)
    _uncolour(package, fills)
    for part in package.sheets().values():
        _uncomment(package, part)
        content = package.parts.get(part, b"")
        if LIST_PREFIX.encode() in content:
            text = _DROPDOWN.sub("", content.decode("utf-8-sig"))
            package.parts[part] = re.sub(r"<dataValidations\b[^>]*></dataValidations>", "", text).encode("utf-8")


def _uncolour(package: Package, fills: Sequence[str]) -> None:
    listed = package.styles.find(main("fills"))
    ours = {
        str(number)
        for number, fill in enumerate(listed if listed is not None else ())
        for colour in fill.iter(main("fgColor"))
        if colour.get("rgb", "").upper() in fills
    }
    for entry in package.styles.iterfind(f"{main('cellXfs')}/{main('xf')}"):
        if entry.get("fillId") in ours:
            entry.set("fillId", "0")


def _uncomment(package: Package, part: str) -> None:
    comments = package.related(part, "comments")
    if comments is None or MARK.strip().encode() not in package.parts.get(comments, b""):
        return
    root = parsed(package.parts[comments])
    gone: set[tuple[int, int]] = set()
    for comment in list(root.iter(main("comment"))):
        runs = list(comment.iter(main("t")))
        run_text = "".join(run.text or "" for run in runs)
        if run_text.startswith(MARK):
            comment.getparent().remove(comment)
            gone.add(xl_cell_to_rowcol(comment.get("ref")))
        elif f"\n{MARK}" in run_text:
            for run in runs:
                run.text = ""
            runs[0].text = run_text.partition(f"\n{MARK}")[0]
    package.parts[comments] = written(root)
    drawing = package.related(part, "vmlDrawing")
    if drawing and gone:
        text = package.parts[drawing].decode("utf-8")
        package.parts[drawing] = _SHAPE.sub(lambda match: _kept(match[0], gone), text).encode("utf-8")


def _kept(shape: str, gone: set[tuple[int, int]]) -> str:
    place = {name: int(number) for name, number in _PLACE.findall(shape)}
    return "" if (place.get("Row"), place.get("Column")) in gone else shape
