"""Questions and answers that come and go: in which rounds they are there, what they were called, what rests on them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pytest

from cpms_cli import prove_definition
from cpms_cli.forms.form_workbook import sheets
from cpms_cli.forms.phone.xlsform import xlsform
from cpms_cli.reading.header.headers import header_spellings
from cpms_cli.survey.messages import problem_line
from cpms_cli.survey.model.definition import Survey, folded
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.proof.definition_proof import proved
from cpms_cli.survey.rules.dependents import dependents
from tests.conftest import ROOT, Cpms, Draw, in_english
from tests.definitions import change_file, copy_definition

Change = Callable[[str, str, str], int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_definition(tmp_path / "own")


@pytest.fixture
def change(folder: Path) -> Change:
    """Puts one text in place of another in a file of the folder; returns the line on which it now stands."""
    return partial(change_file, folder)


def _field(name: str) -> str:
    return f"  - name: {name}\n"


def _with(name: str, *lines: str) -> tuple[str, str]:
    """A field as it stands, and with further lines."""
    return _field(name), _field(name) + "".join(f"    {line}\n" for line in lines)


def _problems(folder: Path) -> str:
    return "\n".join(problem_line(problem, "en") for problem in proved(folder)[1])


@pytest.mark.parametrize(
    ("since", "until"), [("2569", "2570"), ("2026", "2027"), ('"2569"', "2027"), ("2569", "'2027'")]
)
def test_a_round_is_written_as_a_buddhist_or_a_gregorian_year(
    folder: Path, change: Change, since: str, until: str
) -> None:
    change("child.yaml", *_with("tobacco", f"since: {since}", f"until: {until}"))
    field = load_survey(folder).fields["tobacco"]
    assert (field.since, field.until) == (2026, 2027)
    assert [field.is_asked_in(year) for year in (2025, 2026, 2027, 2028)] == [False, True, True, False]
    assert not field.is_asked_in(None), "it has come to its end, so no round to come asks it"
    assert load_survey(folder).not_asked_in(2025) - load_survey().not_asked_in(2025) == {"tobacco"}


@pytest.mark.parametrize("year", ["69", "1569", "2569-01-01", "soon", "true", "[2569]"])
def test_what_is_no_year_of_a_round_is_refused(folder: Path, change: Change, year: str) -> None:
    line = change("child.yaml", *_with("tobacco", f"since: {year}"))
    assert f"child.yaml:{line + 1}: " in _problems(folder)


def test_until_before_since_is_refused(folder: Path, change: Change) -> None:
    line = change("child.yaml", *_with("tobacco", "since: 2569", "until: 2568"))
    assert f"child.yaml:{line + 2}: until 2025 lies before since 2026" in _problems(folder)


@pytest.mark.parametrize("skipped", ["2569", "[2569]", '"2026"', "[2026]"])
def test_a_question_may_pause_and_return(folder: Path, change: Change, skipped: str) -> None:
    """Asked until 2568 and again from 2570: the round between is skipped, and every other one asks."""
    change("child.yaml", *_with("tobacco", f"skipped: {skipped}"))
    survey = load_survey(folder)
    field = survey.fields["tobacco"]
    assert [field.is_asked_in(year) for year in (2025, 2026, 2027, None)] == [True, False, True, True]
    assert survey.not_asked_in(2026) - survey.not_asked_in(2027) == {"tobacco"}
    assert "tobacco" not in {field.name for field in survey.as_asked_in(2026).child.fields}
    notes = [in_english(note) for note in prove_definition(folder).notes]
    assert any(note.startswith("'tobacco' is not asked in these rounds: 2026; this rests on it") for note in notes)


def test_whoever_writes_a_pause_as_an_end_and_a_beginning_is_told_how(folder: Path, change: Change) -> None:
    line = change("child.yaml", *_with("tobacco", "until: 2568", "since: 2571"))
    assert f"child.yaml:{line + 1}: until 2025 lies before since 2028" in _problems(folder)
    assert "write in place of both: skipped: [2026, 2027]" in _problems(folder)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("since: 2568", "skipped: 2568"), "skipped has rounds between the first and the last one that ask, and 2025"),
        (
            ("until: 2568", "skipped: [2569]"),
            "skipped has rounds between the first and the last one that ask, and 2026",
        ),
        (("skipped: [2569, 2026]",), "skipped has 2026 twice"),
        (("skipped: soon",), "a round is a year of four digits"),
    ],
)
def test_rounds_that_cannot_be_skipped_are_refused(
    folder: Path, change: Change, lines: tuple[str, ...], message: str
) -> None:
    line = change("child.yaml", *_with("tobacco", *lines))
    assert re.search(rf"child\.yaml:{line + len(lines)}: [^\n]*{re.escape(message)}", _problems(folder))


def test_an_answer_and_an_indicator_may_skip_a_round_too(folder: Path, change: Change) -> None:
    _with_columns(folder, "codelists/dwelling.csv", employer={"skipped": "2569|2570"})
    change("indicators.yaml", "  - number: 15\n", "  - number: 15\n    skipped: 2568\n")
    survey = load_survey(folder)
    codes = survey.codelists["dwelling"]
    left_out = [{code.code for code in codes.codes} - {code.code for code in codes.offered_in(y)} for y in (2025, 2026)]
    assert left_out == [set(), {"employer"}]
    assert "round NOT IN (2025)" in str(next(part for part in survey.indicators if part.number == 15).applies)


def test_a_field_is_read_under_its_former_names(
    cpms: Cpms, draw: Draw, folder: Path, change: Change, tmp_path: Path
) -> None:
    change("child.yaml", *_with("tobacco", "formerly: [smoking, smoker]"))
    survey = load_survey(folder)
    known = header_spellings(survey)
    assert (known["smoking"], known["smoker"], known["tobacco"]) == ("tobacco", "tobacco", "tobacco")
    assert survey.by_former_name == {"smoking": "tobacco", "smoker": "tobacco"}
    assert survey.field_once_named("smoking") is survey.field_once_named("tobacco") is survey.fields["tobacco"]
    file = draw({"tobacco": "yes"})
    file.write_text(file.read_text("utf-8").replace("tobacco", "smoking"), "utf-8")
    store = tmp_path / "store.duckdb"
    assert cpms("merge", file, "--store", store, "--schemas", folder).code == 0
    children = cpms("children", "--store", store, "--schemas", folder, "--indicator", 15, "--format", "json")
    assert len(children.json["children"]) == 1


def test_one_former_name_needs_no_list(folder: Path, change: Change) -> None:
    change("child.yaml", *_with("tobacco", "formerly: smoking"))
    assert load_survey(folder).fields["tobacco"].formerly == ("smoking",)


@pytest.mark.parametrize(
    ("file", "name", "former", "message"),
    [
        ("child.yaml", "tobacco", "alcohol", "'tobacco' cannot have been 'alcohol' formerly: there still is a field"),
        ("child.yaml", "tobacco", "dwelling", "'tobacco' cannot have been 'dwelling' formerly: there still is a field"),
        ("household.yaml", "dwelling", "alcohol", "there still is a field of that name"),
        ("response.yaml", "response_outcome", "next_date", "there still is a field of that name"),
        ("child.yaml", "tobacco", "tobacco", "names itself as its former name"),
    ],
)
def test_a_former_name_of_a_field_that_exists_is_refused(
    folder: Path, change: Change, file: str, name: str, former: str, message: str
) -> None:
    line = change(file, *_with(name, f"formerly: {former}"))
    problems = _problems(folder)
    assert f"{file}:{line + 1}: " in problems
    assert message in problems


def test_a_cycle_of_former_names_is_refused(folder: Path, change: Change) -> None:
    change("child.yaml", *_with("tobacco", "formerly: alcohol"))
    line = change("child.yaml", *_with("alcohol", "formerly: tobacco"))
    assert f"child.yaml:{line + 1}: 'alcohol' and 'tobacco' were each formerly the other: a cycle" in _problems(folder)


def test_two_fields_formerly_the_same_are_refused(folder: Path, change: Change) -> None:
    change("child.yaml", *_with("tobacco", "formerly: smoking"))
    line = change("child.yaml", *_with("alcohol", "formerly: smoking"))
    problems = _problems(folder)
    assert f"child.yaml:{line + 1}: 'smoking' is formerly both 'tobacco' and 'alcohol'" in problems


def test_a_former_name_that_is_another_fields_header_is_refused(folder: Path, change: Change) -> None:
    change("child.yaml", *_with("tobacco", "formerly: Nickname"))
    assert "'Nickname' is also a header of 'other_name'" in _problems(folder)


@pytest.mark.parametrize(
    ("name", "line"), [("round", "since: 2569"), ("consent", "asked: false"), ("sex", "until: 2569")]
)
def test_what_every_row_needs_is_asked_in_every_round(folder: Path, change: Change, name: str, line: str) -> None:
    file = "child.yaml" if name == "sex" else "household.yaml"
    change(file, *_with(name, line))
    assert f"cpms cannot do without '{name}': it must be asked in every round" in _problems(folder)


CODES = "code,label_en,label_th,missing,spellings"


def _with_columns(folder: Path, file: str, **cells: dict[str, str]) -> None:
    """Gives a code list the columns since, until, skipped and formerly, filled in for some codes."""
    columns = ("since", "until", "skipped", "formerly")
    lines = (folder / file).read_text("utf-8").splitlines()
    rows = [",".join([lines[0], *columns])]
    for line in lines[1:]:
        own = cells.get(line.partition(",")[0], {})
        rows.append(",".join([line, *(own.get(name, "") for name in columns)]))
    (folder / file).write_text("\n".join(rows) + "\n", "utf-8")


def test_codes_come_go_and_change_their_name(folder: Path) -> None:
    _with_columns(
        folder,
        "codelists/dwelling.csv",
        employer={"since": "2569"},
        rented={"until": "2025"},
        own={"formerly": "owned|own_house"},
    )
    survey = load_survey(folder)
    codes = survey.codelists["dwelling"]
    assert {code.code for code in codes.codes} - {code.code for code in codes.offered_in(2025)} == {"employer"}
    assert {code.code for code in codes.codes} - {code.code for code in codes.offered_in(2026)} == {"rented"}
    assert codes.by_spelling[folded("owned")] == codes.by_former_code["own_house"] == "own"
    dwelling = survey.fields["dwelling"]
    assert survey.is_asked_alike(dwelling, (2024, 2025))
    assert not survey.is_asked_alike(dwelling, (2025, 2026)), "other answers could be chosen"
    assert not _problems(folder)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"since": "2569", "until": "2568"}, "until 2025 lies before since 2026"),
        ({"since": "69"}, "'69' is no year of a round"),
        ({"formerly": "rented"}, "'own' cannot have been 'rented' formerly: there still is a code of that name"),
        ({"formerly": "own"}, "names itself as its former name"),
    ],
)
def test_a_code_with_a_wrong_lifespan_is_refused(folder: Path, cells: dict[str, str], message: str) -> None:
    _with_columns(folder, "codelists/dwelling.csv", own=cells)
    line = next(
        number
        for number, row in enumerate((folder / "codelists/dwelling.csv").read_text("utf-8").splitlines(), start=1)
        if row.startswith("own,")
    )
    problems = _problems(folder)
    assert f"codelists/dwelling.csv:{line}: " in problems
    assert message in problems


def test_two_codes_formerly_the_same_are_refused(folder: Path) -> None:
    _with_columns(folder, "codelists/dwelling.csv", own={"formerly": "house"}, rented={"formerly": "house"})
    assert "'house' is formerly both 'own' and 'rented'" in _problems(folder)


def _turned_off(folder: Path, change: Change, name: str) -> int:
    survey = load_survey()
    asked = survey.fields[name].asked
    file = "child.yaml" if name in {field.name for field in survey.child.fields} else "household.yaml"
    text = (folder / file).read_text("utf-8")
    entry = text[text.index(_field(name)) :]
    end = entry.index("\n  - name: ") if "\n  - name: " in entry else len(entry)
    entry = entry[:end]
    off = (
        re.sub(r"(?m)^    asked: .*$", "    asked: false", entry)
        if asked
        else entry.replace(_field(name), _field(name) + "    asked: false\n")
    )
    return change(file, entry, off)


QUESTIONS = ("left_alone", "exploited", "services_received", "member_drugs", "drugs")


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_turned_off_in_one_line(cpms: Cpms, folder: Path, change: Change, name: str) -> None:
    line = _turned_off(folder, change, name)
    ran = cpms("schema", "check", folder)
    assert ran.code == 0, ran.out
    survey = load_survey(folder)
    assert survey.fields[name].is_turned_off
    assert not any(survey.fields[name].is_asked_in(year) for year in (2024, 2026, None))
    file = "child.yaml" if name in {field.name for field in survey.child.fields} else "household.yaml"
    note = next(text for text in ran.out.splitlines() if text.startswith(f"{file}:{line}: '{name}' is not asked"))
    assert all(f"{part.name} ({part.file}:" in note for part in dependents(survey, name))


def test_what_rests_on_a_question_is_named_by_its_place(folder: Path, change: Change, survey: Survey) -> None:
    _turned_off(folder, change, "services_received")
    resting = [(part.kind, part.name, part.file) for part in dependents(survey, "services_received")]
    assert ("indicator", "16", "indicators.yaml") in resting
    note = next(iter(prove_definition(folder).notes))
    text = (ROOT / "schemas" / "indicators.yaml").read_text("utf-8")
    line = text[: text.index("  - number: 16\n")].count("\n") + 1
    assert f"indicator 16 (indicators.yaml:{line})" in in_english(note)


def test_without_a_question_nothing_becomes_no(
    cpms: Cpms, draw: Draw, folder: Path, change: Change, tmp_path: Path
) -> None:
    """Indicator 6 of a child of 4 asks three questions; two say no, the third is not asked: not asked, never no."""
    _turned_off(folder, change, "left_alone")
    file, store = draw({"birth_date": "2022-01-05", "left_alone": None}), tmp_path / "store.duckdb"
    assert cpms("merge", file, "--store", store, "--schemas", folder).code in (0, 1)
    scored = cpms("score", "--store", store, "--schemas", folder, "-o", tmp_path / "scores.csv")
    assert scored.code == 0
    rows = (tmp_path / "scores.csv").read_text("utf-8-sig").splitlines()
    cells = dict(zip(rows[0].split(","), rows[1].split(","), strict=False))
    assert cells["i06"] == "not_asked"


def test_an_answer_to_a_question_that_is_turned_off_is_told_and_not_stored(
    cpms: Cpms, draw: Draw, folder: Path, change: Change, tmp_path: Path
) -> None:
    _turned_off(folder, change, "left_alone")
    file, store = draw({"birth_date": "2022-01-05", "left_alone": "often"}), tmp_path / "store.duckdb"
    ran = cpms("merge", file, "--store", store, "--schemas", folder)
    assert ran.code == 1
    assert "left_alone" in ran.out
    assert "did not ask" in ran.out
    with duckdb.connect(str(store), read_only=True) as connection:
        assert connection.execute("SELECT left_alone FROM child_observation").fetchall() == [(None,)]
        assert connection.execute("SELECT left_alone FROM current_child").fetchall() == [("not_asked",)]


def test_json_has_the_notes_apart_from_the_problems(cpms: Cpms, folder: Path, change: Change) -> None:
    line = _turned_off(folder, change, "left_alone")
    document = cpms("schema", "check", folder, "--format", "json").json
    assert document["problems"] == []
    # Indicator 6 has the ages of this question from `asked(left_alone)`.
    rules = (folder / "indicators.yaml").read_text("utf-8").splitlines()
    [rule] = [number for number, text in enumerate(rules, start=1) if text.strip() == "- number: 6"]
    places = [(note["file"], note["line"]) for note in document["notes"]]
    assert places == [("child.yaml", line), ("indicators.yaml", rule)]


def test_a_form_has_the_questions_and_answers_of_its_round(folder: Path, change: Change) -> None:
    change("child.yaml", *_with("tobacco", "since: 2570"))
    change("child.yaml", *_with("alcohol", "until: 2569"))
    _turned_off(folder, change, "left_alone")
    _with_columns(folder, "codelists/dwelling.csv", employer={"since": "2570"})
    survey = load_survey(folder)
    for year, lacking, dwellings in ((2026, {"tobacco"}, 6), (2027, {"alcohol"}, 7), (None, {"alcohol"}, 7)):
        form = xlsform(survey, round_=year, language="en")
        gone = set(load_survey().fields) - set(form.survey["name"])
        assert {*lacking, "left_alone"} <= gone
        assert not {"tobacco", "alcohol"} - lacking & gone
        choices = form.choices.loc[form.choices["list_name"] == "dwelling", "name"]
        assert (len(choices), "employer" in set(choices)) == (dwellings, dwellings == 7)
        columns = {field.name for fields in sheets(survey.as_asked_in(year), "flat").values() for field in fields}
        assert set(survey.fields) - columns == {*lacking, "left_alone"}
    assert survey.as_asked_in(2026) != survey.as_asked_in(2027), "nothing worked out for one stands for the other"
    assert load_survey().as_asked_in(2026) is load_survey(), "the shipped one asks the same in every round"
