"""A language is a file: what it says is shown, in its digits and calendar, and the rest is English."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import openpyxl
import pytest
from lxml import html

from cpms_cli.survey.speech.language_choice import VARIABLES
from tests.conftest import ROOT, Cpms, Draw, in_english

# A made-up language: its digits are those of Devanagari, its years are 57 ahead, its dates are written with points.
XX = """
language: xx
name: Xisha
reviewed: false
traits:
  english: Xish
  tag: xx-XX
  locales: [xx, xish]
  calendar: {years_ahead: 57, day: "{d}.{m}.{y}", month: "{m}.{y}"}
  numbers: {digits: "०१२३४५६७८९", decimal: ",", thousands: "'", share: "{number}/100"}
  fonts: {page: [Xisha Sans]}
fields:
  sex: {label: Zex}
  given_name: {label: Onoma}
codes:
  sex: {female: Femala}
indicators:
  "13": {name: Viktima di violenso}
levels:
  victim: {label: Viktimo}
areas: {"850105": Pako Namo}
sentences:
  draft_translation: Skizo ({name}).
  validate_sum: "{rows} linii, {storable} bona, {bad} mala, {errors} erori, {warnings} atenci."
  col_round: Rundo
  child_title: Infano {id}
  area_title: "{name} ({code}), rundo {round}: {children} infani, {households} domi"
  report_title: Infani di {name}
  template_help_title: Quale plenigar
help:
  "Usage: ": "Uzo: "
  Options: Elekti
  A province's own definition.: Montrez la definuro di provinco.
  "Error: {message}": "Eroro: {message}"
  "No such option: {name} (Possible options: {others})": ne existas opciono {name} ({others})
"""
DRAFT = "cpms: Draft translation into Xish, not yet checked by a speaker.\ncpms: Skizo (Xish).\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A province's own definition, to which nothing but a language was added."""
    folder = tmp_path_factory.mktemp("own") / "own"
    shutil.copytree(ROOT / "schemas", folder)
    (folder / "translations" / "xx.yaml").write_text(XX, "utf-8")
    return folder


@pytest.fixture
def victim(draw: Draw) -> Path:
    """A girl of the first household to whom violence was done, and a boy."""
    return draw({"violence_physical": "yes", "sex": "female"}, {"household_no": "2", "sex": "male"})


def test_findings_are_said_in_it_and_the_rest_in_english(cpms: Cpms, folder: Path, victim: Path) -> None:
    ran = cpms("validate", victim, "--schemas", folder, "--lang", "xx")
    assert "२ linii, २ bona, ० mala, ० erori, " in ran.out
    assert "read as utf-8" in ran.out
    assert ran.err.startswith(DRAFT)


def test_the_language_said_last_holds(cpms: Cpms, folder: Path, victim: Path) -> None:
    """One before the command gives way to one behind it, also to a language that only the folder has."""
    ran = cpms("--lang", "en", "validate", victim, "--schemas", folder, "--lang", "xx")
    assert "linii" in ran.out
    assert ran.err.startswith(DRAFT)


