"""A folder of one's own: every file in it is used, or `schema check` and every command say that it is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cpms_cli import prove_definition
from cpms_cli.survey.messages import say
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import ROOT, Cpms, Draw, in_english


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "schemas", tmp_path / "own"))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("exports.yaml", "layouts:", "layouts_of_old:"),
        ("messages/errors.yaml", "there is no such file", "no file is there"),
        ("messages/checking.yaml", 'th: "', 'th: "ใหม่ '),
        ("messages/errors.yaml", "{file}", "{path}"),  # an earlier version filled in another thing
        ("messages/errors.yaml", "file_missing:", "file_gone:"),  # and had another name for it
        ("messages/errors.yaml", "file_missing:", "file_missing: {{"),  # what cannot be read
    ],
)
def test_what_the_tool_takes_from_itself_is_no_fault_of_a_folder_but_a_note_with_its_line(
    folder: Path, file: str, old: str, new: str
) -> None:
    text = (folder / file).read_text("utf-8")
    line = text[: text.index(old)].count("\n") + 1
    _replace(folder / file, old, new)
    proof = prove_definition(folder)
    assert (proof.problems, proof.exit_code) == ((), 0)
    assert [(note.file, note.line) for note in proof.notes if "would not hold" in in_english(note)] == [(file, line)]


def test_a_newer_version_does_not_refuse_a_folder_with_what_an_earlier_one_said(
    cpms: Cpms, draw: Draw, folder: Path
) -> None:
    # The folder was made by a version that had no errors.yaml, and a file of sentences that is none of today's.
    (folder / "messages/errors.yaml").rename(folder / "messages/faults.yaml")
    _replace(folder / "messages/store.yaml", "{", '{en: "an old copy {of_old}", th: "สำเนา {of_old}"} # {')
    checked = cpms("schema", "check", folder)
    assert checked.code == 0
    notes = [line.partition(": note: ")[0] for line in checked.out.splitlines() if ": note: " in line]
    assert notes[0] == "messages/faults.yaml:1"
    assert notes[1].startswith("messages/store.yaml:")
    assert "หมายเหตุ: cpms ใช้ไฟล์นี้จากคำนิยามของโปรแกรมเอง" in cpms("schema", "check", folder, "--lang", "th").out
    assert cpms("validate", draw({}), "--schemas", folder).code == 0


def test_a_sentence_of_a_translation_that_no_longer_fits_is_passed_over(folder: Path) -> None:
    """A translation may say what the tool says; a copy of what an earlier version filled in is not said."""
    translation = (
        "language: qq\nname: Qalaba\nreviewed: false\nsentences:\n"
        "  file_missing: qala {file}\n  fairness_skipped_before: qala\n  schema_shipped: qala {by}\n"
    )
    (folder / "translations/qq.yaml").write_text(translation, "utf-8")
    proof = prove_definition(folder)
    assert proof.problems == ()
    notes = [(note.line, in_english(note)) for note in proof.notes if note.file == "translations/qq.yaml"]
    assert [line for line, _ in notes] == [6, 7]
    assert "cpms never says 'fairness_skipped_before'" in notes[0][1]
    assert "'schema_shipped' must fill in nothing" in notes[1][1]
    load_survey(folder)
    assert say("file_missing", "qq", file="a.csv").startswith("qala a.csv")
    assert say("schema_shipped", "qq") == say("schema_shipped", "en")


STRANGE = ["indicator.yaml", "risk.yml", "codelists/sex.xlsx", "areas/villages.csv", "a/risk.yaml"]


@pytest.mark.parametrize("file", STRANGE)
def test_a_file_that_nobody_reads_is_a_problem(cpms: Cpms, draw: Draw, folder: Path, file: str) -> None:
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text("levels: []\n", "utf-8")
    ran = cpms("schema", "check", folder)
    assert ran.code == 1
    assert f"{file}:1: cpms reads no file of this name" in ran.out
    used = cpms("validate", draw({}), "--schemas", folder)
    assert used.code == 2
    assert file in used.err


def test_notes_for_people_and_comments_are_no_problem(cpms: Cpms, folder: Path) -> None:
    (folder / "README.md").write_text("our own rules\n", "utf-8")
    (folder / ".DS_Store").write_bytes(b"\0")
    _replace(folder / "exports.yaml", "layouts:", "# as shipped\nlayouts:")
    assert cpms("schema", "check", folder).code == 0


@pytest.mark.parametrize("file", ["examples/figures.yaml", "examples/indicators.yaml", "examples/readings.yaml"])
@pytest.mark.parametrize("text", ["", "- a", "x: 1"])
def test_a_file_of_examples_of_the_wrong_shape_is_named(tmp_path: Path, file: str, text: str) -> None:
    folder = tmp_path / "schemas"
    shutil.copytree(ROOT / "schemas", folder)
    (folder / file).write_text(text, encoding="utf-8")
    problems = prove_definition(folder).problems
    assert problems
    assert all(problem.file.startswith("examples/") and problem.line >= 1 for problem in problems)
