"""Make the two pictures of the README from the sample files: `python run.py pictures [--fonts FOLDER]`.

Both show what the tool itself wrote: the cells, colours and notes of a workbook by `cpms validate --annotate`, and the
first two pages of a report by `cpms report`. Typst draws them. Thai letters need a font of this machine or of FOLDER.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import openpyxl
import typst
from openpyxl.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
SAMPLES = [ROOT / "sample_data" / name for name in ("survey_2567.csv", "survey_2568.xlsx", "survey_2569.xlsx")]
DOTS_PER_INCH = 110.0
# The part of the sheet `children` that is shown; it begins after the columns of names.
COLUMNS, ROWS, NOTES = range(13, 22), (1, *range(9, 20)), ("N12", "M18")
WHITE = "00000000"
_PAGES = """#set page(width: auto, height: auto, margin: 0pt, fill: white)
#let part(page, above, height) = block(width: 23cm, height: height, clip: true, place(top + left, dy: -above,
  image("report.pdf", page: page, width: 23cm, height: 23cm * 210 / 297)))
#stack(part(1, 1cm, 10.8cm), part(2, 1cm, 12.6cm))"""


def _run(folder: Path, *words: str | Path) -> None:
    """Run `cpms` in a folder, in English; raise where it could not do its work."""
    environment = {**os.environ, "CPMS_LANG": "en"}
    command = [sys.executable, "-m", "cpms_cli", *map(str, words)]
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)


def _cell(cell: Cell | MergedCell) -> dict[str, Any]:
    colour = str(cell.fill.fgColor.rgb)
    return {
        "text": "" if cell.value is None else str(cell.value),
        "bold": bool(cell.font.b),
        "colour": "" if colour == WHITE else f"#{colour[2:]}",
        "has_note": cell.comment is not None,
    }


def workbook_picture(folder: Path, fonts: typst.Fonts) -> bytes:
    """Return a part of an annotated workbook as PNG, with the notes of two of its cells."""
    _run(folder, "validate", SAMPLES[1], "--annotate", "to_mend.xlsx")
    sheet = openpyxl.load_workbook(folder / "to_mend.xlsx")["children"]
    rows = [{"number": row, "cells": [_cell(sheet.cell(row, column)) for column in COLUMNS]} for row in ROWS]
    notes = [{"cell": address, "text": sheet[address].comment.text.removeprefix("cpms:\n")} for address in NOTES]
    window = {"letters": [get_column_letter(column) for column in COLUMNS], "rows": rows, "notes": notes}
    template = (ROOT / "scripts" / "pictures.typ").read_bytes()
    inputs = {"sheet": json.dumps(window, ensure_ascii=False)}
    return bytes(typst.compile(template, sys_inputs=inputs, font_paths=fonts, format="png", ppi=DOTS_PER_INCH))


def report_picture(folder: Path, fonts: typst.Fonts) -> bytes:
    """Return the first two pages of a subdistrict's report as PNG."""
    _run(folder, "merge", *SAMPLES, "--store", "cpms.duckdb")
    _run(folder, "report", "community", "850105", "-o", "report.pdf", "--store", "cpms.duckdb")
    source = folder / "pages.typ"
    source.write_text(_PAGES, "utf-8")
    return bytes(typst.compile(source, font_paths=fonts, format="png", ppi=DOTS_PER_INCH * 0.8))


def main() -> None:
    """Read the command line and write both pictures."""
    parser = argparse.ArgumentParser(prog="run.py pictures", description=__doc__)
    parser.add_argument("--fonts", type=Path, action="append", default=[], help="a folder with a Thai font")
    fonts = typst.Fonts(font_paths=[str(folder) for folder in parser.parse_args().fonts])
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, draw in (("annotated_workbook.png", workbook_picture), ("report.png", report_picture)):
            picture = draw(Path(folder), fonts)
            (PICTURES / name).write_bytes(picture)
            print(f"docs/pictures/{name}: {len(picture) // 1000} kB")


if __name__ == "__main__":
    main()
