"""A store outlives its questionnaire: it follows another definition, keeps every answer, and can go back."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from cpms_cli import check_store, merge
from cpms_cli.errors import DefinitionError, StoreError
from cpms_cli.store.content import dump
from cpms_cli.store.definitions.adopting import adopt_definition, planned_adoption
from cpms_cli.store.definitions.definition_in_use import (
    check_is_followed,
    definition_in_use,
    definition_to_write,
)
from cpms_cli.store.file import open_store
from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.loading import load_survey
from cpms_cli.survey.files.schema_files import read_survey
from cpms_cli.survey.model.fields import CodeList
from tests.conftest import ROOT, Cpms, Draw, MakeOnce
from tests.definitions import add_question, change_file, copy_definition, rename_question


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return copy_definition(tmp_path / "own")


@pytest.fixture
def store(draw: Draw, once: MakeOnce) -> Path:
    """One child of the round 2569, who smokes; its home is the example's."""
    first = draw({"tobacco": "yes"}, name="first.csv")
    return once(lambda path: merge([first], path))


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


def _adopt(folder: Path, store: Path) -> None:
    adopt_definition(store, load_survey(folder))
    assert check_store(store)["violations"].sum() == 0


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
    _adopt(own, other)
    merge([draw({"tobacco": "no"}, name="corrected.csv")], store)
    assert definition_in_use(store).digest == load_survey().digest
    other.replace(store)
    assert definition_in_use(store).digest == load_survey(own).digest


def test_a_blank_answer_of_a_round_that_asked_stays_blank(cpms: Cpms, draw: Draw, own: Path, store: Path) -> None:
    add_question(own, "chores")
    _adopt(own, store)
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
    _adopt(own, store)
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
    assert "chores (Hours of chores). 1 answer(s) stay in the store" in printed
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
    _adopt(own, store)
    with duckdb.connect(str(store), read_only=True) as connection:
        assert connection.execute("SELECT dwelling FROM current_household").fetchall() == [("owned",)]
    assert "1 unchanged" in cpms("merge", draw({"tobacco": "yes"}, name="first.csv"), "--store", store).out
    assert cpms("schema", "undo", "--store", store).code == 2  # the file was merged once more under it


def test_going_back_leaves_no_trace(cpms: Cpms, own: Path, store: Path) -> None:
    before = dump(store)
    add_question(own, "chores")
    rename_question(own, "tobacco", "smoking")
    _adopt(own, store)
    assert dump(store) != before
    ran = cpms("schema", "undo", "--store", store)
    assert ran.code == 0
    assert dump(store) == before
    events = cpms("history", "--store", store, "--format", "json").json["events"]
    assert [event["what"] for event in events] == ["schema use", "schema undo"]


def test_the_history_tells_of_it_in_both_languages(cpms: Cpms, own: Path, store: Path) -> None:
    add_question(own, "chores")
    _adopt(own, store)
    assert cpms("schema", "undo", "--store", store).code == 0
    printed = cpms("history", "--store", store)
    assert printed.code == 0
    assert "follows another definition" in printed.out
    assert "follows the earlier definition again" in printed.out
    assert "เปลี่ยนไปใช้นิยามอื่น" in cpms("history", "--store", store, "--lang", "th").out


@pytest.fixture
def adopted(draw: Draw, own: Path, store: Path, once: MakeOnce) -> Path:
    """`store`, which follows a definition of the province's own, with a child of Bangkok."""
    add_question(own, "chores")
    away = draw({"village_code": "10010101", "round": 2026}, name="away.csv")

    def adopt_and_merge(path: Path) -> None:
        _adopt(own, path)
        merge([away], path)

    return once(adopt_and_merge)


@pytest.mark.parametrize("area", [("province", "85"), ("province", "10"), ("community", "850105")])
def test_a_report_with_its_map_is_made_under_an_own_definition(
    cpms: Cpms, adopted: Path, tmp_path: Path, area: tuple[str, str]
) -> None:
    """One province has outlines, the other only points: both are files of the definition that the store keeps."""
    made = tmp_path / "report.html"
    ran = cpms("report", *area, "-o", made, "--store", adopted)
    assert ran.code == 0, ran.err
    assert made.stat().st_size > 10_000


def _could_change(cpms: Cpms, store: Path) -> str:
    """What the list of children says could still change their level."""
    listed = cpms("children", "--store", store, "--round", "2570", "--format", "json").json["children"]
    return "; ".join(child["open"] for child in listed)


