"""Whatever the tool says or writes without --identified, nobody's name, number or birth date is in it.

Every command there is runs on a store whose every personal answer is a marked word. A command without an entry in RUNS
fails: who adds one says how it is called.
"""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pypdf
import pyreadstat
import pytest
from stdnum.th.pin import calc_check_digit

import cpms_cli.summaries.child.children
from cpms_cli import dispute_answer, encrypt, export_dataset, export_review, import_responses, merge
from cpms_cli.cli.commands import app
from cpms_cli.cli.guard import guarded
from cpms_cli.office.new_office import Asked, make_office
from tests.conftest import THAI_FONT, Cpms, write_drawn

# Written in no file of the definition, so that each stands for nothing but the answer it was given as.
WORDS = ("ชื่อลับ", "สกุลลับ", "เล่นลับ", "แม่ลับ", "Zzqgiven", "Zzqfamily", "Zzqnick", "Zzqmother")
DIGITS = "99977701"
# Everybody is born on a day of its own of July 2013, which may be told; the day may not.
BORN = r"(?:2013|2556)-0?7-[123]\d|[123]\d/0?7/(?:2013|2556)|[123]\d (?:ก\.ค\.|กรกฎาคม|July?) (?:2013|2556)"
MARKS = re.compile("|".join((*WORDS, DIGITS, BORN)), re.IGNORECASE)
# A number written as people write it is the same number.
BETWEEN_DIGITS = re.compile(r"(?<=\d)[ \-,.](?=\d)")


def _person(number: int, latin: bool = False) -> dict[str, Any]:
    body = f"1{DIGITS}{number:03}"
    names = WORDS[4:] if latin else WORDS[:4]
    letter = ("abcdefghijklm" if latin else "กขคงจฉชซฌญดตท")[number]
    given, family, other, mother = (name + letter for name in names)
    return {
        "national_id": body + calc_check_digit(body),
        "given_name": given,
        "family_name": family,
        "other_name": other,
        "mother_name": mother,
        "birth_date": f"2013-07-{10 + number}",
    }


def _home(number: int) -> dict[str, Any]:
    """House code, coordinates and phone of a house: each has the marked digits in it."""
    return {
        "house_code": f"{DIGITS}{number:03}",
        "latitude": f"9.{DIGITS}",
        "longitude": f"98.{DIGITS}",
        "phone": f"0{DIGITS}{number % 10}",
    }


