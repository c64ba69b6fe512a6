"""A store outlives its questionnaire: it follows another definition, and keeps every answer."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from cpms_cli import merge
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import ROOT, Cpms, Draw
from tests.definitions import add_question, change_file, copy_definition, rename_question
from tests.survey.adoption.adopting import adopt


def _answers(store: Path, *names: str) -> list[tuple[object, ...]]:
    """What the store's own view says, by round."""
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(f"SELECT round, {', '.join(names)} FROM current_child ORDER BY ALL").fetchall()


def _adopt_by_command(cpms: Cpms, folder: Path, store: Path) -> str:
    """Return what the command prints."""
    ran = cpms("schema", "use", folder, "--store", store, "--yes")
    assert ran.code == 0, ran.err
    assert cpms("store", "check", "--store", store).code == 0
    return ran.out


def test_a_round_merged_before_a_question_came_did_not_ask_it(
    cpms: Cpms, draw: Draw, own: Path, store: Path, tmp_path: Path
) -> None:
    add_question(own, "chores")
    printed = _adopt_by_command(cpms, own, store)
    assert "chores (Hours of chores)" in printed
    assert _answers(store, "chores", "tobacco") == [("2026", "not_asked", "yes")]
    # The next round asks it; nobody has to name the definition again.
    file = draw({"round": 2027, "interview_date": "2027-11-15", "chores": 7}, name="next.csv")
    assert cpms("merge", file, "--store", store).code == 0
    assert _answers(store, "chores") == [("2026", "not_asked"), ("2027", "7")]
    again = cpms("merge", draw({"tobacco": "yes"}, name="first.csv"), "--store", store)
    assert "1 unchanged" in again.out


def test_a_store_that_was_written_by_others_since_is_asked_what_it_follows(
    draw: Draw, own: Path, store: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copy(store, tmp_path / "other.duckdb"))
    add_question(own, "chores")
    adopt(own, other)
    merge([draw({"tobacco": "no"}, name="corrected.csv")], store)
    assert definition_in_use(store).digest == load_survey().digest
    other.replace(store)
    assert definition_in_use(store).digest == load_survey(own).digest


def test_a_blank_answer_of_a_round_that_asked_stays_blank(cpms: Cpms, draw: Draw, own: Path, store: Path) -> None:
    add_question(own, "chores")
    adopt(own, store)
    file = draw({"round": 2027, "interview_date": "2027-11-15", "chores": None}, name="next.csv")
    assert cpms("merge", file, "--store", store).code == 0
    assert _answers(store, "chores") == [("2026", "not_asked"), ("2027", None)]


def test_a_question_is_asked_from_its_first_round_on(cpms: Cpms, draw: Draw, own: Path, tmp_path: Path) -> None:
    add_question(own, "chores", "since: 2570")
    store = tmp_path / "new.duckdb"
    assert cpms("merge", draw({"tobacco": "yes"}), "--store", store, "--schemas", own).code == 0
    assert _answers(store, "chores") == [("2026", "not_asked")]


def test_forms_and_annotated_copies_follow_the_stores_definition(
    cpms: Cpms, draw: Draw, own: Path, store: Path, tmp_path: Path
) -> None:
    add_question(own, "chores")
    adopt(own, store)
    form, copy = tmp_path / "form.xlsx", tmp_path / "to_mend.xlsx"
    area = _answers(store, "village_code")[0][1]
    words = ("--xlsform", "--prefill", "--area", area, "--identified", "--store", store)
    assert cpms("template", *words, "-o", form).code == 0
    assert "chores" in [cell.value for cell in load_workbook(form)["survey"]["B"]]
    file = draw({"round": 2027, "interview_date": "2027-11-15", "chores": 700}, name="next.csv")
    assert cpms("validate", file, "--store", store, "--annotate", copy).code == 1
    texts = [str(cell.value) for sheet in load_workbook(copy) for row in sheet for cell in row]
    assert any("Hours of chores" in text and "112" in text for text in texts), texts