def test_nobody_is_sent_to_ask_what_is_no_longer_asked(cpms: Cpms, draw: Draw, own: Path, store: Path) -> None:
    """Whether a child of 2570 smokes could make it a child at risk, but nobody asks that in 2570."""
    file = draw({"round": 2027, "interview_date": "2027-11-15", "tobacco": None}, name="next.csv")
    before = cpms("visits", "--store", store, "--format", "json")
    assert cpms("merge", file, "--store", store).code in (0, 1)
    fields = {
        row["field"] for row in cpms("visits", "--store", store, "--round", "2570", "--format", "json").json["visits"]
    }
    assert "tobacco" in fields, before
    tobacco = load_survey().fields["tobacco"].label.en
    assert tobacco in _could_change(cpms, store)
    change_file(own, "child.yaml", "  - name: tobacco\n", "  - name: tobacco\n    until: 2569\n")
    _adopt(own, store)
    assert tobacco not in _could_change(cpms, store)
    fields = {
        row["field"] for row in cpms("visits", "--store", store, "--round", "2570", "--format", "json").json["visits"]
    }
    assert "tobacco" not in fields


def test_a_definition_whose_own_examples_fail_is_not_adopted(cpms: Cpms, own: Path, store: Path) -> None:
    change_file(own, "indicators.yaml", "when: worked_for_wages = 'yes'", "when: worked_for_wages = 'no'")
    before = dump(store)
    ran = cpms("schema", "use", own, "--store", store, "--yes")
    assert ran.code == 2
    assert "examples/" in ran.err
    assert f"cpms schema check {own}" in ran.err
    assert dump(store) == before


def test_figures_of_a_round_say_what_it_did_not_ask(
    cpms: Cpms, draw: Draw, own: Path, store: Path, tmp_path: Path
) -> None:
    """Nobody was asked for violence in 2570: that is no reason to visit, and its share is not to be trusted."""
    change_file(own, "child.yaml", "  - name: exploited\n", "  - name: exploited\n    until: 2569\n")
    _adopt(own, store)
    file = draw({"round": 2027, "interview_date": "2027-11-15"}, name="next.csv", without=["exploited"])
    assert cpms("merge", file, "--store", store).code == 0
    label = load_survey(own).fields["exploited"].label.en
    names = [indicator.name.en for indicator in load_survey(own).indicators if "exploited" in indicator.when]
    assert names
    for words in (("community", "850105"), ("indicator", 13)):
        ran = cpms(*words, "--store", store)
        assert f"Round 2027 did not ask: {label}" in ran.out.replace("\n", " "), words
        assert "visit and ask" not in ran.out or words[0] == "community"
        earlier = cpms(*words, "--round", "2569", "--store", store)
        assert "did not ask" not in earlier.out
    report = tmp_path / "report.html"
    assert cpms("report", "community", "850105", "-o", report, "--store", store).code == 0
    assert f"Round 2027 did not ask: {label}" in report.read_text("utf-8")


def test_an_indicator_that_is_retired_is_resolved_for_nobody(cpms: Cpms, draw: Draw, own: Path, store: Path) -> None:
    """The child who smoked in 2569 smokes in 2570 as well; the indicator ended with 2569."""
    change_file(own, "indicators.yaml", "  - number: 15\n", "  - number: 15\n    until: 2569\n")
    adopt_definition(store, load_survey(own))
    file = draw({"round": 2027, "interview_date": "2027-11-15", "tobacco": "yes"}, name="next.csv")
    assert cpms("merge", file, "--store", store).code == 0
    ran = cpms("community", "850105", "--rounds", "2569:2570", "--store", store)
    assert "belongs to one of the two rounds only" in ran.out.replace("\n", " ")


INDICATOR = """
  - number: 101
    name: {{en: {name}, th: {thai}}}
    definition: {{en: The answer is so., th: คำตอบเป็นเช่นนั้น}}
    level: child
    circumstance: true
    when: {when}
    source: "P"
"""


def test_the_number_of_a_retired_indicator_is_never_another_ones(own: Path, store: Path) -> None:
    plain = (own / "indicators.yaml").read_text("utf-8")

    def follow(more: str) -> None:
        (own / "indicators.yaml").write_text(plain + more, "utf-8")
        survey = read_survey(Reader(own))
        assert survey is not None
        adopt_definition(store, survey)

    follow(INDICATOR.format(name="Sleeps at the pier", thai="นอนที่ท่าเรือ", when="dwelling = 'employer'"))
    # Taken out, as an indicator is retired; the definition must not be one that the store followed before.
    follow("# without 101\n")
    with pytest.raises(DefinitionError) as refused:
        follow(INDICATOR.format(name="Has a dog", thai="มีสุนัข", when="chronic_illness = 'yes'"))
    assert "Sleeps at the pier" in str(refused.value)
    assert "indicators.yaml:" in str(refused.value)


