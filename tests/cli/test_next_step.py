"""Each command ends with the next one to type; one that writes a file says so in one line, in place of its table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cpms_cli import merge
from cpms_cli.cli.commands import app
from cpms_cli.cli.every_command.next_step import SHOWN_BY_COMMAND
from cpms_cli.cli.guard import commands_below, guarded
from cpms_cli.survey.messages import knows
from tests.conftest import Cpms, Draw, made_once, write_drawn

COMMANDS = {path: command for path, command in commands_below(guarded(app)) if not hasattr(command, "commands")}
# How each command that takes -o is called; {child} is a child of the store.
LINES = {
    "validate": "survey_2025.csv -o f.xlsx",
    "map": "survey_2025.csv -o map.xlsx",
    "template": "-o form.xlsx",
    "codebook": "-o codebook.md",
    "children": "-o children.xlsx",
    "today": "-o today.xlsx",
    "visits": "-o visits.xlsx",
    "find": "{child} -o match.xlsx",
    "community": "850105 -o community.xlsx",
    "province": "85 -o province.xlsx",
    "indicator": "3 -o indicator.xlsx",
    "rights": "-o rights.xlsx",
    "migration": "-o migration.xlsx",
    "overlap": "--rounds 2568:2569 -o overlap.xlsx",
    "history": "-o history.csv",
    "child show": "{child} -o child.xlsx",
    "score show": "-o scores.parquet",
    "score fairness": "-o fairness.xlsx",
    "score validate": "-o validate.xlsx",
    "store audit": "-o audit.csv",
    "link files": "survey_2025.csv -o pairs.xlsx",
    "link report": "-o links.xlsx",
    "response due": "-o due.xlsx",
    "response summary": "--work -o work.xlsx",
    "plan community": "850105 -o plan.docx",
    "plan province": "85 -o plan.md",
    "report community": "850105 -o area.html",
    "report province": "85 -o area.docx",
    "report child": "{child} -o one.html",
    "report leaflet": "-o leaflet.html",
    "schema check": "--lang my -o missing.csv",
}
# These print no table: how much they gave away, of what, and to whom.
# `country` needs a data set: tests/store/test_dataset_summaries.py; `link provinces` needs several stores.
NOT_HERE = {"bundle", "export records", "export figures", "country", "link provinces"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: dict[str, dict[str, Any]]) -> Path:
    """Two rounds of four homes with a child each, the first of them a victim."""

    def make(path: Path) -> None:
        files = [
            write_drawn(
                path.with_name(f"survey_{year}.csv"),
                base,
                [
                    {
                        "round": year,
                        "interview_date": f"{year}-03-01",
                        "household_no": str(home),
                        "violence_physical": "yes" if home == 1 else "no",
                    }
                    for home in range(1, 5)
                ],
            )
            for year in (2025, 2026)
        ]
        merge(files, path)

    return made_once(tmp_path_factory, "next_step", make)


def test_every_command_says_what_comes_next() -> None:
    sentences = {f"next_{'_'.join(path.replace('-', '_').split()[1:])}": path for path in COMMANDS}
    assert [path for name, path in sentences.items() if not knows(name) and path not in SHOWN_BY_COMMAND] == []
    assert set(COMMANDS) >= SHOWN_BY_COMMAND


def test_every_command_that_writes_a_file_is_tried() -> None:
    writing = {path.removeprefix("cpms ") for path, command in COMMANDS.items() if "-o" in _options(command)}
    assert writing == {*LINES} | NOT_HERE


def _options(command: Any) -> set[str]:
    return {word for option in command.params for word in option.opts}


@pytest.mark.parametrize("name", list(LINES))
def test_what_writes_a_file_says_so_in_one_line_and_prints_no_table(
    name: str, cpms: Cpms, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: dict[str, Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_drawn(tmp_path / "survey_2025.csv", base, [{"left_alone": "no"}])
    words = LINES[name]
    if "{child}" in words:
        listed = cpms("children", "--store", store, "--format", "json").json["children"]
        words = words.format(child=listed[0]["cpms_id"])
    with_store = ["--store", store] if "--store" in _options(COMMANDS[f"cpms {name}"]) and name != "validate" else []
    ran = cpms(*name.split(), *words.split(), *with_store)
    assert ran.code in (0, 1), ran.err
    assert ran.out == ""
    assert "─" not in ran.err
    lines = [line for line in ran.err.splitlines() if line.startswith("Written: ")]
    file = words.split()[-1]
    assert len(lines) == 1 and lines[0].startswith(f"Written: {file}"), ran.err
    assert "cpms " in lines[0] or "--identified" in lines[0], "the next step stands in the same line"
    assert (tmp_path / file).stat().st_size


def test_a_list_ends_with_what_to_type(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    """To a person; a program that reads gets the data alone."""
    ran = cpms("history", "--store", store, "--lang", "th")
    assert ran.err == f"ต่อไป: ยกเลิกการรวม: cpms undo ชุดที่ --store {store}\n"
    assert cpms("history", "--store", store, "--format", "json").err == ""
    assert cpms("community", "850105", "--store", store).err.startswith(
        "Next: a report to hand on: cpms report community 850105 -o report.html --store "
    )


def test_a_file_with_faults_leads_to_its_mending_and_one_without_to_the_store(
    cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: dict[str, Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_drawn(tmp_path / "good.csv", base, [{}])
    write_drawn(tmp_path / "bad.csv", base, [{"sex": "3"}])
    last = [cpms("validate", f"{name}.csv").err.splitlines()[-1] for name in ("good", "bad")]
    assert last == [
        "Next: store it: cpms merge good.csv",
        "Next: see each cell marked in a copy: cpms validate bad.csv --annotate to_mend.xlsx",
    ]
    marked = cpms("validate", "bad.csv", "--annotate", "to mend.xlsx").err.splitlines()[-1]
    assert marked == 'Next: mend the marked cells, save it, then: cpms merge "to mend.xlsx"'


def test_what_is_next_has_the_map_and_the_round_that_the_file_was_read_with(cpms: Cpms, draw: Draw) -> None:
    file = draw({"household_no": "1"}, name="list.csv")
    chart = file.with_name("map.xlsx")
    assert cpms("map", file, "-o", chart).code == 0
    shown = cpms("validate", file, "--map", chart, "--round", "2569")
    assert shown.err.strip().endswith(f"cpms merge {file} --map {chart} --round 2569")
