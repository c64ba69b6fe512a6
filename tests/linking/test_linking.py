"""Which rows of two rounds are one child where no identifier says so, what waits for a person, what is never linked."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest

from cpms_cli import export_review, link_report, merge, write_samples
from cpms_cli.samples.difficulties import HARD
from cpms_cli.store.content import content_hash, store_content
from cpms_cli.store.file import open_store
from cpms_cli.store.tables.link_tables import forget_links
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms, Draw, MakeOnce
from tests.names_compared import folded_name, sound_key

KEY = ["round", "village_code", "household_no", "child_no"]
# More twins and moves than there are, so that a small sample has enough of both.
HARDER = replace(HARD, moved=0.15, twins=0.06)


def _query(store: Path, query: str) -> pd.DataFrame:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(query).df()


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """A store of two hard rounds of 500 children, and its rows with the truth: cpms_id, person_id, home_id, answers."""
    folder = tmp_path_factory.mktemp("hard")
    files = write_samples(
        folder / "rounds", ["850105", "850302"], [2025, 2026], 500, 5, mistakes=False, difficulties=HARDER
    )
    store = folder / "s.duckdb"
    merge([path for path in files if path.name.startswith("survey_")], store)
    rows = _query(store, "SELECT * FROM current_child").merge(
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


Row = dict[str, Any]
LAMAI: Row = {
    "given_name": "ละไม",
    "family_name": "เกาะทองใบ",
    "mother_name": "สายหยุด",
    "birth_date": "2016-03-21",
    "sex": "female",
}


def _files(draw: Draw, *rounds: list[Row]) -> list[Path]:
    """A file a list: the rounds from 2024 on."""
    files = []
    for year, rows in enumerate(rounds, start=2024):
        evidence_rows = [{"round": year, "interview_date": f"{year}-11-15", "other_name": None, **row} for row in rows]
        files.append(draw(*evidence_rows, name=f"{year}.csv"))
    return files


def _rounds(draw: Draw, tmp_path: Path, *rounds: list[Row]) -> Path:
    """A store with a round a list, from 2024 on."""
    merge(_files(draw, *rounds), tmp_path / "s.duckdb")
    return tmp_path / "s.duckdb"


def _children(store: Path) -> int:
    return int(_query(store, "SELECT count(DISTINCT cpms_id) AS n FROM child_link")["n"].iloc[0])


def _waiting(store: Path) -> int:
    return len(_query(store, "SELECT * FROM link_pair WHERE verdict = 'doubtful'"))


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
    store = _rounds(draw, tmp_path, before, after)
    links = _query(store, "SELECT household_no, round, cpms_id FROM child_link")
    waiting = " ".join(_query(store, "SELECT row_a FROM link_pair WHERE verdict = 'doubtful'")["row_a"])
    links_by_way = {}
    for number, (girl, _, _) in enumerate(CASES):
        house = str(100 + number)
        ids = links.loc[(links["household_no"] == house) | ((links["household_no"] == "77") & (number == 2)), "cpms_id"]
        state = WAITS if f"\x1f{house}\x1f" in waiting else ANOTHER
        links_by_way[girl["given_name"]] = LINKED if ids.nunique() == 1 else state
    assert links_by_way == {girl["given_name"]: expected for girl, _, expected in CASES}


def test_a_twin_is_not_taken_for_the_one_who_is_away(draw: Draw, tmp_path: Path) -> None:
    twin = {**LAMAI, "given_name": "ละมุล"}
    store = _rounds(draw, tmp_path, [LAMAI, twin], [{**twin, "child_no": 1}])
    linked = _query(store, "SELECT round, child_no, cpms_id FROM child_link ORDER BY round, child_no")
    assert linked["cpms_id"].iloc[2] == linked["cpms_id"].iloc[1] != linked["cpms_id"].iloc[0]


def test_a_household_that_splits_keeps_both_children(draw: Draw, tmp_path: Path) -> None:
    brother = {**LAMAI, "given_name": "ธเนศ", "sex": "male", "birth_date": "2012-09-02"}
    store = _rounds(draw, tmp_path, [LAMAI, brother], [LAMAI, {**brother, "household_no": "58", "child_no": 1}])
    names = _query(store, "SELECT given_name, count(DISTINCT cpms_id) AS ids FROM current_child GROUP BY 1")
    assert set(names["ids"]) == {1}
    assert _children(store) == 2


def test_two_national_ids_are_never_one_child_without_a_person(draw: Draw, tmp_path: Path) -> None:
    store = _rounds(
        draw, tmp_path, [{**LAMAI, "national_id": "1999900000013"}], [{**LAMAI, "national_id": "1999900000021"}]
    )
    assert (_children(store), _waiting(store)) == (2, 1)


def test_an_identifier_shown_to_people_leads_to_its_child_for_ever(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = _rounds(draw, tmp_path, [LAMAI])
    [shown] = _query(store, "SELECT cpms_id FROM child_link")["cpms_id"]
    # The form printed for next year carries it, though everything else on the form is another child's.
    form = {"round": 2026, "interview_date": "2026-11-15", "cpms_id": shown, "village_code": "85030201"}
    merge([draw(form, name="next.csv")], store)
    merge([draw({**LAMAI, "round": 2023, "interview_date": "2023-11-15"}, name="found.csv")], store)
    assert set(_query(store, "SELECT cpms_id FROM child_link")["cpms_id"]) == {shown}
    assert cpms("child", shown, "--store", store).code == 0


def test_an_identifier_follows_its_child_through_a_file_sorted_anew(draw: Draw, tmp_path: Path) -> None:
    brother = {**LAMAI, "given_name": "ธเนศ", "sex": "male", "birth_date": "2012-09-02"}
    twin = {**LAMAI, "given_name": "ละมุล"}
    store = _rounds(draw, tmp_path, [LAMAI, brother, twin])
    given = "SELECT given_name, cpms_id FROM current_child ORDER BY 1"
    before = _query(store, given)
    year = {"round": 2024, "interview_date": "2024-11-15", "other_name": None}
    merge([draw(*[{**year, **value} for value in (twin, LAMAI, brother)], name="sorted.csv")], store)
    assert before.equals(_query(store, given))


def test_an_identifier_stays_where_a_name_and_a_date_are_put_right(draw: Draw, tmp_path: Path) -> None:
    store = _rounds(draw, tmp_path, [LAMAI])
    before = _query(store, "SELECT cpms_id FROM child_link")
    right = {**LAMAI, "round": 2024, "interview_date": "2024-11-15", "given_name": "ละไมพร", "birth_date": "2016-03-12"}
    merge([draw({**right, "other_name": None}, name="right.csv")], store)
    assert before.equals(_query(store, "SELECT cpms_id FROM child_link"))


@pytest.fixture
def doubtful(draw: Draw, once: MakeOnce) -> Path:
    """A store in which one pair waits: the same child by all but the name."""
    files = _files(draw, [LAMAI], [{**LAMAI, "given_name": "ประภา"}])
    return once(lambda path: merge(files, path))


def _decide(store: Path, word: str) -> Path:
    """The workbook of what waits, in which a person wrote this word and a reason."""
    book_path = store.with_name("review.xlsx")
    export_review(store, book_path, identified=True)
    book = openpyxl.load_workbook(book_path)
    page = book.active
    assert page is not None
    header = [str(cell.value) for cell in page[1]]
    page.cell(2, header.index("Decision") + 1).value = word
    page.cell(2, header.index("Reason") + 1).value = "seen at home"
    book.save(book_path)
    return book_path


def test_the_review_workbook_shows_both_sides_and_needs_identified(cpms: Cpms, doubtful: Path) -> None:
    path = doubtful.with_name("review.xlsx")
    refused = cpms("review", "export", path, "--store", doubtful)
    assert refused.code == 2
    assert not path.exists()
    ran = cpms("review", "export", path, "--store", doubtful, "--identified")
    assert "1 pair waits" in ran.out
    [header, row] = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    cells = dict(zip(header, row, strict=True))
    assert (cells["Given name A"], cells["Given name B"]) == ("ละไม", "ประภา")
    assert "same birth date" in str(cells["What agrees"])
    assert "another name" in str(cells["What does not"])
    assert list(_query(doubtful, "SELECT what FROM audit")["what"]) == ["review export"]


@pytest.mark.parametrize(("word", "children"), [("same child", 1), ("คนละคน", 2)])
def test_a_decision_outlives_later_merges(cpms: Cpms, draw: Draw, doubtful: Path, word: str, children: int) -> None:
    assert cpms("review", "apply", _decide(doubtful, word), "--store", doubtful).code == 0
    assert (_children(doubtful), _waiting(doubtful)) == (children, 0)
    again = cpms("review", "apply", doubtful.with_name("review.xlsx"), "--store", doubtful, "--format", "json")
    assert again.json["known"] == 1
    # A corrected answer, and a round more: the decision holds.
    corrected = {**LAMAI, "round": 2025, "interview_date": "2025-11-15", "given_name": "ประภา", "distress": "daily"}
    merge([draw({**corrected, "other_name": None}, name="corrected.csv")], doubtful)
    third = {**LAMAI, "round": 2026, "interview_date": "2026-11-15", "given_name": "ประภา"}
    merge([draw({**third, "other_name": None}, name="third.csv")], doubtful)
    rounds = _query(doubtful, "SELECT round, cpms_id FROM child_link ORDER BY round")["cpms_id"]
    assert rounds[1] == rounds[2]
    assert (rounds[0] == rounds[1]) == (children == 1)


def test_a_decision_about_another_child_in_the_row_is_asked_again(cpms: Cpms, draw: Draw, doubtful: Path) -> None:
    cpms("review", "apply", _decide(doubtful, "same child"), "--store", doubtful)
    other = {**LAMAI, "round": 2025, "interview_date": "2025-11-15", "given_name": "วิภา", "birth_date": "2016-04-21"}
    merge([draw({**other, "other_name": None}, name="corrected.csv")], doubtful)
    assert _children(doubtful) == 2


def test_what_was_decided_about_a_child_can_be_forgotten(cpms: Cpms, doubtful: Path, survey: Survey) -> None:
    cpms("review", "apply", _decide(doubtful, "two children"), "--store", doubtful)
    [row] = _query(doubtful, "SELECT row_b FROM link_decision")["row_b"]
    with open_store(doubtful, survey, write=True) as connection:
        forget_links(connection, [row])
    assert _query(doubtful, "SELECT * FROM link_decision").empty
    assert row not in set(_query(doubtful, "SELECT row_key FROM child_anchor")["row_key"])


def test_a_word_that_is_no_decision_changes_nothing(cpms: Cpms, doubtful: Path) -> None:
    ran = cpms("review", "apply", _decide(doubtful, "maybe"), "--store", doubtful)
    assert ran.code == 2
    assert "row 2" in ran.err
    assert _waiting(doubtful) == 1


def test_split_and_join_with_a_reason(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = _rounds(draw, tmp_path, [LAMAI], [LAMAI], [LAMAI])
    [shown] = set(_query(store, "SELECT cpms_id FROM child_link")["cpms_id"])
    assert cpms("child", "split", shown, "--round", "2569", "--store", store).code == 2
    ran = cpms("child", "split", shown, "--round", "2569", "--reason", "a cousin", "--store", store, "--format", "json")
    first, second = ran.json["children"]
    assert first == {"cpms_id": shown, "rounds": ["2024", "2025"]}
    assert second["rounds"] == ["2026"]
    merge([tmp_path / "2024.csv"], store)
    assert _children(store) == 2
    assert cpms("child", "join", shown, second["cpms_id"], "--reason", "no cousin", "--store", store).code == 0
    assert _children(store) == 1
    # The identifier given in between still finds the child.
    assert shown in cpms("child", second["cpms_id"], "--store", store).out
    reasons = _query(store, "SELECT DISTINCT reason FROM link_decision ORDER BY 1")["reason"]
    assert list(reasons) == ["a cousin", "no cousin"]


def test_two_of_one_round_cannot_be_joined(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = _rounds(draw, tmp_path, [LAMAI, {**LAMAI, "given_name": "ประภา"}])
    first, other = _query(store, "SELECT cpms_id FROM child_link")["cpms_id"]
    ran = cpms("child", "join", first, other, "--reason", "x", "--store", store)
    assert ran.code == 2
    assert "2024" in ran.err


def test_decisions_and_files_in_any_order_give_the_same_store(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    rounds = [
        draw(
            {**LAMAI, "given_name": name, "round": year, "interview_date": f"{year}-11-15", "other_name": None},
            name=f"{year}.csv",
        )
        for year, name in ((2024, "ละไม"), (2025, "ประภา"), (2026, "Prapha"))
    ]
    early, late, last = (tmp_path / f"{name}.duckdb" for name in ("early", "late", "last"))
    merge(rounds[:2], early)
    cpms("review", "apply", _decide(early, "same child"), "--store", early)
    merge(rounds[2:], early)

    def join(store: Path) -> None:
        both = _query(store, "SELECT cpms_id FROM child_link WHERE round IN ('2024', '2025')")["cpms_id"]
        cpms("child", "join", *both, "--reason", "seen at home", "--store", store)

    for path in (rounds[1], rounds[0]):
        merge([path], late)
    join(late)
    merge([rounds[2]], late)
    assert content_hash(early) == content_hash(late)
    # Where the name of 2026 is found again before anybody decides, what is decided is about three rows: the same child.
    for path in (rounds[2], rounds[0], rounds[1]):
        merge([path], last)
    join(last)
    first, other = (store_content(store)["child"].drop(columns="how") for store in (early, last))
    pd.testing.assert_frame_equal(first, other)


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
    [parameters] = _query(store, "SELECT parameters FROM link_run")["parameters"]
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