def test_an_empty_form_and_its_check_follow_the_store_at_hand(
    cpms: Cpms, draw: Draw, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cpms("merge", draw({}), "--store", "cpms.duckdb").code == 0
    add_question(own, "chores")
    _adopt(own, Path("cpms.duckdb"))
    ran = cpms("template", "-o", "form.xlsx")
    assert ran.code == 0
    assert "the definition that cpms.duckdb follows" in ran.err
    headers = [cell.value for cell in next(load_workbook("form.xlsx").worksheets[0].iter_rows(max_row=1))]
    assert any("Hours of chores" in str(header) for header in headers)
    checked = cpms("validate", draw({"chores": 7}, name="next.csv"))
    assert (checked.code, "chores" in checked.out) == (0, False)
    assert "the definition that cpms.duckdb follows" in checked.err
    assert "Hours of chores" in cpms("codebook").out


def test_going_back_is_refused_once_files_were_merged(cpms: Cpms, draw: Draw, own: Path, store: Path) -> None:
    assert "from the start" in cpms("schema", "undo", "--store", store).err
    add_question(own, "chores")
    _adopt(own, store)
    file = draw({"round": 2027, "interview_date": "2027-11-15", "chores": 7}, name="next.csv")
    assert cpms("merge", file, "--store", store).code == 0
    refused = cpms("schema", "undo", "--store", store)
    assert (refused.code, "cpms undo 2" in refused.err) == (2, True)
    assert cpms("undo", 2, "--store", store).code == 0
    assert cpms("schema", "undo", "--store", store).code == 0


def test_a_dry_run_changes_nothing(cpms: Cpms, own: Path, store: Path) -> None:
    add_question(own, "chores")
    before = store.read_bytes()
    ran = cpms("schema", "use", own, "--store", store, "--dry-run")
    assert (ran.code, "Nothing was changed" in ran.out) == (0, True)
    assert store.read_bytes() == before
    assert cpms("schema", "use", "shipped", "--store", store).out.count("follows this definition already") == 1


def test_who_would_move_is_told_before(cpms: Cpms, own: Path, store: Path) -> None:
    # Tobacco alone makes "at risk" in the shipped definition; in this one the indicator looks at drugs only.
    text = (own / "indicators.yaml").read_text("utf-8")
    rule = next(line for line in text.splitlines() if "when:" in line and "tobacco" in line)
    change_file(own, "indicators.yaml", rule, rule[: rule.index("when:")] + "when: drugs = 'yes'")
    ran = cpms("schema", "use", own, "--store", store, "--dry-run", "--format", "json")
    document = ran.json
    assert document["adopted"] is False
    # The definition's own examples say what the rule was: they are to be changed with it.
    assert (ran.code, bool(document["problems"])) == (2, True)
    moved = {(row["before"], row["after"]): row["children"] for row in document["levels"]}
    assert moved == {("at_risk", "none_found"): 1}


@pytest.mark.parametrize(
    ("change", "file", "sentence"),
    [
        ("joined", "child.yaml", "would hold the answers of several questions of the store"),
        ("key", "household.yaml", "cannot be renamed"),
        ("unfit", "child.yaml", "that this definition does not know: yes"),
        ("meaning", "codelists/dwelling.csv", "now has the label that"),
    ],
)
def test_what_would_spoil_answers_is_refused_with_its_place(
    own: Path, store: Path, change: str, file: str, sentence: str
) -> None:
    from cpms_cli.errors import DefinitionError

    before, survey = store.read_bytes(), load_survey()
    # Made as objects: the proof of the files refuses some of these before a store is asked.
    fields = list(survey.child.fields)
    number = next(index for index, field in enumerate(fields) if field.name == "tobacco")
    after = survey.model_copy(update={"digest": change})
    if change == "joined":
        fields[number] = fields[number].model_copy(update={"formerly": ("alcohol",)})
    elif change == "unfit":
        codes = tuple(entry for entry in survey.codelists["yes_no"].codes if entry.code != "yes")
        lists = {**survey.codelists, "yes_no": CodeList(name="yes_no", codes=codes)}
        after = after.model_copy(update={"codelists": lists})
    elif change == "key":
        homes = [
            field.model_copy(update={"name": "house", "formerly": ("household_no",)})
            if field.name == "household_no"
            else field
            for field in survey.household.fields
        ]
        after = after.model_copy(update={"household": survey.household.model_copy(update={"fields": tuple(homes)})})
    else:
        dwelling = survey.codelists["dwelling"]
        own_label = dwelling.by_code["own"].label
        codes = tuple(
            entry.model_copy(update={"label": own_label}) if entry.code == "rented" else entry
            for entry in dwelling.codes
        )
        lists = {**survey.codelists, "dwelling": dwelling.model_copy(update={"codes": codes})}
        after = after.model_copy(update={"codelists": lists})
    after = after.model_copy(update={"child": survey.child.model_copy(update={"fields": tuple(fields)})})
    obstacles = planned_adoption(store, after).obstacles
    assert any(obstacle.values.get("file") == file for obstacle in obstacles)
    with pytest.raises(DefinitionError) as refused:
        adopt_definition(store, after)
    assert sentence in str(refused.value)
    assert f"{file}:" in str(refused.value)
    assert store.read_bytes() == before


def test_an_older_definition_is_not_adopted_again(cpms: Cpms, own: Path, store: Path) -> None:
    add_question(own, "chores")
    _adopt(own, store)
    ran = cpms("schema", "use", "shipped", "--store", store)
    assert (ran.code, "followed this definition before" in ran.err) == (2, True)


def test_rows_are_written_under_the_definition_of_the_store_alone(
    cpms: Cpms, draw: Draw, own: Path, store: Path
) -> None:
    add_question(own, "chores")
    before = dump(store)
    ran = cpms("merge", draw({"chores": 3}, name="other.csv"), "--store", store, "--schemas", own)
    assert (ran.code, "cpms schema use" in ran.err) == (2, True)
    assert dump(store) == before


def test_a_definition_adopted_between_the_first_look_and_the_hold_is_noticed(own: Path, store: Path) -> None:
    """As `merge` does it: the definition is looked up, then the store is held; another may adopt between the two."""
    looked_up = definition_to_write(store)
    add_question(own, "chores")
    _adopt(own, store)
    before = dump(store)
    with open_store(store, looked_up, write=True) as connection, pytest.raises(StoreError, match="Nothing was stored"):
        check_is_followed(connection, looked_up)
    assert dump(store) == before


def test_scores_as_a_round_was_defined(cpms: Cpms, draw: Draw, own: Path, store: Path) -> None:
    text = (own / "indicators.yaml").read_text("utf-8")
    rule = next(line for line in text.splitlines() if "when:" in line and "tobacco" in line)
    change_file(own, "indicators.yaml", rule, rule[: rule.index("when:")] + "when: drugs = 'yes'")
    adopt_definition(store, load_survey(own))
    file = draw({"round": 2027, "interview_date": "2027-11-15", "tobacco": "yes"}, name="next.csv")
    assert cpms("merge", file, "--store", store).code == 0

    def answers(*words: object) -> list[str]:
        ran = cpms("score", "--store", store, "--format", "json", *words)
        assert ran.code == 0, ran.err
        return [row["i15"] for row in ran.json["scores"]]

    assert answers() == ["no", "no"]
    assert answers("--as-defined-in", 2569) == ["yes", "yes"]
    assert answers("--as-defined-in", 2570) == ["no", "no"]
    assert answers("--as-defined-in", 2) == ["yes", "yes"]
    assert cpms("score", "--store", store, "--as-defined-in", 2560).code == 2


@pytest.mark.parametrize("format_", ["format1", "format2", "format3", "format4", "format5"])
def test_a_store_of_every_earlier_format_follows_a_definition(cpms: Cpms, tmp_path: Path, format_: str) -> None:
    store = tmp_path / "old.duckdb"
    store.write_bytes(gzip.decompress((ROOT / f"tests/stores/{format_}.duckdb.gz").read_bytes()))
    assert cpms("children", "--store", store).code == 0
    assert (tmp_path / f"old.{format_}.duckdb").exists()
    assert cpms("store", "check", "--store", store).code == 0
    own = copy_definition(tmp_path / "own")
    add_question(own, "chores")
    _adopt(own, store)
    assert {answer for _, answer in _answers(store, "chores")} == {"not_asked"}
