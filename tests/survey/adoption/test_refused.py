"""Definitions that a store cannot follow: each is refused with its place, and nothing in the store changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli.errors import DefinitionError, StoreError
from cpms_cli.store.adopting import adopt_definition, planned_adoption
from cpms_cli.store.content import dump
from cpms_cli.store.definitions.definition_in_use import check_is_followed, definition_to_write
from cpms_cli.store.file import open_store
from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.schema_files import read_survey
from cpms_cli.survey.model.fields import CodeList
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import Cpms, Draw
from tests.definitions import add_question, change_file
from tests.survey.adoption.adopting import adopt


def test_a_definition_whose_own_examples_fail_is_not_adopted(cpms: Cpms, own: Path, store: Path) -> None:
    change_file(own, "indicators.yaml", "when: worked_for_wages = 'yes'", "when: worked_for_wages = 'no'")
    before = dump(store)
    ran = cpms("schema", "use", own, "--store", store, "--yes")
    assert ran.code == 2
    assert "examples/" in ran.err
    assert f"cpms schema check {own}" in ran.err
    assert dump(store) == before


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
    adopt(own, store)
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
    adopt(own, store)
    before = dump(store)
    with open_store(store, looked_up, write=True) as connection, pytest.raises(StoreError, match="Nothing was stored"):
        check_is_followed(connection, looked_up)
    assert dump(store) == before


def test_an_area_that_the_store_has_rows_of_stays_in_the_list(cpms: Cpms, store: Path, own: Path) -> None:
    """Under a list without it no command could name the area, and `today` and reports ended at its rows."""
    change_file(own, "areas/subdistricts.csv", "850105,8501,Pak Nam,", "850188,8501,Pak Nam,")
    outlines = own / "areas" / "outlines" / "85.geojson"
    outlines.write_text(outlines.read_text("utf-8").replace("850105", "850188"), "utf-8")
    ran = cpms("schema", "use", own, "--store", store, "--yes")
    assert ran.code == 2
    assert "areas that this definition does not list: 850105 (Pak Nam)" in " ".join(ran.err.split())
    assert cpms("today", "--store", store).code == 0
