"""What finds a child again beside its own name: mother and birth, an age counted otherwise, its earlier rows."""

from __future__ import annotations

import pandas as pd
import pytest

from cpms_cli.linking.pairs.assignment import choose_edges
from cpms_cli.survey.opening.loading import load_survey
from tests.families import Child, asked, at_home, child, linked, village
from tests.names_compared import name_forms

ROUNDS = (2025, 2026)


@pytest.mark.parametrize(
    ("full", "without"),
    [("จิราพร ดำมณี", "จิราพร"), ("นางเพชรสมร ขุนพล", "เพ็ดสะหมอน"), ("Sopheap Heng", "โสเภีย")],
)
def test_a_mother_is_the_same_without_her_family_name(full: str, without: str) -> None:
    rows = [child(2025, "สมชาย", mother=full), child(2026, "สมชาย", mother=without)]
    pairs = linked([*rows, *village(ROUNDS)]).pairs.set_index(["id_l", "id_r"])
    assert pairs.loc[(0, 1), "mother"] == "alike"


def test_a_mother_of_one_syllable_is_not_the_beginning_of_another() -> None:
    rows = [child(2025, "สมชาย", mother="Ma Aye Khin"), child(2026, "สมชาย", mother="Ma Aye")]
    pairs = linked([*rows, *village(ROUNDS)]).pairs.set_index(["id_l", "id_r"])
    assert pairs.loc[(0, 1), "mother"] == "differs"


def test_a_year_of_birth_that_differs_by_one_is_a_slip_where_the_mother_agrees() -> None:
    linkage = linked([child(2025, "สมชาย", born="2016"), child(2026, "สมชาย", born="2017"), *village(ROUNDS)])
    assert linkage.cluster[1] == 0
    assert linkage.pairs.set_index(["id_l", "id_r"]).loc[(0, 1), "birth"] == "close"


@pytest.mark.parametrize("mother", ["วิภา", None])
def test_a_cousin_of_the_name_a_year_younger_is_not_linked(mother: str | None) -> None:
    rows = [child(2025, "สมชาย", born="2016"), child(2026, "สมชาย", born="2017", mother=mother)]
    assert linked([*rows, *village(ROUNDS)]).cluster[1] == 1


def test_a_year_of_birth_that_differs_by_one_is_a_question_in_another_village() -> None:
    moved = {"village": "85030201", "home": "85030201|7"}
    rows = [child(2025, "สมชาย", family="เกาะทอง", born="2016")]
    rows += [child(2026, "สมชาย", family="เกาะทอง", born="2017", **moved)]
    linkage = linked([*rows, *village(ROUNDS, 200)])
    assert linkage.cluster[1] == 1
    assert (0, 1) in asked(linkage)


@pytest.mark.parametrize(("earlier", "later"), [("2015", "2017"), ("2016-03-05", "2017-03-06")])
def test_two_years_or_two_known_days_are_two_births(earlier: str, later: str) -> None:
    linkage = linked([child(2025, "สมชาย", born=earlier), child(2026, "สมชาย", born=later), *village(ROUNDS)])
    assert linkage.cluster[1] == 1


def test_a_nickname_will_do_where_mother_and_birth_leave_one_child() -> None:
    rows = [child(2025, "Tay Paing", nickname="กาย", born="2017-03"), child(2026, "กาย", born="2017-03")]
    assert linked([*rows, *village(ROUNDS)]).cluster[1] == 0
    twin = child(2025, "Kyaw Zin", born="2017-03")
    again = linked([*rows, twin, *village(ROUNDS)])
    assert again.cluster[1] == 1
    assert (0, 1) in asked(again)


@pytest.mark.parametrize(
    ("presence", "birth", "mother", "probability"),
    [
        ((0b01, 0b10), "exact", "unknown", 1.0),
        ((0b01, 0b01), "exact", "unknown", 0.5),
        ((0b11, 0b10), "exact", "unknown", 0.5),
        ((0b01, 0b10), "year", "sound", 1.0),
        ((0b01, 0b10), "year", "unknown", 0.5),
    ],
)
def test_a_child_who_stands_twice_is_no_rival_of_itself(
    presence: tuple[int, int], birth: str, mother: str, probability: float
) -> None:
    # Two children of earlier rounds, each as likely as the other: one child, unless they were once in one round. Of a
    # birth that is not known to the month the mother tells it.
    edges = pd.DataFrame(
        {
            "left": [1, 2],
            "right": [9, 9],
            "weight": [20.0, 20.0],
            "birth": birth,
            "mother": mother,
            "presence": presence,
            "refused": False,
            "certain": False,
        }
    )
    chosen = choose_edges(edges, load_survey().linking, automatic=0.95)
    assert chosen["alone"].round(3).tolist() == [probability]