def test_a_store_that_adopted_the_definition_speaks_it_by_itself(
    cpms: Cpms, folder: Path, victim: Path, tmp_path: Path
) -> None:
    store = tmp_path / "s.duckdb"
    assert cpms("merge", victim, "--schemas", folder, "--store", store).code == 0

    listed = cpms("children", "--store", store, "--lang", "xx")
    assert "Femala" in listed.out
    assert "Viktimo" in listed.out
    assert "२०८३" in listed.out  # the round 2026, 57 years on
    assert "Village code" in listed.out
    assert listed.err.startswith(DRAFT)
    codes = {
        row["sex"]: row["cpms_id"]
        for row in csv.DictReader(cpms("children", "--store", store, "--format", "csv").out.splitlines())
    }

    shown = cpms("child", "show", codes["female"], "--store", store, "--lang", "xx")
    assert f"Infano {codes['female']}" in shown.out
    assert "Viktima di violenso" in shown.out

    area = cpms("community", "850105", "--store", store, "--lang", "xx")
    assert area.out.startswith("Pako Namo (850105), rundo २०८३: २ infani, २ domi")
    assert "Data quality" in area.out

    page = tmp_path / "page.html"
    assert cpms("report", "community", "850105", "--internal", "-o", page, "--store", store, "--lang", "xx").code == 0
    read = html.fromstring(page.read_bytes())
    assert read.get("lang") == "xx"
    assert read.findtext(".//h1") == "Infani di Pako Namo"
    text = read.text_content()
    assert text.count("Draft translation into Xish, not yet checked by a speaker. Skizo (Xish).") == 1
    assert "Viktimo" in text
    assert "५०,०/100" in text  # one child of two
    assert "Draft" not in read.findtext(".//h1")
    assert 'font-family: "Xisha Sans", sans-serif' in page.read_text("utf-8")

    unknown = cpms("children", "--store", tmp_path / "none.duckdb", "--lang", "xx")
    assert unknown.code == 2
    assert unknown.err.startswith("cpms: xx: the languages are en, th, my.")


