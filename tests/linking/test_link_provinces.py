"""`cpms link provinces`: who is found again in another province, who waits for a person, and who is counted once."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
from stdnum.th.pin import calc_check_digit

from cpms_cli import export_dataset, link_provinces, merge
from cpms_cli.errors import CpmsError
from cpms_cli.linking.provinces.moved_workbook import read_moved
from cpms_cli.linking.provinces.stored_movers import in_one_frame
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms, write_drawn

RANONG, PHUKET, CHUMPHON = "85010501", "83010101", "86010101"
Base = Mapping[str, Mapping[str, Any]]


def _number(serial: int) -> str:
    body = f"19999{serial:07d}"
    return body + str(calc_check_digit(body))


def _child(given: str, family: str, mother: str, born: str, **more: object) -> dict[str, object]:
    row = {"given_name": given, "family_name": family, "mother_name": mother, "birth_date": born, "sex": "female"}
    return row | {"national_id": None, "id_document": "none", "other_name": None, **more}


def _of_number(serial: int) -> dict[str, object]:
    return {"national_id": _number(serial), "id_document": "thai_id"}


# Last seen in Ranong in 2025, by house.
BEFORE = {
    1: [_child("ละไม", "เกาะทองใบ", "สายหยุด", "2014-03-21", **_of_number(1))],
    2: [_child("กมลวรรณ", "ศรีสุขใจ", "วันเพ็ญ", "2013-02-05")],
    3: [_child("จันทร์ฉาย", "พรมแดน", "บัวลอย", "2012-05-17", **_of_number(3))],
    4: [_child("อรทัย", "แก้วใส", "มะลิวัลย์", "2015-08-09"), _child("พิมพ์ใจ", "แก้วใส", "มะลิวัลย์", "2015-08-09")],
    5: [_child("สุนิสา", "ทะเลงาม", "ดอกรัก", "2011-11-30")],
    6: [_child("เบญจา", "ดอนสูง", "รัชนี", "2015-01-01")],
    7: [_child("วิภาดา", "นาเหนือ", "ลำดวน", "2010-09-14", **_of_number(7))],
    8: [_child("รุ่งนภา", "ไร่ขิง", "สมพร", "2013-12-12")],
}
# First seen in Phuket in 2026, by house.
NOW = {
    21: BEFORE[1],  # the same number, the same name
    22: BEFORE[2],  # no number; name, birth date, sex and mother are the same
    23: [_child("ปราณี", "ธารทิพย์", "บัวลอย", "2012-05-17", **_of_number(3))],  # the same number, another name
    24: [BEFORE[4][1]],  # one of two twins
    25: [_child("สุนิสา", "ทะเลงาม", "กรรณิการ์", "2011-11-30")],  # her cousin: another mother
    26: BEFORE[6],  # nobody knows her birthday
    27: [_child("วิภาดา", "คลองใหญ่", "สร้อยทอง", "2010-09-14", **_of_number(7))],  # a number that somebody else has too
    28: BEFORE[8],  # was in Ranong in 2026 as well
}


def _rows(year: int, village: str, homes: Mapping[int, list[dict[str, object]]]) -> list[dict[str, object]]:
    return [
        {
            "round": year,
            "interview_date": f"{year}-03-01",
            "village_code": village,
            "household_no": str(house),
            "child_no": line,
            **child,
        }
        for house, children in homes.items()
        for line, child in enumerate(children, start=1)
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, base: Base) -> Path:
    """Stores of three provinces: Ranong in two rounds, Phuket in the second, Chumphon in the first."""
    folder = tmp_path_factory.mktemp("provinces")
    elsewhere = {31: [_child("อัมพร", "ป่าสน", "กาหลง", "2009-04-04", **_of_number(7))]}
    rounds = {
        "ranong": [*_rows(2025, RANONG, BEFORE), *_rows(2026, RANONG, {8: BEFORE[8]})],
        "phuket": _rows(2026, PHUKET, NOW),
        "chumphon": _rows(2025, CHUMPHON, elsewhere),
    }
    for name, rows in rounds.items():
        merge([write_drawn(folder / f"{name}.csv", base, rows)], folder / f"{name}.duckdb")
    return folder


@pytest.fixture
def stores(made: Path, tmp_path: Path) -> list[Path]:
    return [Path(shutil.copy(made / f"{name}.duckdb", tmp_path)) for name in ("ranong", "phuket", "chumphon")]


def _houses(pairs: pd.DataFrame, kind: str) -> set[tuple[str, str]]:
    chosen = pairs[pairs["kind"] == kind]
    return set(zip(chosen["household_no_before"], chosen["household_no_now"], strict=True))


def test_only_strong_evidence_is_sure_and_what_is_likely_waits_for_a_person(stores: list[Path]) -> None:
    moved = link_provinces(stores, identified=True)
    pairs = moved.pairs
    assert _houses(pairs, "automatic") == {("1", "21"), ("2", "22"), ("4", "24")}
    waiting = _houses(pairs, "review")
    assert {("3", "23"), ("6", "26")} <= waiting, "one number with two names; a birthday that nobody knows"
    assert waiting <= {("3", "23"), ("5", "25"), ("6", "26"), ("7", "27")}
    twin = pairs[pairs["household_no_now"] == "24"].iloc[0]
    assert (twin["given_name_before"], twin["given_name_now"]) == ("พิมพ์ใจ", "พิมพ์ใจ")
    first = pairs.set_index("household_no_now").loc["21"]
    assert (first["province_before"], first["round_before"]) == ("Ranong", 2025)
    assert (first["province_now"], first["round_now"]) == ("Phuket", 2026)
    assert first["reason"] == "same national ID"
    another = pairs.set_index("household_no_now").loc["23"]
    assert another["reason"] == "same national ID; not sure: compare both sides"
    assert "another name" in another["differs"]


def test_a_child_is_not_in_two_places_in_one_round(stores: list[Path]) -> None:
    pairs = link_provinces(stores, identified=True).pairs
    assert "8" not in set(pairs["household_no_before"])
    assert "28" not in set(pairs["household_no_now"])


def test_without_identified_there_are_no_names_and_the_stores_stay_as_they_are(stores: list[Path]) -> None:
    before = [store.read_bytes() for store in stores]
    pairs = link_provinces(stores).pairs
    assert list(pairs.columns) == [
        *("pair", "kind", "probability", "reason", "agrees", "differs"),
        *("province_before", "round_before", "child_before", "province_now", "round_now", "child_now"),
    ]
    assert [store.read_bytes() for store in stores] == before


def test_each_store_logs_of_how_many_children_names_were_shown(stores: list[Path]) -> None:
    pairs = link_provinces(stores, identified=True).pairs
    logged = {}
    for store in stores:
        with duckdb.connect(str(store), read_only=True) as connection:
            logged[store.stem] = connection.execute("SELECT what, children FROM audit").fetchall()
    children = len(pairs)
    assert logged == {
        "ranong": [("link provinces", children)],
        "phuket": [("link provinces", children)],
        "chumphon": [],
    }


def test_the_order_of_the_stores_changes_nothing(stores: list[Path]) -> None:
    pd.testing.assert_frame_equal(link_provinces(stores).pairs, link_provinces(stores[::-1]).pairs)


def test_identifiers_which_are_drawn_change_nothing(survey: Survey) -> None:
    """What is learnt goes by the order of the rows, which is that of their houses, whatever the children are called."""
    key = [name for name in survey.key("child") if name != "round"]

    def rows(villages: list[str], identifiers: list[str]) -> pd.DataFrame:
        places = dict(zip(key, (villages, ["1", "2", "3"], ["1", "1", "1"]), strict=True))
        return pd.DataFrame(
            {**places, "round": 2026, "identifier": identifiers, "number": None, "first": True, "last": False}
        )

    held = [pd.DataFrame({"number": [], "round": [], "identifier": []})] * 2
    ranong, phuket = ["85010501"] * 3, ["83010101"] * 3
    drawn = in_one_frame(survey, [rows(ranong, ["A", "B", "C"]), rows(phuket, ["D", "E", "F"])], held)
    again = in_one_frame(survey, [rows(ranong, ["Z", "Y", "X"]), rows(phuket, ["W", "V", "U"])], held)
    swapped = in_one_frame(survey, [rows(phuket, ["W", "V", "U"]), rows(ranong, ["Z", "Y", "X"])], held)
    assert drawn[key].to_numpy().tolist() == again[key].to_numpy().tolist() == swapped[key].to_numpy().tolist()
    assert drawn["identifier"].tolist() == ["D", "E", "F", "A", "B", "C"]


def _export(stores: list[Path], folder: Path, moved: Path | None) -> pd.DataFrame:
    for store in stores:
        export_dataset(store, folder, moved=moved)
    with duckdb.connect() as connection:
        return connection.execute(f"FROM read_parquet('{folder}/*/*/children.parquet', hive_partitioning = true)").df()


def test_a_child_who_moved_counts_once_in_a_data_set_of_all_stores(
    cpms: Cpms, stores: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows: 9 and 1 of the rounds of Ranong, 8 of Phuket, 1 of Chumphon; by their stores 9, 8 and 1 children."""
    monkeypatch.setenv("CPMS_PSEUDONYM_KEY", "a sentence that only the provinces know")
    workbook = tmp_path / "moved.xlsx"
    ran = cpms("link", "provinces", *stores, "-o", workbook)
    assert ran.code == 0, ran.err
    assert ran.out == ""
    assert "3 moved for sure" in ran.err
    assert "Next: count each of them once: cpms export dataset FOLDER --moved" in " ".join(ran.err.split())
    alone = _export(stores, tmp_path / "alone", None)
    assert (len(alone), alone["cpms_id"].nunique()) == (19, 18)
    together = _export(stores, tmp_path / "together", workbook)
    assert (len(together), together["cpms_id"].nunique()) == (19, 15), "three moved for sure"
    places = together.groupby("cpms_id")["province"].nunique()
    assert (places == 2).sum() == 3
    # A person decides that the pair with one number is one child, in the workbook's own column.
    book = openpyxl.load_workbook(workbook)
    page = book.worksheets[0]
    numbered = next(row for row in page.iter_rows(min_row=2) if str(row[2].value).startswith("same national ID;"))
    numbered[1].value = "same child"
    book.save(workbook)
    assert _export(stores, tmp_path / "together", workbook)["cpms_id"].nunique() == 14, "partitions are written anew"
    forgotten = cpms("export", "dataset", tmp_path / "together", "--store", stores[0])
    assert forgotten.code == 2 and "without it they would be two" in " ".join(forgotten.err.split())