@pytest.mark.parametrize(("born", "is_linked"), [("2011", False), ("2011-02-02", True)])
def test_one_name_and_one_year_of_two_mothers_are_a_question(born: str, is_linked: bool) -> None:
    # Rare names and one year made them one child, though mother, house and village were others.
    moved = {"village": "85030201", "home": "85030201|7"}
    earlier = child(2025, "วิไลพร", family="วงพะจัน", mother="มณีวรรณ", born="2011-02-02")
    later = child(2026, "วิไลพร", family="วงพะจัน", mother="น้อยหน่า", born=born, **moved)
    assert (linked([earlier, later, *village(ROUNDS)]).cluster[1] == 0) == is_linked


@pytest.mark.parametrize(("mother", "is_linked"), [("โสภา", False), ("โสพี แก้วใส", True), ("โสพี", True)])
def test_mothers_whose_names_are_alike_are_two_among_namesakes(mother: str, is_linked: bool) -> None:
    # One rare name and one year in two villages: Sophi and Sopha are no slip of a hand there.
    moved = {"village": "85030201", "home": "85030201|7"}
    earlier = child(2025, "ดารา", family="ยิน", mother="โสพี", born="2019-11-13")
    later = child(2026, "ดารา", family="ยิน", mother=mother, born="2019", **moved)
    linkage = linked([earlier, later, *village(ROUNDS)])
    assert linkage.pairs.set_index(["id_l", "id_r"]).loc[(0, 1), "mother"] != "differs"
    assert (linkage.cluster[1] == 0) == is_linked


def test_a_name_parted_over_both_cells_is_not_known_by_its_first_part() -> None:
    # Twins of whom each was at home in one of the years: the first part of their names is the same.
    rows = [child(2025, "หมวย", family="มุน"), child(2026, "หมวย", family="งื้น"), *village(ROUNDS)]
    linkage = linked(rows)
    assert linkage.cluster[1] == 1
    assert (0, 1) in asked(linkage)


def test_another_family_name_leaves_a_longer_given_name_what_it_is() -> None:
    rows = [child(2025, "สมชาย", family="เกาะทอง"), child(2026, "สมชาย", family="วงศ์สวัสดิ์"), *village(ROUNDS)]
    assert linked(rows).cluster[1] == 0


@pytest.mark.parametrize("written", ["นูรียะ (เอิร์น)", "นูรียะ(เอิร์น)", "(เอิร์น) นูรียะ", "นูรียะ （เอิร์น）"])
def test_a_nickname_in_brackets_is_no_part_of_the_name(written: str) -> None:
    assert name_forms(pd.Series([written, "(เอิร์น)"]))["fold"].tolist() == ["นูรียะ", "เอิร์น"]


@pytest.mark.parametrize(
    ("name", "written"), [("สมหมาย", "สหมมาย"), ("มะลิวัลย์", "มะลิวัลลย์"), ("Thandar", "Thnadar"), ("Thandar", "Thanddar")]
)
def test_letters_that_changed_places_and_a_letter_written_twice_are_a_slip(name: str, written: str) -> None:
    linkage = linked([child(2025, name), child(2026, written), *village(ROUNDS)])
    assert linkage.cluster[1] == 0


@pytest.mark.parametrize(("name", "of_twin"), [("มานี", "มานะ"), ("Lwin Lwin", "Lin Lin"), ("Nandar", "Sandar")])
def test_a_letter_more_or_another_one_is_no_such_slip(name: str, of_twin: str) -> None:
    assert linked([child(2025, name), child(2026, of_twin), *village(ROUNDS)]).cluster[1] == 1


@pytest.mark.parametrize("rounds", [(2025, 2026), (2024, 2025, 2026)])
def test_a_near_name_will_not_do_however_often_the_child_was_there_alone(rounds: tuple[int, ...]) -> None:
    # A twin who lived elsewhere may have come back while the other is away.
    earlier = [child(round_, "ธนกร") for round_ in rounds[:-1]]
    linkage = linked([*earlier, child(2026, "ธนากร"), *village(rounds)])
    assert linkage.cluster[len(earlier)] == len(earlier)
    assert any(len(earlier) in pair for pair in asked(linkage))


@pytest.mark.parametrize(("born", "is_linked"), [("2012-02-07", True), ("2017-03-05", False), (None, False)])
def test_a_sister_born_at_another_birth_has_no_claim_to_the_row(born: str | None, is_linked: bool) -> None:
    # ศิริวรรณ and her sister สิริวัน: the row of 2026 has the one's birth date, and the name as the other writes it.
    sister = {"born": born, "low": None if born else 14_000, "high": None if born else 19_000}
    rows = [child(2025, "ศิริวรรณ"), child(2025, "สิริวัน", **sister), child(2026, "สิริวัน"), *village(ROUNDS)]
    assert (linked(rows).cluster[2] == 0) == is_linked