def test_a_form_in_it_is_read_back_in_any_language(cpms: Cpms, folder: Path, tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    ran = cpms("template", "-o", form, "--round", "2569", "--schemas", folder, "--lang", "xx")
    assert (ran.code, ran.err.count("Draft translation")) == (0, 1)
    book = openpyxl.load_workbook(form)
    entry, guide = book["Child"], book["How to fill in"]
    heads = {str(cell.value).removesuffix(" *"): number for number, cell in enumerate(entry[1], start=1)}
    assert "Zex" in heads
    assert "Nationality" in heads
    assert "Quale plenigar" in [cell.value for cell in guide["A"]]
    assert [cell.value for cell in guide["A"]].count(
        "Draft translation into Xish, not yet checked by a speaker. Skizo (Xish)."
    ) == 1
    entry.cell(2, heads["Zex"], "Femala")
    entry.cell(2, heads["Onoma"], "Mali")
    book.save(form)
    read = cpms("validate", form, "--schemas", folder, "--format", "json").json
    assert read["counts"]["rows"] == 1
    assert read["columns_not_read"] == []
    assert "Zex" not in str(read["findings"])
    assert "Onoma" not in str(read["findings"])


def test_help_and_refusals_speak_it(cpms: Cpms, folder: Path) -> None:
    ran = cpms("children", "--help", "--schemas", folder, "--lang", "xx")
    assert ran.out.startswith("Uzo: cpms children [OPTIONS]")
    assert "Elekti:" in ran.out
    assert "Montrez la definuro di provinco." in ran.out
    assert "List children by indicator" in ran.out
    assert ran.err == DRAFT
    refused = cpms("children", "--schemas", folder, "--lang", "xx", "--indicatr", "3")
    assert refused.code == 2
    assert refused.err.splitlines()[-1] == "Eroro: ne existas opciono --indicatr (--indicator)"


@pytest.mark.parametrize(
    ("asked", "near"),
    [("zz", ""), ("thai", " Did you mean th?"), ("Burmese", " Did you mean my?"), ("mi", " Did you mean my?")],
)
def test_an_unknown_language_is_refused_with_those_there_are(
    cpms: Cpms, monkeypatch: pytest.MonkeyPatch, asked: str, near: str
) -> None:
    monkeypatch.setenv("CPMS_LANG", "en")
    ran = cpms("history", "--lang", asked)
    assert ran.code == 2
    if asked != "thai":  # of which the refusal is Thai
        assert ran.err.splitlines()[-1] == f"cpms: {asked}: the languages are en, th, my.{near}"


@pytest.mark.parametrize(
    ("spoken", "first"),
    [("my", "Draft translation into Burmese"), ("fr_FR.UTF-8", "Usage"), ("th_TH.UTF-8", "วิธีใช้"), ("C", "Usage")],
)
def test_the_surroundings_choose_a_language_that_there_is(
    cpms: Cpms, monkeypatch: pytest.MonkeyPatch, spoken: str, first: str
) -> None:
    monkeypatch.setenv("CPMS_LANG", spoken)
    ran = cpms("--help")
    assert (ran.err + ran.out).removeprefix("cpms: ").startswith(first)


@pytest.mark.parametrize(
    ("variables", "first"),
    [
        ({"LC_ALL": "th_TH.UTF-8", "LANG": "en_US.UTF-8"}, "วิธีใช้"),
        ({"LC_MESSAGES": "th_TH.UTF-8", "LANG": "en_US.UTF-8"}, "วิธีใช้"),
        ({"LC_ALL": "C", "LANG": "th_TH.UTF-8"}, "Usage"),
        ({"LC_ALL": "POSIX", "LANGUAGE": "th"}, "Usage"),
        ({"LANGUAGE": "th:en"}, "วิธีใช้"),
        # Of the languages that somebody reads, the first in which there is anything to read.
        ({"LANGUAGE": "fr:th:en"}, "วิธีใช้"),
    ],
)
def test_the_variables_of_the_locale_count_in_their_order(
    cpms: Cpms, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], first: str
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cpms("--help").out.startswith(first)


@pytest.mark.parametrize(
    ("change", "line", "problem"),
    [
        (("  sex: {label: Zex}", "  sexx: {label: Zex}"), "sexx", "fields: there is no 'sexx' to translate"),
        (("{rows} linii, ", ""), "validate_sum", "'validate_sum' must fill in the same things as the other languages"),
        (
            ("{storable}", "{stored}"),
            "validate_sum",
            "'validate_sum' must fill in the same things as the other languages",
        ),
        (('areas: {"850105"', 'areas: {"990105"'), "areas", "areas: there is no '990105' to translate"),
        (("label: Onoma", "label: Zex"), "given_name", "fields.given_name.label: the same words as fields.sex.label"),
        (("language: xx", "language: yy"), "", "the file of the language 'yy' is named after it"),
        (("०१२", "००२"), "numbers", "digits are ten, each another one"),
        (('"{d}.{m}.{y}"', '"{d}.{m}.{y!r}"'), "calendar", "must fill in"),
    ],
)
def test_what_cannot_stand_in_it_is_a_problem_with_its_line(
    folder: Path, tmp_path: Path, change: tuple[str, str], line: str, problem: str
) -> None:
    from cpms_cli.survey.files.definition_reader import Reader
    from cpms_cli.survey.files.schema_files import read_survey
    from cpms_cli.survey.proof.words.translation_proof import translation_problems

    assert change[0] in XX
    text = XX.replace(*change)
    own = tmp_path / "own"
    shutil.copytree(folder, own)
    (own / "translations" / "xx.yaml").write_text(text, "utf-8")
    reader = Reader(own)
    survey = read_survey(reader)
    assert survey is not None
    [only] = [*reader.problems, *translation_problems(reader, survey)]
    assert problem in in_english(only)
    assert line in text.splitlines()[only.line - 1]


def test_schema_check_lists_what_a_translation_lacks_and_writes_it_for_a_translator(
    cpms: Cpms, folder: Path, tmp_path: Path
) -> None:
    table = tmp_path / "to_translate.csv"
    ran = cpms("schema", "check", folder, "--lang", "xx")
    assert cpms("schema", "check", folder, "--lang", "xx", "-o", table).code == ran.code == 0
    assert re.search(r"sentences +messages/report\.yaml +१ +[०-९]+", ran.out)
    assert "is said in English, which is no error" in ran.out
    with table.open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["id"]: row for row in csv.DictReader(stream)}
    assert rows["codes.sex.male"] == {
        "kind": "codes",
        "id": "codes.sex.male",
        "en": "Male",
        "th": "ชาย",
        "xx": "",
        "file": "codelists/sex.csv",
    }
    assert rows["help.Commands"]["th"] == "คำสั่ง"
    assert not {"codes.sex.female", "fields.sex.label", "sentences.report_title", "help.Options"} & set(rows)
    assert "fields.sex.question" in rows