def _survey(folder: Path, base: dict[str, dict[str, Any]], year: int) -> Path:
    """Twelve children of six houses: victims, at high risk, with answers missing, in two subdistricts."""
    answers: list[dict[str, Any]] = [
        {"violence_sexual": "yes"},
        {"violence_physical": None},
        {"mother_alive": "no", "father_alive": "no"},
        {},
        {"in_school": "none"},
        {"work_hazardous": "yes"},
    ]
    rows = [
        {
            "round": year,
            "interview_date": f"{year}-03-01",
            "household_no": f"{number // 2 + 1}",
            "child_no": number % 2 + 1,
            "village_code": "85010501" if number < 8 else "85030101",
            **answers[number % 6],
            **(_home(number // 2) if year == 2026 else {}),
            **_person(number, latin=number % 3 == 2),
        }
        for number in range(12)
    ]
    # A child without a number who has another given name in the second round: a doubtful pair, that waits.
    other = {**_person(12), "national_id": None, "given_name": {2025: "ชื่อลับละไม", 2026: "ประภาชื่อลับ"}[year]}
    rows.append({"round": year, "interview_date": f"{year}-03-01", "household_no": "9", **other})
    return write_drawn(folder / f"survey_{year}.csv", base, rows)


def _faulty(folder: Path, base: dict[str, dict[str, Any]]) -> Path:
    """Each personal answer wrong in a row of its own: too long, no such check digit, a date that is none, moved cells,
    a name where the child's code belongs. One name alone in a question with a list of answers would be quoted: how else
    would a mistyped answer be found?"""
    wrong = _person(1)["national_id"][:-1] + ("1" if _person(1)["national_id"][-1] != "1" else "2")
    rows: list[dict[str, Any]] = [
        {"given_name": WORDS[0] * 30},
        {"national_id": wrong},
        {"birth_date": "19/07/2556 หรือ"},
        {"birth_date": "2556-07-19"},
        {"mother_name": "=" + WORDS[3]},
        {"national_id": _person(5)["national_id"], "child_no": None},
        {"cpms_id": WORDS[0]},
        {"cpms_id": WORDS[4]},
        {"sex": WORDS[1], "nationality": WORDS[0], "in_school": "9" + DIGITS + "9999", "carer": WORDS[3]},
        {"national_id": _person(4)["national_id"]},
        {"given_name": "à¸Š " + WORDS[4]},
        {"house_code": DIGITS},
        {"house_code": WORDS[0] * 10, "phone": WORDS[1] * 10},
        {"phone": DIGITS},
        {"latitude": f"98.{DIGITS}", "longitude": f"9.{DIGITS}"},
        {"latitude": f"{DIGITS} N", "longitude": WORDS[2]},
    ]
    cells = [
        {"round": 2027, "interview_date": "2027-03-01", "household_no": f"{number + 1}", **_person(number % 13), **row}
        for number, row in enumerate(rows)
    ]
    return write_drawn(folder / "faulty.csv", base, cells)


@dataclass(frozen=True)
class Marked:
    """The store, a child of it, and files to read; copied anew for each command."""

    folder: Path
    child: str
    parted: str
    other: str


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory, base: dict[str, dict[str, Any]]) -> Marked:
    folder = tmp_path_factory.mktemp("marked")
    store = folder / "s.duckdb"
    merge([_survey(folder, base, year) for year in (2025, 2026)], store)
    _faulty(folder, base)
    # Children of Phuket, who came to Ranong a year later.
    home = {"round": 2024, "interview_date": "2024-03-01", "village_code": "83010101"}
    rows = [{**home, "household_no": str(number + 1), **_person(number)} for number in range(4)]
    merge([write_drawn(folder / "elsewhere.csv", base, rows)], folder / "elsewhere.duckdb")
    with duckdb.connect(str(store), read_only=True) as connection:
        identifiers = connection.execute(
            "SELECT cpms_id FROM child_link ORDER BY household_no, child_no, round"
        ).fetchall()
    child, (parted, other) = identifiers[0][0], (identifiers[-2][0], identifiers[-1][0])
    assert parted != other, "a doubtful pair is two children until somebody decides"
    log = pd.DataFrame({"cpms_id": [child], "response_date": ["2026-03-03"], "response_kind": ["home_visit"]})
    log.to_csv(folder / "log.csv", index=False)
    import_responses([folder / "log.csv"], store)
    dispute_answer(store, child, "violence_sexual", by=WORDS[3], reason=f"{WORDS[0]} {DIGITS}")
    bad = pd.DataFrame(
        {
            "cpms_id": [WORDS[0], WORDS[4], child],
            "given_name": WORDS[0],
            "response_kind": "home_visit",
            "response_date": ["2026-03-05", "2026-03-06", _person(3)["national_id"]],
        }
    )
    bad.to_csv(folder / "bad_log.csv", index=False)
    office = make_office(folder / "office", Asked(area="850105", store="../s.duckdb")).folder
    shutil.copy(folder / "faulty.csv", office / "inbox")
    assert export_review(store, folder / "review.xlsx", identified=True)
    # Of a copy: a store remembers which rows it gave away.
    export_dataset(shutil.copy(store, folder / "of_rows.duckdb"), folder / "drawn_rows")
    (folder / "of_rows.duckdb").unlink()
    return Marked(folder, child, parted, other)


# A machine without Thai letters makes no PDF in Thai.
PRINTED = ".pdf" if THAI_FONT else ".docx"
# How each command is called; {child}, {parted} and {other} are identifiers. `!` before a line: what it writes may hold
# names, since it gives the officer's own cells (rows set aside, copies with notes or mends) or the whole store back;
# what it says may not. A command's first line is run in both languages, as text and as JSON where there is JSON; the
# others as JSON. Every ending is written by one command or another.
RUNS: dict[str, tuple[str, ...]] = {
    "init": ("new_office",),
    "run": ("!office",),
    "validate": (
        "faulty.csv --store s.duckdb --show-changes -o f.xlsx",
        "!faulty.csv --annotate marked.xlsx",
        "!faulty.csv --fix mended.xlsx",
    ),
    "map": ("faulty.csv -o map.csv", "faulty.csv -o map.xlsx"),
    "merge": ("!faulty.csv", "!--jobs 1 faulty.csv"),
    "score show": ("-o scores.xlsx", "-o scores.parquet"),
    "score fairness": ("-o fairness.xlsx", "--area 850105 --fail-on-gap 1"),
    "score validate": ("-o foretold.xlsx", "--area 850105"),
    "children": ("--risk victim --why -o children.xlsx", "-o children.csv"),
    "today": ("-o today.xlsx", "-o today.csv"),
    "visits": ("-o visits.xlsx",),
    "community": ("850105 -o community.xlsx", "850105 --rounds 2568:2569"),
    "province": ("85 -o province.json", "85 --rounds 2568:2569 --by sex"),
    "indicator": ("11 --by sex -o indicator.xlsx", "11 --rounds 2568:2569 -o over.xlsx"),
    "rights": ("--list education -o rights.xlsx", "--rounds 2568:2569 --by village"),
    "migration": ("-o migration.xlsx", "--rounds 2568:2569 --by sex"),
    "country": ("--dataset drawn_rows -o country.xlsx", "--dataset drawn_rows --audience press -o country.csv"),
    "overlap": ("-o overlap.xlsx", "--rounds 2568:2569 --by village --by sex"),
    "template": ("-o next.xlsx --prefill --area 850105",),
    "samples": ("practice --children 5 --rounds 2569",),
    "demo": (),
    "doctor": ("",),
    "areas": ("8501",),
    "codebook": ("-o codebook.md",),
    "find": ("ชื่อลับ -o found.xlsx", "Zzqfamily", "{child}"),
    "explain": ("victim",),
    "help": ("child split",),
    "history": ("-o history.xlsx",),
    "undo": ("3",),
    "bundle": ("850105 --round 2569 -o community.cpms.age",),
    "bundle-key": ("province.key",),
    "store check": ("",),
    "store backup": ("!copy.duckdb",),
    "store restore": ("!copy.duckdb",),
    "store compact": ("!",),
    "store encrypt": ("!",),
    "store audit": ("-o audit.xlsx",),
    # Of a server that is not there; what gets to one that is: tests/store/test_store_push.py.
    "store push": ("postgresql://127.0.0.1:1/children",),
    "child show": ("{child} --why -o child.xlsx",),
    "child dispute": (
        f"{{child}} --field violence_sexual --by {WORDS[4]} --reason {WORDS[5]}",
        f"{{child}} --field violence_sexual --close --by {WORDS[4]} --reason {WORDS[5]}",
    ),
    "child split": ("{child} --round 2569 --reason seen",),
    "child join": ("{parted} {other} --reason seen",),
    "child forget": ("{child} --yes",),
    "export records": ("r.csv", "r.xlsx", "r.parquet", "r.jsonl", "r.sav", "r.zip", "d.csv --k 2"),
    "export dataset": ("rows",),
    "export figures": ("f.csv", "f.xlsx", "f.hxl.csv", "f.dhis2.json"),
    "link report": ("-o links.xlsx",),
    "link provinces": ("s.duckdb elsewhere.duckdb -o moved.xlsx",),
    "link rebuild": ("",),
    "link files": ("survey_2025.csv survey_2026.csv -o pairs.xlsx", "survey_2025.csv -o pairs.csv"),
    "response import": ("!bad_log.csv",),
    "response add": ("{child} --kind home_visit --date 2569-03-09",),
    "response assign": ("--to W1 --dry-run", "{child} --to W1"),
    "response due": ("--all -o due.xlsx",),
    "response summary": ("-o responses.xlsx", "--rounds 2568:2569 --by sex", "--work -o work.xlsx"),
    "review export": ("pairs.xlsx",),
    "review apply": ("review.xlsx",),
    "plan community": tuple(f"850105 -o plan{ending}" for ending in (PRINTED, ".docx", ".xlsx")),
    "plan province": ("85 -o plan.md",),
    "report community": ("850105 -o area.html", "850105 -o area.docx --internal"),
    "report province": ("85 -o area.xlsx",),
    "report site": ("pages",),
    "report child": ("{child} -o one.html", f"{{child}} -o one{PRINTED}"),
    "report leaflet": ("-o leaflet.html",),
    "schema check": ("", "--lang my -o missing.csv"),
    "schema new": ("own",),
    "schema diff": ("shipped shipped",),
    "schema use": ("shipped --yes",),
    "schema undo": ("",),
}
# Commands that refuse without --identified, or have no server, and files with faults; all others must do what they were
# asked.
EXPECTED = {
    "template": 2,
    "review export": 2,
    "schema undo": 2,
    "store push": 2,
    "validate": 1,
    "merge": 1,
    "run": 1,
    "response import": 1,
}
WITHOUT_STORE = {
    "areas",
    "country",
    "init",
    "doctor",
    "codebook",
    "explain",
    "help",
    "report leaflet",
    "samples",
    "bundle-key",
    "schema check",
    "schema new",
    "schema diff",
    "store check",
}
EXEMPT = {"demo": "runs on the sample files only, which are shipped and hold nobody"}


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):
        for name, subcommand in command.commands.items():
            yield from _commands(subcommand, (*path, name))
    else:
        yield " ".join(path), command


