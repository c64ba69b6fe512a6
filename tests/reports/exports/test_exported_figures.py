"""`cpms export figures`: nothing withheld can be worked out; each format goes through its own reader."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import hxl
import jsonschema
import pandas as pd
import pytest

from cpms_cli import merge
from tests.conftest import NUMBERS, Cpms, write_drawn
from tests.published.tables_attacked import Case, Published, breaches
from tests.reports.exports.exported_rounds import KAPOE, Base, read_export, write_round

ANSWERS = ("yes", "no", "unknown", "not_applicable", "not_asked")


# We found no published schema of it; this one is written from DHIS2's developer guide, "Data values": a set of values,
# each with a data element, a period, an organisation unit and a value as text; a year is a period of four digits.
DHIS2 = {
    "type": "object",
    "required": ["dataValues"],
    "additionalProperties": False,
    "properties": {
        "dataSet": {"type": "string"},
        "completeDate": {"type": "string"},
        "period": {"type": "string"},
        "orgUnit": {"type": "string"},
        "dataElementIdScheme": {"enum": ["UID", "CODE", "NAME"]},
        "orgUnitIdScheme": {"enum": ["UID", "CODE", "NAME"]},
        "idScheme": {"enum": ["UID", "CODE", "NAME"]},
        "dataValues": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["dataElement", "period", "orgUnit", "value"],
                "additionalProperties": False,
                "properties": {
                    "dataElement": {"type": "string", "pattern": "^[A-Z0-9_]{1,50}$"},
                    "period": {"type": "string", "pattern": "^[0-9]{4}$"},
                    "orgUnit": {"type": "string", "pattern": "^[0-9]{6}$"},
                    "value": {"type": "string", "pattern": "^[0-9]+$"},
                },
            },
        },
    },
}


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory, base: Base) -> Path:
    """Two rounds, two subdistricts: 12 and 9 children, then 13 and 11."""
    folder = tmp_path_factory.mktemp("figures")
    merge([write_round(folder, base, 2025, 12, 9), write_round(folder, base, 2026, 13, 11)], folder / "s.duckdb")
    return folder / "s.duckdb"


def _figures(cpms: Cpms, store: Path, *options: str) -> pd.DataFrame:
    path = store.with_name("f.csv")
    ran = cpms("export", "figures", path, "--store", store, *options)
    assert ran.code == 0, ran.err
    return pd.read_csv(path, dtype={"area": "str", "round": "str"})


def _true(cpms: Cpms, store: Path) -> dict[str, int]:
    """Every count, made by hand from the records."""
    counts: Counter[str] = Counter()
    rows = read_export(cpms, store, "true.csv", "--identified")
    for column in (str(name) for name in rows if re.match(r"i\d\d", str(name))):
        number = int(column[1:3])
        for year, village, answer in zip(rows["round"], rows["village_code"], rows[column], strict=True):
            counts[f"{year}/{village[:6]}/{number}/{'not_applicable' if answer == 'n/a' else answer}"] += 1
    places = {name.rsplit("/", 1)[0] for name in counts}
    return {f"{place}/{answer}": counts[f"{place}/{answer}"] for place in places for answer in ANSWERS}


def _shown(figures: pd.DataFrame) -> dict[str, int | None]:
    return {
        f"{row['round']}/{row['area']}/{row['indicator']}/{answer}": None if pd.isna(row[answer]) else int(row[answer])
        for row in figures.to_dict("records")
        for answer in ANSWERS
    }


def _attacked(shown: Mapping[str, int | None], true: Mapping[str, int]) -> list[str]:
    """What somebody finds out who knows besides how many children each place has."""
    counts, whole = dict(shown), {name: true[name] for name in shown}
    sums: list[tuple[str, Sequence[str]]] = []
    for place in {name.rsplit("/", 1)[0] for name in shown}:
        parts = [f"{place}/{answer}" for answer in ANSWERS]
        counts[place] = whole[place] = sum(true[part] for part in parts)
        sums.append((place, parts))
    small = frozenset(name for name in shown if 0 < true[name] < 5)
    return breaches([Case(Published(counts, sums), whole, small, 5)])


def test_a_count_withheld_is_never_told_as_nought_nor_by_a_second_release(
    cpms: Cpms, years: Path, tmp_path: Path
) -> None:
    """One area and round, then the whole province, then one area, then one round: all that was ever shown lies on one
    desk."""
    store = Path(shutil.copy(years, tmp_path / "s.duckdb"))
    true = _true(cpms, store)
    assert true["2026/850105/3/yes"] == 1
    desk: dict[str, int | None] = {}
    for options in (
        ("--area", "850105", "--round", "2569"),
        ("--area", "85"),
        ("--area", "8503"),
        ("--round", "2025"),
        (),
    ):
        for name, count in _shown(_figures(cpms, store, *options)).items():
            assert count is None or count == true[name], f"{name} {options}"
            assert not (count is not None and 0 < count < 5), f"{name} {options}"
            desk[name] = count if count is not None else desk.get(name)
    assert set(desk) == set(true)
    assert any(count is None for count in desk.values())
    assert any(count for count in desk.values())
    assert not _attacked(desk, true)


def test_a_child_more_in_a_later_release_cannot_be_told_from_the_difference(
    cpms: Cpms, years: Path, tmp_path: Path, base: Base
) -> None:
    store = Path(shutil.copy(years, tmp_path / "s.duckdb"))
    before = _shown(_figures(cpms, store))
    home = {"round": 2026, "village_code": KAPOE, "household_no": 90, "sex": "male"}
    late = write_drawn(tmp_path / "late.csv", base, [home])
    assert cpms("merge", late, "--store", store).code == 0
    after = _shown(_figures(cpms, store))
    grown = [name for name, count in after.items() if None not in (count, before[name]) and count != before[name]]
    assert not grown
    changed = [name for name, count in _true(cpms, store).items() if before[name] not in (None, count)]
    assert len(changed) >= len(NUMBERS), "the child is counted somewhere for each indicator"
    assert {after[name] for name in changed} == {None}


def test_hxl_is_read_by_its_own_library(cpms: Cpms, years: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(years, tmp_path / "s.duckdb"))
    path = store.with_name("f.hxl.csv")
    assert cpms("export", "figures", path, "--store", store).code == 0
    source = hxl.data(str(path), hxl.InputOptions(allow_local=True))
    assert source.columns[0].tag == "#date"
    assert [column.display_tag for column in source.columns[1:3]] == ["#adm3+code", "#adm3+name"]
    plain = _figures(cpms, store)
    rows = [row.values for row in source]
    assert len(rows) == len(plain) == 2 * 2 * len(NUMBERS)
    yes = next(number for number, column in enumerate(source.columns) if "yes" in column.attributes)
    assert source.columns[yes].tag == "#affected"
    assert [row[yes] for row in rows] == ["" if pd.isna(ye) else str(int(ye)) for ye in plain["yes"]]
    assert "" in [row[yes] for row in rows], "a count withheld is blank"


def test_dhis2_takes_the_values_and_none_for_what_is_withheld(cpms: Cpms, years: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(years, tmp_path / "s.duckdb"))
    path = store.with_name("f.dhis2.json")
    assert cpms("export", "figures", path, "--store", store).code == 0
    content = json.loads(path.read_text("utf-8"))
    jsonschema.validate(content, DHIS2)
    names = {"yes": "YES", "no": "NO", "unknown": "UNKNOWN", "not_applicable": "NA", "not_asked": "NOT_ASKED"}
    values = {
        (value["period"], value["orgUnit"], value["dataElement"]): int(value["value"])
        for value in content["dataValues"]
    }
    expected = {
        (*name.split("/")[:2], f"CPMS_I{int(name.split('/')[2]):02}_{names[name.split('/')[3]]}"): count
        for name, count in _shown(_figures(cpms, store)).items()
        if count is not None
    }
    assert values == expected


def test_figures_open_as_workbook_and_parquet(cpms: Cpms, years: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(years, tmp_path / "s.duckdb"))
    plain = _figures(cpms, store)
    for ending in (".xlsx", ".parquet"):
        assert cpms("export", "figures", store.with_name(f"f{ending}"), "--store", store).code == 0
    parquet = pd.read_parquet(store.with_name("f.parquet"))
    book = pd.read_excel(store.with_name("f.xlsx"), engine="openpyxl")
    assert {"Area", "Indicator", "Yes", "Unknown"} <= set(book)
    for value in (parquet, book.set_axis(list(plain), axis="columns")):
        for answer in ANSWERS:
            counts = pd.to_numeric(value[answer], errors="coerce").astype("Float64").fillna(-1)
            assert counts.tolist() == plain[answer].astype("Float64").fillna(-1).tolist()
