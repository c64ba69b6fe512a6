"""Every kind of output under every ending, as `writing.output_formats` lists them: given texts that begin like
formulas, when the file is opened again, then no cell runs, and a format without formulas has the texts whole."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unicodedata import normalize

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from docx import Document as open_docx
from lxml import html
from pyarrow import parquet
from pypdf import PdfReader

from cpms_cli import due_responses, list_today, merge, plan_visits, validate
from cpms_cli.checking.drafting.drafted_map import MAP_COLUMNS
from cpms_cli.checking.drafting.map_answers import ANSWER_COLUMNS
from cpms_cli.forms.form_workbook import Form
from cpms_cli.reports.document import Column, Document, Paragraph, TableBlock
from cpms_cli.summaries.records.child_records import Records
from cpms_cli.survey.model.definition import Survey
from cpms_cli.writing.files import xlsx_bytes
from cpms_cli.writing.output_formats import FORMATS, Gate, OutputFormat
from tests.conftest import write_drawn

ARMED = [f"{start}1+1" for start in ("=", "+", "-", "@", "\t=", "＝", "＋", "－", "＠")] + ["=cmd|'/C calc'!A"]
# How people see them: a tab is no letter.
SEEN = {text.strip() for text in ARMED}
_RUNS = tuple("=+-@\t\r＝＋－＠")


def _table() -> pd.DataFrame:
    return pd.DataFrame({"text": pd.Series(ARMED, dtype="str")})


def _document() -> Document:
    block = TableBlock("=1+1", _table(), (Column("text", "+1+1"),))
    return Document("=1+1", "@1+1", "en", (*(Paragraph(text) for text in ARMED), block), tuple(ARMED))


def _figures() -> pd.DataFrame:
    counts = {name: [10] * len(ARMED) for name in ("yes", "no", "unknown", "not_applicable", "not_asked")}
    named = {"area": ARMED, "area_name": ARMED, "indicator": [1] * len(ARMED), "name": ARMED}
    return pd.DataFrame({"round": [2026] * len(ARMED), **named, **counts})


def _form(survey: Survey) -> Form:
    given_name = survey.role("given_name").name
    rows = pd.DataFrame({field.name: None for field in survey.child.fields}, index=range(len(ARMED)), dtype="str")
    return Form(survey, "en", "two-sheet", 2026, {"child": rows.assign(**{given_name: ARMED})}, _table())


@pytest.fixture(scope="module")
def survey_file(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """Victims, who are visited and wait for a response, with names and house numbers that begin like formulas."""
    rows: list[dict[str, Any]] = [
        {
            "household_no": f"={number}",
            "given_name": text,
            "family_name": text,
            "mother_name": f"{number}",
            "violence_physical": "yes",
            "drugs": None,
            "child_no": number,
            "birth_date": f"2016-0{number}-01",
        }
        for number, text in enumerate(ARMED[:4], start=1)
    ]
    return write_drawn(tmp_path_factory.mktemp("formats") / "s.csv", base, rows)


@pytest.fixture(scope="module")
def store(survey_file: Path) -> Path:
    path = survey_file.with_name("s.duckdb")
    merge([survey_file], path)
    return path


def _map() -> tuple[pd.DataFrame, pd.DataFrame]:
    """A draft of a map, and its answers, of these texts."""
    texts = _table()["text"]
    return pd.DataFrame(dict.fromkeys(MAP_COLUMNS, texts)), pd.DataFrame(dict.fromkeys(ANSWER_COLUMNS, texts))


@pytest.fixture
def given(request: pytest.FixtureRequest, survey: Survey, tmp_path: Path) -> Callable[[OutputFormat], bytes]:
    """Writes the texts under a format; a kind that is not listed here fails the test."""

    def annotated(output: OutputFormat) -> bytes:
        source = request.getfixturevalue("survey_file")
        if output.ending == ".xlsm":
            table = pd.read_csv(source, dtype="str")
            source = tmp_path / "given.xlsm"
            source.write_bytes(xlsx_bytes({"survey": table}))
        path = tmp_path / f"annotated{output.ending}"
        output.write(validate([source]), path, identified=True)
        return path.read_bytes()

    def lists(function: Callable[..., Any]) -> Callable[[OutputFormat], bytes]:
        return lambda output: output.write(survey, function(request.getfixturevalue("store"), identified=True), "en")

    makers: dict[str, Callable[[OutputFormat], bytes]] = {
        "table": lambda output: output.write({"=1+1": _table()}),
        "header_map": lambda output: output.write(survey, *_map(), "en"),
        "document": lambda output: output.write(_document()),
        "records": lambda output: output.write(survey, Records(_table(), "masked"), "en"),
        "figures": lambda output: output.write(survey, _figures(), "en"),
        "form": lambda output: output.write(_form(survey)),
        "review": lambda output: output.write("=1+1", pd.DataFrame({str(n): ARMED for n in range(8)}), 1, ["=1", "+1"]),
        "annotated": annotated,
        "visits": lists(plan_visits),
        "due": lists(due_responses),
        "today": lists(list_today),
    }
    return lambda output: makers[output.kind](output)


def _csv_cells(content: bytes) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) for cell in row]


def _zipped_cells(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return [cell for name in package.namelist() if name.endswith(".csv") for cell in _csv_cells(package.read(name))]


def _docx_texts(content: bytes) -> list[str]:
    book = open_docx(io.BytesIO(content))
    cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    return [*(paragraph.text for paragraph in book.paragraphs), *cells]


def _sav_texts(content: bytes, folder: Path) -> list[str]:
    path = folder / "again.sav"
    path.write_bytes(content)
    return list(map(str, pyreadstat.read_sav(str(path))[0]["text"]))


def _texts_again(output: OutputFormat, content: bytes, folder: Path) -> set[str]:
    """The texts of a file whose format knows no formulas, as its own readers read them."""
    readers: dict[str, Callable[[], Any]] = {
        ".json": lambda: [row["text"] for row in json.loads(content)["=1+1"]],
        ".jsonl": lambda: [json.loads(line)["text"] for line in content.decode().splitlines()],
        ".dhis2.json": lambda: [value["orgUnit"] for value in json.loads(content)["dataValues"]],
        ".parquet": lambda: [
            text
            for name in parquet.read_table(io.BytesIO(content)).to_pandas().select_dtypes(["str", "object"])
            for text in parquet.read_table(io.BytesIO(content)).to_pandas()[name]
        ],
        ".sav": lambda: _sav_texts(content, folder),
        ".html": lambda: [node.text_content() for node in html.fromstring(content.decode()).iter("p", "th", "td")],
        ".docx": lambda: _docx_texts(content),
        ".pdf": lambda: "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split("\n"),
        ".md": lambda: [line.replace("\\", "") for line in content.decode().splitlines()],
    }
    texts = {str(text).strip() for text in readers[output.ending]()}
    # A PDF names full-width signs by the plain ones that they are drawn from.
    return {*texts, *(wide for wide in SEEN if output.ending == ".pdf" and normalize("NFKC", wide) in texts)}


def _live_cells(content: bytes) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book.worksheets for row in sheet for cell in row]
    return [f"{cell.coordinate} {cell.value}" for cell in cells if cell.data_type == "f"]


@pytest.mark.parametrize("output", FORMATS, ids=lambda output: f"{output.kind}{output.ending}")
def test_no_text_runs_whatever_it_is_written_to(
    output: OutputFormat, given: Callable[[OutputFormat], bytes], tmp_path: Path
) -> None:
    content = given(output)
    if output.gate is Gate.APOSTROPHE:
        cells = _zipped_cells(content) if output.ending == ".zip" else _csv_cells(content)
        assert {f"'{text}" for text in ARMED[:4]} <= set(cells)
        assert [cell for cell in cells if cell.lstrip(" ").startswith(_RUNS)] == []
    elif output.gate is Gate.TEXT_CELLS:
        assert b"1+1" in b"".join(_parts(content))
        assert _live_cells(content) == []
    else:
        assert output.ending not in (".csv", ".xlsx", ".xlsm", ".ods", ".zip"), "a spreadsheet opens these as cells"
        assert SEEN - _texts_again(output, content, tmp_path) == set()


def _parts(content: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return [package.read(name) for name in package.namelist()]