COMMANDS = dict(_commands(guarded(app)))
OPTIONS = {name: {word for option in command.params for word in option.opts} for name, command in COMMANDS.items()}


def _texts(name: str, content: bytes) -> Iterator[str]:
    """What somebody who opens a file can read in it."""
    ending = Path(name).suffix
    yield name
    if ending == ".xlsx":
        # A true date is a number in the file; who opens it reads a date.
        sheets = pd.read_excel(io.BytesIO(content), sheet_name=None, header=None, engine="calamine")
        yield from (sheet.to_csv() for sheet in sheets.values())
    if ending in (".xlsx", ".docx", ".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            for part in bundle.namelist():
                yield from _texts(part, bundle.read(part))
    elif ending == ".pdf":
        yield "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    elif ending == ".parquet":
        yield pd.read_parquet(io.BytesIO(content)).to_csv()
    elif ending == ".sav":
        with tempfile.NamedTemporaryFile(suffix=".sav", delete=False) as stream:
            stream.write(content)
        frame, about = pyreadstat.read_sav(stream.name)
        Path(stream.name).unlink()
        yield frame.to_csv() + str(about.variable_value_labels)
    yield content.decode("utf-8", "replace")
    yield content.decode("utf-16-le", "replace")


def _marks_in(text: str) -> list[str]:
    return MARKS.findall(text) + MARKS.findall(BETWEEN_DIGITS.sub("", text))


def _leaks(folder: Path, before: set[Path]) -> list[str]:
    fresh = [path for path in folder.rglob("*") if path not in before and path.is_file()]
    return [
        f"{path.name}: {mark}"
        for path in fresh
        for text in _texts(path.name, path.read_bytes())
        for mark in _marks_in(text)
    ]


def test_every_command_is_tried() -> None:
    assert set(RUNS) == set(COMMANDS)


def test_the_marks_are_found_where_they_are(cpms: Cpms, marked: Marked, tmp_path: Path) -> None:
    """The search itself can fail: with --identified, every kind of file holds marks."""
    shutil.copytree(marked.folder, tmp_path, dirs_exist_ok=True)
    store = tmp_path / "s.duckdb"
    for ending in (".csv", ".xlsx", ".parquet", ".jsonl", ".sav", ".zip"):
        before = set(tmp_path.rglob("*"))
        assert cpms("export", "records", tmp_path / f"r{ending}", "--store", store, "--identified").code == 0
        assert {mark.partition(": ")[2] for mark in _leaks(tmp_path, before)} >= {*WORDS, DIGITS, "2013-07-10"}, ending


@pytest.mark.parametrize("name", [name for name in RUNS if name not in EXEMPT])
def test_no_name_gets_out(
    name: str, cpms: Cpms, marked: Marked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    monkeypatch.setenv("CPMS_BUNDLE_KEY", "correct horse battery")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    ways: list[tuple[str, ...]] = [("--lang", "en"), ("--lang", "th")]
    if "--format" in OPTIONS[name]:
        ways = [("--lang", "en"), ("--lang", "th", "--format", "json")]
    leaks: list[str] = []
    for number, line in enumerate(RUNS[name]):
        both = name not in WITHOUT_STORE and number == 0
        for way in ways if both else ways[-1:]:
            folder = tmp_path / f"{number}{way[-1]}"
            shutil.copytree(marked.folder, folder)
            temporary.mkdir(exist_ok=True)
            monkeypatch.chdir(folder)
            if name == "store encrypt":
                monkeypatch.setenv("CPMS_KEY", "correct horse battery")
            if name == "store restore":
                shutil.copy("s.duckdb", "copy.duckdb")
            before = set(folder.rglob("*"))
            store = ("--store", "s.duckdb") if "--store" in OPTIONS[name] and "--store" not in line else ()
            words = line.lstrip("!").format(child=marked.child, parted=marked.parted, other=marked.other).split()
            ran = cpms(*name.split(), *words, *store, *(() if "--lang" in words else way))
            marks_printed = [f"{name} {line} {' '.join(way)}: {mark}" for mark in _marks_in(ran.out + ran.err)]
            assert ran.code == EXPECTED.get(name, 0), ran.err
            written = [] if line.startswith("!") else _leaks(folder, before)
            leaks += marks_printed + written + _leaks(temporary, set())
    assert not leaks


IDENTIFIED = {
    "children": "",
    "today": "",
    "visits": "",
    "find": "ชื่อลับ",
    "indicator": "4",
    "rights": "--list education",
    "child show": "{child}",
    "export records": "r.csv",
    "export dataset": "rows",
    "response due": "--all",
    "review export": "pairs.xlsx",
    "report child": "{child} -o one.html",
    "template": "-o next.xlsx --prefill --area 850105",
}


def test_whatever_shows_names_is_in_the_audit_log(
    cpms: Cpms, marked: Marked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But what shows a file that its reader holds, and has no store to write to; the stores of several provinces log
    each their own: tests/linking/test_link_provinces.py."""
    without_store = {"validate", "map", "link files", "link provinces"}
    assert set(IDENTIFIED) == {name for name in COMMANDS if "--identified" in OPTIONS[name]} - without_store
    shutil.copytree(marked.folder, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    known = 1
    for name, line in IDENTIFIED.items():
        before = set(tmp_path.rglob("*"))
        ran = cpms(*name.split(), *line.format(child=marked.child).split(), "--store", "s.duckdb", "--identified")
        assert ran.code == 0, ran.err
        assert _marks_in(ran.out) or _leaks(tmp_path, before), f"{name} shows nobody"
        log = cpms("store", "audit", "--store", "s.duckdb", "--format", "json").json["audit"]
        # A data set is noted partition by partition, as it is written.
        assert len(log) - known == (2 if name == "export dataset" else 1), f"{name} is not in the log"
        known = len(log)
        assert log[-1]["children"] >= 1
        assert log[-1]["who"]
    audit_log = cpms("store", "audit", "--store", "s.duckdb", "--lang", "th").out
    assert "ผลลัพธ์ที่แสดงชื่อ" in audit_log
    assert "review export" in audit_log
    assert cpms("store", "audit", "--store", "s.duckdb", "--format", "csv").out.startswith("shown_at,who,what,children")


def test_an_encrypted_store_holds_no_name_that_can_be_read(
    marked: Marked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "s.duckdb"
    shutil.copy(marked.folder / "s.duckdb", store)
    marks = [word.encode() for word in (*WORDS, DIGITS)]
    assert any(mark in store.read_bytes() for mark in marks), "the search can fail"
    monkeypatch.setenv("CPMS_KEY", "correct horse battery")
    encrypt(store)
    assert not [path.name for path in tmp_path.iterdir() for mark in marks if mark in path.read_bytes()]


def test_an_error_nobody_thought_of_quotes_nothing(cpms: Cpms, marked: Marked, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(f"Could not convert string '{WORDS[0]}' to INT32")

    monkeypatch.setattr(cpms_cli.summaries.child.children, "select_children", broken)
    for way in (("--format", "json"), ("--lang", "th")):
        ran = cpms("children", "--store", marked.folder / "s.duckdb", *way)
        assert ran.code == 2
        assert not _marks_in(ran.out + ran.err)
