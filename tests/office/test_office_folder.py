"""An office is a folder: what `cpms init` makes, and what commands in it need not be told."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

import cpms_cli
from cpms_cli.office.settings import load_office
from tests.conftest import Cpms, Draw
from tests.office.runs import NewOffice, files_below


def test_init_asks_nobody_where_nobody_is_and_writes_what_options_say(cpms: Cpms, tmp_path: Path) -> None:
    ran = cpms("init", tmp_path / "o", "--area", "ปากน้ำ", "--lang", "th")
    assert ran.code == 2, "several subdistricts are called so"
    assert "ปากน้ำ, เมืองระนอง, ระนอง (850105)" in ran.err
    ran = cpms("init", tmp_path / "o", "--area", "850105", "--lang", "th", "--round", "2569", "--who", "สมศรี")
    assert ran.code == 0
    made = load_office(tmp_path / "o")
    assert (made.area, made.language, made.round, made.who) == ("850105", "th", 2026, "สมศรี")
    assert made.store == tmp_path / "o" / "cpms.duckdb"
    assert {path.name for path in (tmp_path / "o").iterdir()} == {"cpms.toml", "run.bat", "inbox", "outbox", "maps"}


def test_init_asks_four_questions_of_somebody_at_a_terminal(cpms: Cpms, tmp_path: Path, monkeypatch: Any) -> None:
    from cpms_cli.cli.start import office_folder

    answers = iter(["850105", "ข้อมูล/ร้าน.duckdb", "th", "2569"])
    monkeypatch.setattr(office_folder, "_is_somebody_there", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda *words, **options: next(answers))
    assert cpms("init", tmp_path / "o").code == 0
    made = load_office(tmp_path / "o")
    assert (made.area, made.language, made.round) == ("850105", "th", 2026)
    assert made.store == tmp_path / "o" / "ข้อมูล" / "ร้าน.duckdb"
    assert next(answers, None) is None


def test_init_asks_again_until_it_understands(cpms: Cpms, tmp_path: Path, monkeypatch: Any) -> None:
    from cpms_cli.cli.start import office_folder

    answers = iter(["ไม่มีตำบลนี้แน่นอน", "ปากน้ำ", "99", "3", "s.duckdb", "qq", "en", "26", "2569"])
    monkeypatch.setattr(office_folder, "_is_somebody_there", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda *words, **options: next(answers))
    ran = cpms("init", tmp_path / "o")
    assert ran.code == 0, ran.err
    numbered = [line.split() for line in ran.err.splitlines() if line.startswith("  ")]
    assert [line[0] for line in numbered] == [str(place) for place in range(1, len(numbered) + 1)]
    assert ["850105", "Pak", "Nam,"] in [line[1:4] for line in numbered]
    made = load_office(tmp_path / "o")
    assert (made.area, made.language, made.round) == (numbered[2][1], "en", 2026)
    assert next(answers, None) is None


def test_init_writes_over_nothing(cpms: Cpms, office: NewOffice) -> None:
    folder = office()
    (folder / "run.bat").write_text("mine")
    (folder / "maps").rmdir()
    before = files_below(folder)
    ran = cpms("init")
    assert ran.code == 0
    assert "Made: maps/" in ran.out
    assert "left as it is: inbox/, outbox/, cpms.toml, run.bat" in ran.out
    assert files_below(folder) == before


def test_the_file_for_a_double_click_is_a_batch_file_of_windows(office: NewOffice) -> None:
    lines = (office() / "run.bat").read_bytes().split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert lines[0] == b"@echo off", "no byte order mark: it would be a command"
    assert lines.index(b"chcp 65001 >nul") < next(
        number for number, line in enumerate(lines) if b"cpms_cli run" in line
    )
    assert b'start "" "outbox\\open_first.html"' in b"\r\n".join(lines)
    assert b"goto" not in b"\r\n".join(lines)


def test_commands_in_an_office_need_no_options(
    cpms: Cpms, office: NewOffice, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = office("--store", "kept.duckdb")
    assert cpms("merge", draw({}, {})).code == 0
    assert (folder / "kept.duckdb").is_file()
    monkeypatch.chdir(folder / "inbox")  # below it too
    assert len(cpms("children", "--format", "json").json["children"]) == 2
    assert cpms("community", "--format", "json").json["area"] == "850105"
    monkeypatch.setenv("CPMS_STORE", str(folder / "other.duckdb"))
    ran = cpms("children")
    assert ran.code == 2, "the variable goes before the file"
    assert "as CPMS_STORE says" in ran.err
    assert "other.duckdb" in ran.err
    assert cpms("children", "--store", folder / "kept.duckdb").code == 0, "the option goes before both"


def test_the_language_of_an_office_and_who_goes_before_it(
    cpms: Cpms, office: NewOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = office()
    text = (folder / "cpms.toml").read_text("utf-8").replace('language = "en"', 'language = "th"')
    (folder / "cpms.toml").write_text(text, "utf-8")
    assert "ปกติ" not in cpms("doctor").out, "CPMS_LANG says en"
    monkeypatch.delenv("CPMS_LANG")
    assert "ปกติ" in cpms("doctor").out
    assert "วิธีใช้" in cpms("merge", "--help").out
    assert "ไม่พบไฟล์" in cpms("validate", "nowhere.csv").err
    assert "sound" in cpms("doctor", "--lang", "en").out


def test_doctor_says_where_each_default_comes_from(
    cpms: Cpms, office: NewOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = office()
    line = (folder / "cpms.toml").read_text("utf-8").splitlines().index('area = "850105"') + 1
    monkeypatch.setenv("CPMS_STORE", "elsewhere.duckdb")
    signs = {sign["item"]: sign["found"] for sign in cpms("doctor", "--format", "json").json["signs"]}
    assert signs["office"] == str(folder / "cpms.toml")
    assert signs["office_area"] == f"850105 (cpms.toml:{line})"
    assert signs["office_store"].endswith("elsewhere.duckdb (CPMS_STORE)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('name = "a"\nstore = C:\\data\n', "line 2"),
        ('name = "a"\nlanguaeg = "th"\n', "line 2: there is no setting 'languaeg'. Is 'language' meant?"),
        ("round = 25\n", "line 1: round cannot be '25'"),
        ('\n\nround = "2569"\n', "line 3: round cannot be '2569'"),
        ('[run]\nsteps = ["merge", "bake"]\n', "line 2: run.steps cannot be 'bake'"),
        ('[run]\nreport = "../report.html"\n', "line 2: run.report cannot be '../report.html'"),
        ('[run]\nreport = "report.exe"\n', "line 2: run.report cannot be 'report.exe'"),
        ("run = 3\n", "line 1: run cannot be '3'"),
    ],
)
def test_settings_that_cannot_be_used_are_named_with_line_and_mend(
    cpms: Cpms, office: NewOffice, text: str, words: str
) -> None:
    folder = office()
    (folder / "cpms.toml").write_text(text, "utf-8")
    ran = cpms("children")
    assert ran.code == 2
    assert "cpms.toml" in ran.err
    assert words in ran.err
    assert cpms("children", "--help").code == 0


def test_where_there_is_no_office_it_is_said(cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = cpms("run")
    assert ran.code == 2
    assert "cpms init" in ran.err
    with pytest.raises(cpms_cli.CpmsError):
        cpms_cli.run_office(tmp_path)


def test_a_bare_cpms_in_an_office_shows_what_waits_and_the_next_step(cpms: Cpms, office: NewOffice, draw: Draw) -> None:
    folder = office("--name", "Bang Rin")
    empty = cpms()
    assert (empty.code, "Office: Bang Rin" in empty.out) == (0, True)
    assert "Nothing is stored yet" in empty.out
    homes = [
        {"household_no": home, "violence_physical": "yes", "birth_date": f"2013-07-1{home}"} for home in range(1, 8)
    ]
    shutil.move(draw(*homes), folder / "inbox" / "a.csv")
    assert "1 file in inbox/ that no run has taken in: a.csv" in cpms().out
    assert cpms("run").code == 0
    ran = cpms()
    assert ran.code == 0
    assert "inbox" not in ran.out
    assert "and 2 more: cpms today" in ran.out
    assert "สำนักงาน: Bang Rin" in cpms("--lang", "th").out
    # Outside, or where anything is typed, all is as it was.
    assert "Usage" in cpms("--help").out
    assert "and 2 more" not in cpms("today").out
    assert "and 6 more" in cpms("today", "--first", "1").out


def test_a_variable_of_the_round_that_is_no_year_is_refused_everywhere(
    cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CPMS_ROUND", "256")
    refused = cpms("areas", "Ranong")
    assert (refused.code, "CPMS_ROUND is 256" in refused.err) == (2, True)
    monkeypatch.setenv("CPMS_ROUND", "2569")
    assert cpms("areas", "Ranong").code == 0