@pytest.mark.parametrize(
    ("homes", "born", "share"),
    # Of 200 rows beside the shipped ones, worth 200: (200 + 23) / 400, at most a half; 23 / 400 is half of the shipped
    # 0.115. Of 24 rows: (24 + 23) / 224 is nearly twice as many; 23 / 224 is about as many.
    [
        (100, "2012", 0.07 * 0.5 / 0.115),
        (100, "2012-08-09", 0.07 * 0.5),
        (12, "2012", 0.07 * 2),
        (12, "2012-08-09", 0.07),
    ],
)
def test_a_year_of_birth_says_more_where_many_are_known_by_no_more(homes: int, born: str, share: float) -> None:
    heads = "กขคจชดตทนบ"
    rows = [
        child(round_, f"{heads[number % 10]}า{heads[number // 10]}ิ", **{**at_home(6000 + number), "born": born})
        for round_ in ROUNDS
        for number in range(homes)
    ]
    parameters = linked(rows).parameters
    assert parameters is not None
    assert parameters["shares"]["birth"]["year"][0] == pytest.approx(share)


def test_a_mother_whose_name_is_said_nearly_alike_will_do_for_a_year_that_differs_by_one() -> None:
    rows = [
        child(2025, "ศิริพร", born="2016", mother="จิราพร ดำมณี"),
        child(2026, "ศิริพร", born="2017", mother="จิราพร"),
    ]
    assert linked([*rows, *village(ROUNDS)]).cluster[1] == 0


def test_a_slip_in_one_years_birth_date_does_not_keep_the_child_from_its_day() -> None:
    # Day and month changed places in 2025, and the era in 2024: those two dates by themselves would be two births.
    rounds = (2023, 2024, 2025, 2026)
    dates = ("2017-03-05", "2018-03-05", "2017-05-03", "2017-03-05")
    rows = [child(round_, "สมชาย", born=born) for round_, born in zip(rounds, dates, strict=True)]
    assert linked([*rows, *village(rounds)]).cluster[:4].tolist() == [0, 0, 2, 0]


@pytest.mark.parametrize(
    ("name", "written"),
    [("ชเว", "ฉ่วย"), ("Shwe", "ชุ่ย"), ("นเว", "นวย"), ("Myint", "เมียน"), ("กิตติมา", "กิติมา")],
)
def test_spellings_of_one_sound_are_said_alike(name: str, written: str) -> None:
    loose = name_forms(pd.Series([name, written]))["loose"]
    assert loose[0] == loose[1]


# An older child whose name one of two visits did not write down, beside a brother who is found again. Without him it is
# a question.
ELDER: Child = {"born": None, "low": 16071.0, "high": 16436.0}  # ten years old, in 2025: born in 2014


@pytest.mark.parametrize(
    ("known", "later", "is_linked"),
    [
        ({}, {}, True),
        (ELDER, {"born": "2014-05-05"}, True),
        ({}, {"mother": None}, True),  # the day of birth and the house are the same
        (ELDER, {**ELDER, "mother": None}, False),
        (ELDER, {**ELDER, "mother": "วิภา"}, False),
        (ELDER, {**ELDER, "home": "85010501|88"}, False),
        ({}, {"born": "2017-03-06"}, False),
    ],
)
def test_a_child_whose_name_was_not_told_is_found_by_mother_house_and_birth(
    known: Child, later: Child, is_linked: bool
) -> None:
    rows = [child(2025, "สมชาย", **known), child(2026, "ไม่ทราบ", **later)]
    brother = [child(round_, "วิชัย", born="2010-08-09") for round_ in ROUNDS]
    assert (linked([*rows, *brother, *village(ROUNDS)]).cluster[1] == 0) == is_linked


def test_a_name_that_was_not_told_may_be_a_twins() -> None:
    rows = [child(2025, "สมชาย"), child(2025, "มานพ"), child(2026, "ไม่ทราบ")]
    brother = [child(round_, "วิชัย", born="2010-08-09") for round_ in ROUNDS]
    assert list(linked([*rows, *brother, *village(ROUNDS)]).cluster[:3]) == [0, 1, 2]


@pytest.mark.parametrize(("brother", "is_linked"), [("วิชัย", True), (None, False)])
def test_an_age_that_differs_by_one_is_a_slip_where_the_whole_house_is_found_again(
    brother: str | None, is_linked: bool
) -> None:
    rows = [child(2025, "สมชาย", born="2016"), child(2026, "สมชาย", born="2017", mother=None)]
    beside = [child(round_, brother, born="2012-08-09") for round_ in ROUNDS if brother]
    assert (linked([*rows, *beside, *village(ROUNDS)]).cluster[1] == 0) == is_linked
