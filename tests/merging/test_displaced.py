"""A file that has another child where the store already has one takes nobody's place: its row is set aside, and why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from cpms_cli import list_children, merge, validate_against_store
from cpms_cli.store.content import content_hash
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms, Draw, MakeOnce

BOY = {"given_name": "สมชาย", "sex": "male", "birth_date": "2015-03-04", "violence_physical": "yes"}
GIRL = {"given_name": "มาลี", "sex": "female", "birth_date": "2018-07-09"}
BABY = {"given_name": "ธนา", "sex": "male", "birth_date": "2023-01-20"}


def _row(home: int, line: int, child: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"household_no": str(home), "child_no": line, **child, **more}


def _listed(store: Path) -> list[tuple[str, int, str, str]]:
    listed = list_children(store, identified=True)
    columns = ["household_no", "child_no", "given_name", "level"]
    return sorted(listed[columns].itertuples(index=False, name=None))


@pytest.fixture
def store(draw: Draw, once: MakeOnce) -> Path:
    """A boy who is a victim, alone in house 1; a girl and a baby in house 2."""
    first = draw(_row(1, 1, BOY), _row(2, 1, GIRL), _row(2, 2, BABY), name="first.csv")
    return once(lambda path: merge([first], path))


def test_two_houses_of_one_number_lose_no_victim(cpms: Cpms, draw: Draw, store: Path) -> None:
    before = _listed(store)
    second = draw(_row(1, 1, GIRL), _row(1, 2, BABY), name="second.csv")
    ran = cpms("merge", second, "--store", store)
    assert ran.code == 1
    assert "2 rows in = 0 stored + 0 unchanged + 2 set aside" in ran.out
    assert _listed(store) == before
    book = openpyxl.load_workbook(next(store.parent.glob("s-set-aside-*.xlsx")))
    text = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)
    assert "another child, or another family, under" in text
    assert "write its CPMS ID into the row" in text


def test_a_number_given_again_when_a_child_left_takes_nobodys_place(draw: Draw, store: Path) -> None:
    again = draw(_row(2, 1, BABY, violence_physical="yes"), name="again.csv")
    merged = merge([again], store)
    assert merged.total("quarantined") == 1
    assert ("2", 1, "มาลี") in [child[:3] for child in _listed(store)]


@pytest.mark.parametrize(
    "corrected",
    [
        {**BOY, "birth_date": "2013-11-30"},
        {**BOY, "sex": "female"},
        {**BOY, "given_name": "Somchai", "birth_date": "2016-03-04"},
        {**BOY, "given_name": "วีรชัย"},
        {**BOY, "given_name": None, "sex": None},
    ],
    ids=["birth date", "sex", "the name in the other script", "name", "no longer told"],
)
def test_a_correction_takes_the_place_of_what_it_corrects(
    draw: Draw, store: Path, corrected: Mapping[str, Any]
) -> None:
    (cpms_id,) = list_children(store, area="85010501").query("household_no == '1'")["cpms_id"]
    merged = merge([draw(_row(1, 1, corrected), name="corrected.csv")], store)
    assert (merged.total("stored"), merged.total("quarantined")) == (1, 0)
    assert list_children(store).set_index("household_no").loc["1", "cpms_id"] == cpms_id


def test_a_row_with_the_childs_identifier_is_that_childs_whatever_it_says(draw: Draw, store: Path) -> None:
    known = str(list_children(store).set_index("household_no").loc["1", "cpms_id"])
    merged = merge([draw(_row(1, 1, GIRL, cpms_id=known), name="mended.csv")], store)
    assert merged.total("stored") == 1
    assert list_children(store).set_index("household_no").loc["1", "cpms_id"] == known


def test_children_in_another_order_are_the_same_children(draw: Draw, store: Path) -> None:
    before = list_children(store, identified=True).set_index("given_name")["cpms_id"]
    merged = merge([draw(_row(2, 1, BABY), _row(2, 2, GIRL), name="order.csv")], store)
    assert (merged.total("stored"), merged.total("quarantined")) == (2, 0)
    after = list_children(store, identified=True).set_index("given_name")["cpms_id"]
    pd.testing.assert_series_equal(before.sort_index(), after.sort_index())


def test_a_refusal_is_heard_and_a_file_of_before_changes_nothing(draw: Draw, store: Path, tmp_path: Path) -> None:
    refused = draw(_row(2, 1, {"given_name": None, "sex": None, "birth_date": None}, consent="no"), name="no.csv")
    assert merge([refused], store).total("quarantined") == 0
    known = str(list_children(store).set_index("household_no").loc["1", "cpms_id"])
    merge([draw(_row(1, 1, GIRL, cpms_id=known), name="mended.csv")], store)
    assert merge([tmp_path / "first.csv"], store).total("quarantined") == 0


def test_validate_against_the_store_says_it_before(cpms: Cpms, draw: Draw, store: Path) -> None:
    second = draw(_row(1, 1, GIRL), name="second.csv")
    findings = validate_against_store([second], store).findings
    assert findings.loc[findings["check"] == "child_displaced", ["row", "field", "severity"]].values.tolist() == [
        [2, "child_no", "error"]
    ]
    assert "child_displaced" in cpms("validate", second, "--store", store, "--format", "json").out
    assert "child_displaced" not in cpms("validate", second, "--format", "json").out


def test_another_familys_answers_in_a_sheet_of_their_own_are_set_aside_too(
    survey: Survey, base: Mapping[str, Mapping[str, Any]], store: Path, tmp_path: Path
) -> None:
    """The girl's family, in two sheets, under the number of the boy's house; and a further child under a free line."""
    home = {**base["household"], "household_no": "1", "dwelling": "temporary"}
    key = {name: home[name] for name in survey.key("household")}
    children = [
        {**base["child"], **key, "national_id": None, **value}
        for value in ({"child_no": 1, **GIRL}, {"child_no": 3, **BABY})
    ]
    path = tmp_path / "two.xlsx"
    with pd.ExcelWriter(path) as book:
        for name, rows in (("household", [home]), ("children", children)):
            frame = pd.DataFrame(rows).astype("object")
            frame.map(lambda cell: None if cell is None else str(cell)).to_excel(book, sheet_name=name, index=False)
    before = content_hash(store)
    merged = merge([path], store)
    assert (merged.total("rows_in"), merged.total("quarantined")) == (3, 3)
    assert content_hash(store) == before