def test_a_definition_that_knows_less_blanks_nothing(cpms: Cpms, draw: Draw, own: Path, tmp_path: Path) -> None:
    longer, store = copy_definition(tmp_path / "longer", own), tmp_path / "s.duckdb"
    add_question(longer, "chores")
    first = draw({"chores": 7, "tobacco": "yes"}, name="first.csv")
    assert cpms("merge", first, "--store", store, "--schemas", longer).code == 0
    printed = _adopt_by_command(cpms, own, store)
    assert "chores (Hours of chores). 1 answer stays in the store" in printed
    # A correction under the shorter one.
    corrected = draw({"tobacco": "no"}, name="corrected.csv")
    assert cpms("merge", corrected, "--store", store).code == 0
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute("SELECT chores, tobacco FROM child_observation WHERE superseded_by IS NULL")
        assert rows.fetchall() == [("7", "no")]
    assert cpms("store", "check", "--store", store).code == 0


def test_a_question_with_another_name_keeps_its_answers(cpms: Cpms, draw: Draw, own: Path, store: Path) -> None:
    before = cpms("children", "--store", store, "--indicator", 15, "--format", "json").json["children"]
    rename_question(own, "tobacco", "smoking")
    printed = _adopt_by_command(cpms, own, store)
    assert "Renamed: tobacco is smoking now" in printed
    assert _answers(store, "smoking") == [("2026", "yes")]
    after = cpms("children", "--store", store, "--indicator", 15, "--format", "json").json["children"]
    assert [child["cpms_id"] for child in after] == [child["cpms_id"] for child in before]
    # The file of before has the former header, and says nothing new.
    assert "1 unchanged" in cpms("merge", draw({"tobacco": "yes"}, name="first.csv"), "--store", store).out


def test_an_answer_with_another_code_keeps_its_meaning(cpms: Cpms, draw: Draw, own: Path, store: Path) -> None:
    lists = (own / "codelists/dwelling.csv").read_text("utf-8").splitlines()
    named = [f"{line}," if number else f"{line},formerly" for number, line in enumerate(lists)]
    named = [f"owned{line[3:]}own" if line.startswith("own,") else line for line in named]
    (own / "codelists/dwelling.csv").write_text("\n".join(named) + "\n", "utf-8")
    for path in (own / "examples/indicators.yaml", own / "examples/readings.yaml", own / "translations/my.yaml"):
        text = path.read_text("utf-8")
        path.write_text(
            text.replace("dwelling: own,", "dwelling: owned,").replace('code: "own"', 'code: "owned"'), "utf-8"
        )
    change_file(own, "translations/my.yaml", "dwelling: {own:", "dwelling: {owned:")
    assert cpms("schema", "check", own).code == 0, cpms("schema", "check", own).out
    adopt(own, store)
    with duckdb.connect(str(store), read_only=True) as connection:
        assert connection.execute("SELECT dwelling FROM current_household").fetchall() == [("owned",)]
    assert "1 unchanged" in cpms("merge", draw({"tobacco": "yes"}, name="first.csv"), "--store", store).out
    assert cpms("schema", "undo", "--store", store).code == 2  # the file was merged once more under it


@pytest.mark.parametrize("format_", ["format1", "format2", "format3", "format4", "format5"])
def test_a_store_of_every_earlier_format_follows_a_definition(cpms: Cpms, tmp_path: Path, format_: str) -> None:
    store = tmp_path / "old.duckdb"
    store.write_bytes(gzip.decompress((ROOT / f"tests/stores/{format_}.duckdb.gz").read_bytes()))
    assert cpms("children", "--store", store).code == 0
    assert (tmp_path / f"old.{format_}.duckdb").exists()
    assert cpms("store", "check", "--store", store).code == 0
    own = copy_definition(tmp_path / "own")
    add_question(own, "chores")
    adopt(own, store)
    assert {answer for _, answer in _answers(store, "chores")} == {"not_asked"}
