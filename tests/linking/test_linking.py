"""Which rows of two rounds are one child where no identifier says so, what waits for a person, what is never linked."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from cpms_cli import link_report, merge, write_samples
from cpms_cli.samples.difficulties import HARD
from tests.conftest import Cpms, Draw
from tests.linking.rounds import LAMAI, Row, count_children, count_waiting, merge_rounds, query_store
from tests.names_compared import folded_name, sound_key

KEY = ["round", "village_code", "household_no", "child_no"]
# More twins and moves than there are, so that a small sample has enough of both.
HARDER = replace(HARD, moved=0.15, twins=0.06)


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """A store of two hard rounds of 500 children, and its rows with the truth: cpms_id, person_id, home_id, answers."""
    folder = tmp_path_factory.mktemp("hard")
    files = write_samples(
        folder / "rounds", ["850105", "850302"], [2025, 2026], 500, 5, mistakes=False, difficulties=HARDER
    )
    store = folder / "s.duckdb"
    merge([path for path in files if path.name.startswith("survey_")], store)
    rows = query_store(store, "SELECT * FROM current_child").merge(
        pd.read_csv(folder / "rounds" / "truth.csv", dtype=str), on=KEY
    )
    # A family without consent leaves only its key: there is nothing to link by.
    return store, rows[rows["sex"].notna()]


def _followed(rows: pd.DataFrame, chosen: pd.Series) -> float:
    """Of the chosen persons who are in both rounds, the share with one identifier."""
    both = rows.groupby("person_id").filter(lambda part: len(part) == 2)
    asked = both[both["person_id"].isin(chosen)]
    assert asked["person_id"].nunique() >= 5, "the sample has too few of them for this test"
    return float((asked.groupby("person_id")["cpms_id"].nunique() == 1).mean())


def test_no_two_children_become_one_and_nearly_all_are_followed(hard: tuple[Path, pd.DataFrame]) -> None:
    _, rows = hard
    assert (rows.groupby("cpms_id")["person_id"].nunique() == 1).all()
    assert not rows.duplicated(["cpms_id", "round"]).any()
    assert _followed(rows, rows["person_id"]) >= 0.95


def test_twins_are_told_apart_and_followed(hard: tuple[Path, pd.DataFrame]) -> None:
    _, rows = hard
    # Not yet spoilt by a slip of the pen in either round.
    born = rows[rows["birth_date"].str.len() == 10]
    twins = born[born.duplicated(["round", "home_id", "birth_date"], keep=False)]
    assert (twins.groupby("cpms_id")["person_id"].nunique() == 1).all()
    assert _followed(rows, twins["person_id"]) >= 0.9


def test_brothers_and_sisters_are_told_apart(hard: tuple[Path, pd.DataFrame]) -> None:
    _, rows = hard
    siblings = rows[rows.duplicated(["round", "home_id"], keep=False)]
    assert siblings["person_id"].nunique() > 300
    assert (siblings.groupby("cpms_id")["person_id"].nunique() == 1).all()


def test_a_child_who_moves_village_is_followed(hard: tuple[Path, pd.DataFrame]) -> None:
    _, rows = hard
    villages = rows.groupby("person_id")["village_code"].nunique()
    assert _followed(rows, villages[villages == 2].index.to_series()) >= 0.85


def test_a_child_who_gets_an_id_this_year_is_followed(hard: tuple[Path, pd.DataFrame]) -> None:
    _, rows = hard
    before = rows.loc[(rows["round"] == "2025") & rows["national_id"].isna(), "person_id"]
    now = rows.loc[(rows["round"] == "2026") & rows["national_id"].notna(), "person_id"]
    assert _followed(rows, before[before.isin(now)]) >= 0.75


def test_children_written_in_another_script_are_followed(hard: tuple[Path, pd.DataFrame]) -> None:
    _, rows = hard
    thai = rows["given_name"].str.contains("[\u0e00-\u0e7f]", regex=True)
    scripts = thai.groupby(rows["person_id"]).nunique()
    unnumbered = rows.loc[rows["national_id"].isna(), "person_id"]
    assert _followed(rows, unnumbered[unnumbered.isin(scripts[scripts == 2].index)]) >= 0.75


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("สมชาย", "Somchai"),
        ("ศิริพร", "Siriporn"),
        ("ศิริพร", "สิริพร"),
        ("วรรณา", "Vanna"),
        ("Kyaw Thu", "จ่อทู"),
        ("Hla Soe", "หล่าโซ"),
        ("Thandar", "ธันดา"),
        ("ด.ช. สมชาย", "เด็กชายสมชัย"),
    ],
)
def test_one_name_in_two_spellings_has_one_sound(name: str, other: str) -> None:
    assert sound_key(name) == sound_key(other) != ""


@pytest.mark.parametrize("name", ["baby", "ด.ช.", "ด.ญ.", "เด็กหญิง", "Baby of Ma Aye", "ไม่มีชื่อ", "-", "1", "ยังไม่ได้ตั้งชื่อ"])
def test_a_placeholder_is_no_name(name: str) -> None:
    assert folded_name(name) == ""


LINKED, WAITS, ANOTHER = "linked", "waits", "another child"
# A girl, what the next round says of her instead, and what becomes of it.
CASES: list[tuple[Row, Row, str]] = [
    ({"given_name": "ละไม"}, {}, LINKED),
    ({"given_name": "กานดา"}, {"given_name": "Kanda", "family_name": None}, LINKED),
    ({"given_name": "พิกุล"}, {"village_code": "85030201", "household_no": "77"}, LINKED),
    ({"given_name": "มณีรัตน์"}, {"birth_date": "2016-03"}, LINKED),
    ({"given_name": "สุภาพร"}, {"birth_date": "2015-03-25"}, LINKED),
    # Another given name with all else the same is a sister, until somebody says otherwise.
    ({"given_name": "อัมพร"}, {"given_name": "ประภา"}, WAITS),
    ({"given_name": "จินตนา"}, {"sex": "male"}, WAITS),
    ({"given_name": "วิไล"}, {"birth_date": "2012-11-02"}, WAITS),
    ({"given_name": "เตือนใจ"}, {"given_name": "ด.ญ."}, WAITS),
    (
        {"given_name": "ชูศรี"},
        {"given_name": "บังอร", "birth_date": "2013-07-08", "mother_name": "อุไร", "family_name": "ดีงาม"},
        ANOTHER,
    ),
]


def test_what_links_what_waits_and_what_is_another_child(draw: Draw, tmp_path: Path) -> None:
    before, after = [], []
    for number, (girl, changed, _) in enumerate(CASES):
        # Each girl has a mother, a family name, a house and a birthday of her own.
        own = {
            **LAMAI,
            "household_no": str(100 + number),
            "child_no": 1,
            "birth_date": f"2016-03-{21 + number % 8}",
            "mother_name": f"{LAMAI['mother_name']}{'กขคงจชซดตน'[number]}",
            "family_name": f"บ้าน{'มบปพรลวสหอ'[number]}ทะเล",
            **girl,
        }
        before.append(own)
        after.append({**own, **changed})
    store = merge_rounds(draw, tmp_path, before, after)
    links = query_store(store, "SELECT household_no, round, cpms_id FROM child_link")
    waiting = " ".join(query_store(store, "SELECT row_a FROM link_pair WHERE verdict = 'doubtful'")["row_a"])
    links_by_way = {}
    for number, (girl, _, _) in enumerate(CASES):
        house = str(100 + number)
        ids = links.loc[(links["household_no"] == house) | ((links["household_no"] == "77") & (number == 2)), "cpms_id"]
        state = WAITS if f"\x1f{house}\x1f" in waiting else ANOTHER
        links_by_way[girl["given_name"]] = LINKED if ids.nunique() == 1 else state
    assert links_by_way == {girl["given_name"]: expected for girl, _, expected in CASES}


def test_a_twin_is_not_taken_for_the_one_who_is_away(draw: Draw, tmp_path: Path) -> None:
    twin = {**LAMAI, "given_name": "ละมุล"}
    store = merge_rounds(draw, tmp_path, [LAMAI, twin], [{**twin, "child_no": 1}])
    linked = query_store(store, "SELECT round, child_no, cpms_id FROM child_link ORDER BY round, child_no")
    assert linked["cpms_id"].iloc[2] == linked["cpms_id"].iloc[1] != linked["cpms_id"].iloc[0]


def test_a_household_that_splits_keeps_both_children(draw: Draw, tmp_path: Path) -> None:
    brother = {**LAMAI, "given_name": "ธเนศ", "sex": "male", "birth_date": "2012-09-02"}
    store = merge_rounds(draw, tmp_path, [LAMAI, brother], [LAMAI, {**brother, "household_no": "58", "child_no": 1}])
    names = query_store(store, "SELECT given_name, count(DISTINCT cpms_id) AS ids FROM current_child GROUP BY 1")
    assert set(names["ids"]) == {1}
    assert count_children(store) == 2


def test_two_national_ids_are_never_one_child_without_a_person(draw: Draw, tmp_path: Path) -> None:
    store = merge_rounds(
        draw, tmp_path, [{**LAMAI, "national_id": "1999900000013"}], [{**LAMAI, "national_id": "1999900000021"}]
    )
    assert (count_children(store), count_waiting(store)) == (2, 1)


def test_an_identifier_shown_to_people_leads_to_its_child_for_ever(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = merge_rounds(draw, tmp_path, [LAMAI])
    [shown] = query_store(store, "SELECT cpms_id FROM child_link")["cpms_id"]
    # The form printed for next year carries it, though everything else on the form is another child's.
    form = {"round": 2026, "interview_date": "2026-11-15", "cpms_id": shown, "village_code": "85030201"}
    merge([draw(form, name="next.csv")], store)
    merge([draw({**LAMAI, "round": 2023, "interview_date": "2023-11-15"}, name="found.csv")], store)
    assert set(query_store(store, "SELECT cpms_id FROM child_link")["cpms_id"]) == {shown}
    assert cpms("child", shown, "--store", store).code == 0


def test_an_identifier_follows_its_child_through_a_file_sorted_anew(draw: Draw, tmp_path: Path) -> None:
    brother = {**LAMAI, "given_name": "ธเนศ", "sex": "male", "birth_date": "2012-09-02"}
    twin = {**LAMAI, "given_name": "ละมุล"}
    store = merge_rounds(draw, tmp_path, [LAMAI, brother, twin])
    given = "SELECT given_name, cpms_id FROM current_child ORDER BY 1"
    before = query_store(store, given)
    year = {"round": 2024, "interview_date": "2024-11-15", "other_name": None}
    merge([draw(*[{**year, **value} for value in (twin, LAMAI, brother)], name="sorted.csv")], store)
    assert before.equals(query_store(store, given))


def test_an_identifier_stays_where_a_name_and_a_date_are_put_right(draw: Draw, tmp_path: Path) -> None:
    store = merge_rounds(draw, tmp_path, [LAMAI])
    before = query_store(store, "SELECT cpms_id FROM child_link")
    right = {**LAMAI, "round": 2024, "interview_date": "2024-11-15", "given_name": "ละไมพร", "birth_date": "2016-03-12"}
    merge([draw({**right, "other_name": None}, name="right.csv")], store)
    assert before.equals(query_store(store, "SELECT cpms_id FROM child_link"))


def test_the_report_counts_and_a_gap_is_an_exit_code(cpms: Cpms, hard: tuple[Path, pd.DataFrame]) -> None:
    store, rows = hard
    groups = link_report(store).groups
    sexes = groups[groups["grouping"] == "sex"].set_index("group")
    now = rows[rows["round"] == "2026"]
    assert sexes["rows"].to_dict() == now["sex"].value_counts().to_dict()
    girls = now[now["sex"] == "female"]
    known = girls["cpms_id"].isin(rows.loc[rows["round"] == "2025", "cpms_id"]).mean()
    assert sexes.loc["female", "link_rate"] == pytest.approx(known)
    # Every row stands in a group of each kind; a script of letters that the files have is one of them.
    for grouping in ("language", "script"):
        assert groups.loc[groups["grouping"] == grouping, "rows"].sum() == len(now)
    scripts = groups[groups["grouping"] == "script"].set_index("group")
    assert scripts.loc["lao", "rows"] == now["given_name"].str.contains("[\u0e80-\u0eff]").sum()
    assert scripts.loc["lao", "label"] == "Lao letters"
    even = cpms("link", "report", "--store", store, "--fail-on-gap", "--gap", "100")
    assert even.code == 0
    assert "No group is more than 100 points" in even.out
    gap = cpms("link", "report", "--store", store, "--fail-on-gap", "--gap", "0", "--format", "json")
    assert (gap.code, gap.json["exit_code"]) == (1, 1)
    assert gap.json["gaps"]


def test_the_parameters_are_kept_with_the_run(hard: tuple[Path, pd.DataFrame]) -> None:
    store, _ = hard
    [parameters] = query_store(store, "SELECT parameters FROM link_run")["parameters"]
    assert '"prior"' in parameters
    assert '"sure_pairs"' in parameters


def test_what_has_not_changed_is_not_linked_anew_in_another_process(draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    file = draw({}, {})
    merge(file, store)
    # Sets have another order in each process: what links depend on must not be told by it.
    again = f"from cpms_cli import merge; merge({str(file)!r}, {str(store)!r})"
    subprocess.run([sys.executable, "-c", again], check=True, env={**os.environ, "PYTHONHASHSEED": "1"})
    with duckdb.connect(str(store), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM link_run").fetchall() == [(1,)]
        assert connection.execute("SELECT count(*) FROM batch").fetchall() == [(2,)]
