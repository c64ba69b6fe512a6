"""Every DOCX and XLSX that we write holds to the Open XML schema, by the rules of an engine that is not ours.

One file of each writer by default; every command's with CPMS_THOROUGH.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openxml_audit import FileFormat, OpenXmlValidator, ValidationSeverity

from cpms_cli import write_samples
from tests.conftest import SAMPLES, THOROUGH, Cpms

ROUND = SAMPLES / "survey_2567.csv"

WRITERS: dict[str, tuple[object, ...]] = {
    "plan.docx": ("plan", "community", "850105"),
    "report.xlsx": ("report", "province", "85"),
    "form.xlsx": ("template", "--round", "2569", "--lang", "th"),
    "visits.xlsx": ("visits",),
    "community.xlsx": ("community", "850105", "--audience", "press"),
}
FURTHER: dict[str, tuple[object, ...]] = {
    "report.docx": ("report", "community", "850105", "--lang", "th"),
    "codebook.docx": ("codebook",),
    "next.xlsx": ("template", "--prefill", "--area", "850105", "--identified"),
    "two_sheets.xlsx": ("template", "--layout", "two-sheet"),
    "kobo.xlsx": ("template", "--xlsform"),
    "codebook.xlsx": ("codebook", "--lang", "th"),
    "due.xlsx": ("response", "due"),
    "summary.xlsx": ("response", "summary"),
    "children.xlsx": ("children", "--risk", "victim", "--identified"),
    "score.xlsx": ("score",),
    "province.xlsx": ("province", "85", "--by", "sex"),
    "change.xlsx": ("community", "850105", "--rounds", "2567:2569"),
    "indicator.xlsx": ("indicator", "3", "--by", "sex"),
    "rights.xlsx": ("rights", "--audience", "press"),
    "migration.xlsx": ("migration", "--lang", "th"),
    "overlap.xlsx": ("overlap",),
    "history.xlsx": ("history",),
    "audit.xlsx": ("store", "audit"),
    "plan_th.docx": ("plan", "province", "85", "--lang", "th", "--audience", "press"),
    "district.docx": ("report", "province", "8501"),
    "village.xlsx": ("report", "community", "85010501", "--lang", "th"),
    "findings.xlsx": ("validate", ROUND),
}
STORELESS = ("codebook", "validate")


def faults(path: Path) -> list[str]:
    """What the schema says against a file: its part, what is wrong, and where."""
    validation = OpenXmlValidator(FileFormat.OFFICE_2019).validate(str(path))
    broken = [error for error in validation.errors if error.severity is ValidationSeverity.ERROR]
    return [f"{error.part_uri} {error.path}: {error.description}" for error in broken]


@pytest.fixture(scope="module")
def store(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(sample_store, tmp_path_factory.mktemp("office") / "s.duckdb"))


@pytest.mark.parametrize("name", WRITERS | FURTHER if THOROUGH else WRITERS)
def test_what_a_command_writes_holds_to_the_schema(name: str, cpms: Cpms, store: Path, tmp_path: Path) -> None:
    words = (WRITERS | FURTHER)[name]
    store_option = (
        () if words[0] in STORELESS or (words[0] == "template" and "--prefill" not in words) else ("--store", store)
    )
    ran = cpms(*words, *store_option, "-o", tmp_path / name)
    assert ran.code in (0, 1), ran.err
    assert faults(tmp_path / name) == []


def test_review_and_records_hold_to_the_schema(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    for words in (
        ("review", "export", tmp_path / "review.xlsx", "--identified"),
        *(
            (("export", "records", tmp_path / "rows.xlsx"), ("export", "figures", tmp_path / "figures.xlsx"))
            if THOROUGH
            else ()
        ),
    ):
        assert cpms(*words, "--store", store).code in (0, 1)
        path = next(word for word in words if isinstance(word, Path))
        assert faults(path) == []


def test_rows_set_aside_hold_to_the_schema(cpms: Cpms, tmp_path: Path) -> None:
    cpms("merge", ROUND, "--store", tmp_path / "s.duckdb")
    [aside] = tmp_path.glob("*aside*.xlsx")
    assert faults(aside) == []


@pytest.fixture(scope="module")
def officers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook of a survey, with mistakes: a small one, and the sample's with CPMS_THOROUGH=1."""
    folder = tmp_path_factory.mktemp("officers")
    write_samples(folder, ["850105"], range(2024, 2027), 25, 2569)
    return (SAMPLES if THOROUGH else folder) / "survey_2568.xlsx"


@pytest.mark.parametrize("option", ["--annotate", "--fix"])
@pytest.mark.parametrize("given", ["sample", "office"])
def test_a_copy_of_an_officers_workbook_breaks_no_rule_that_the_workbook_kept(
    given: str, option: str, cpms: Cpms, officers: Path, tmp_path: Path
) -> None:
    """With comments, validations and a chart of its own, as a spreadsheet program writes them."""
    path = tmp_path / "survey.xlsx"
    shutil.copy(officers, path)
    if given == "office":
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        sheet["A1"].comment = Comment("ours", "office")
        sheet.auto_filter.ref = sheet.dimensions
        sheet.freeze_panes = "B2"
        chart = BarChart()
        chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=5))
        book.create_sheet("own").add_chart(chart, "A1")
        book.save(path)
    before = faults(path)
    assert cpms("validate", path, option, tmp_path / "mended.xlsx").code in (0, 1)
    assert (tmp_path / "mended.xlsx").read_bytes() != path.read_bytes()
    assert [fault for fault in faults(tmp_path / "mended.xlsx") if fault not in before] == []