def test_the_command_speaks_both_languages(cpms: Cpms, stores: list[Path]) -> None:
    english = cpms("link", "provinces", *stores)
    assert english.code == 0, english.err
    assert "3 moved for sure" in english.out
    assert "ละไม" not in english.out
    thai = cpms("link", "provinces", *stores, "--lang", "th")
    assert "ย้ายจังหวัดแน่นอน 3 คน" in thai.out
    assert "2568" in thai.out
    document = cpms("link", "provinces", *stores, "--format", "json").json
    assert (document["stores"], document["automatic"]) == (3, 3)


def test_a_workbook_in_thai_is_read_as_well(cpms: Cpms, stores: list[Path], tmp_path: Path) -> None:
    workbook = tmp_path / "moved.xlsx"
    assert cpms("link", "provinces", *stores, "-o", workbook, "--lang", "th").code == 0
    assert len(read_moved(workbook)) == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ranong.duckdb",), "name the stores of at least two provinces"),
        (("ranong.duckdb", "ranong.duckdb"), "was named twice"),
        (("ranong.duckdb", "nowhere.duckdb"), "nowhere.duckdb"),
        (("ranong.duckdb", "phuket.duckdb", "-o", "moved.pdf"), ".xlsx"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    cpms: Cpms, stores: list[Path], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(stores[0].parent)
    ran = cpms("link", "provinces", *words)
    assert (ran.code, message in ran.err) == (2, True), ran.err
    assert {path.name for path in stores[0].parent.iterdir()} == {store.name for store in stores}, "nothing is made"


def test_a_damaged_identifier_in_the_workbook_stops_the_export(stores: list[Path], cpms: Cpms, tmp_path: Path) -> None:
    workbook = tmp_path / "moved.xlsx"
    assert cpms("link", "provinces", *stores, "-o", workbook).code == 0
    book = openpyxl.load_workbook(workbook)
    page = book.worksheets[0]
    column = next(cell.column for cell in page[1] if cell.value == "CPMS ID now")
    page.cell(2, column).value = "C123"
    book.save(workbook)
    with pytest.raises(CpmsError, match=r"row 2: 'C123' is no CPMS ID"):
        export_dataset(stores[1], tmp_path / "rows", moved=workbook)
    assert not (tmp_path / "rows").exists()


def test_two_children_of_one_round_cannot_be_made_one_by_the_workbook(
    stores: list[Path], cpms: Cpms, tmp_path: Path
) -> None:
    """The first two pairs, both sure, are given one child of Ranong: it would stand twice in the round of Phuket."""
    workbook = tmp_path / "moved.xlsx"
    assert cpms("link", "provinces", *stores, "-o", workbook).code == 0
    book = openpyxl.load_workbook(workbook)
    page = book.worksheets[0]
    column = next(cell.column for cell in page[1] if cell.value == "CPMS ID before")
    page.cell(3, column).value = page.cell(2, column).value
    book.save(workbook)
    with pytest.raises(CpmsError, match=r"would stand twice in round 2026 of this store"):
        export_dataset(stores[1], tmp_path / "rows", moved=workbook)
