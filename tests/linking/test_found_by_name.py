"""A child is found again as its family writes its name, or without one, and a name that others share finds nobody."""

from __future__ import annotations

import pytest

from tests.families import asked, at_home, child, linked, village

MOTHER = {"mother": "Ma Hla Htay", "home": "85010501|21"}
WRITTEN_AGAIN = [
    ("Saw Eh Htoo", "Eh Htoo"),
    ("Htay Sein", "TaySein"),
    ("Nang Kham Hseng", "Kham Seng"),
    ("Kyaw Thu", "ကျော်သူ"),
    ("Kyaw Thu", "จ่อตู"),
    ("หน่อแพวา", "แพหว่า"),
    ("ຄຳດີ", "Khamdy"),
    ("Aung Ko Win", "Win Ko Aung"),
    ("ซอเอทู", "Saw Eh Htoo"),
    ("Na Pue", "นาปือ"),
    ("Chanary", "ชันนารี"),
    ("โกศล", "Kosal"),
    ("ซอเซปวย", "Saw Say Pwe"),
    ("มิดด", "ดด"),
]
# Given name and family name, before and after: one name over two cells, the father's name, the other order, one cell.
PARTED = [
    (("Eh Htoo Wah", None), ("Eh", "Htoo Wah")),
    (("หล่าทาวา", None), ("หล่า", "ทา วา")),
    (("Eh Htoo Wah", None), ("เอ", "ทูวา")),
    (("Aung Ko", "Win"), ("Aung", "Ko Win")),
    (("Sovann", "Prak"), ("Prak", "Sovann")),
    (("วิสาล", "จันทร์"), ("Chan", "Visal")),
    (("ทองดี แก้วมณี", None), ("ทองดี", "แก้วมณี")),
]
# A brother who shares the family name, or whose name has the same few consonants, is another child.
ANOTHERS = [
    (("ละไม", "เกาะทองใบ"), ("Prapa", "เกาะทองใบ")),
    (("ละไม", "เกาะทองใบ"), ("Prapa Kohthongbai", None)),
    (("Saw Sa Htoo", None), ("ซอซา", "ดเว")),
    (("Eh", "Htoo"), ("Eh Moo", "Htoo")),
    (("Chan Visal", None), ("Chan Rithy", None)),
]
Names = tuple[str, str | None]


@pytest.fixture(scope="module")
def found_again() -> dict[tuple[Names, Names], bool]:
    """Whether who had the first of these names in one round is who has the second in the next; all linked at once, each
    in a home of its own."""
    pairs: list[tuple[Names, Names]] = [((before, None), (after, None)) for before, after in WRITTEN_AGAIN]
    pairs += [*PARTED, *ANOTHERS]
    rows = [
        child(year, given, family=family, **at_home(number))
        for number, pair in enumerate(pairs)
        for year, (given, family) in zip((2025, 2026), pair, strict=True)
    ]
    cluster = linked([*rows, *village((2025, 2026))]).cluster
    assert list(cluster[: len(rows) : 2]) == list(range(0, len(rows), 2)), "no two homes are mixed up"
    return {pair: cluster[2 * number + 1] == 2 * number for number, pair in enumerate(pairs)}


@pytest.mark.parametrize(("before", "after"), WRITTEN_AGAIN)
def test_a_child_is_found_again_as_its_family_writes_its_name(
    found_again: dict[tuple[Names, Names], bool], before: str, after: str
) -> None:
    assert found_again[(before, None), (after, None)]


@pytest.mark.parametrize(("before", "after"), PARTED)
def test_a_name_over_two_cells_is_the_same_name(
    found_again: dict[tuple[Names, Names], bool], before: Names, after: Names
) -> None:
    assert found_again[before, after]


@pytest.mark.parametrize(("before", "after"), ANOTHERS)
def test_a_name_that_is_shared_by_brothers_speaks_for_no_other(
    found_again: dict[tuple[Names, Names], bool], before: Names, after: Names
) -> None:
    assert not found_again[before, after]


def test_the_family_name_in_the_cell_of_the_given_name_is_no_sign_of_a_brother() -> None:
    home = {**MOTHER, "family": "Prak"}
    brother = {**MOTHER, "born": "2012-02-07"}
    rows = [
        child(2025, "Sovann", **home),
        child(2025, "Rithy", **{**brother, "family": "Prak"}),
        child(2026, "Prak", **{**MOTHER, "family": "Sovann"}),
        child(2026, "Prak", **{**brother, "family": "Rithy"}),
    ]
    assert list(linked([*rows, *village((2025, 2026))]).cluster[2:4]) == [0, 1]


def test_a_baby_without_a_name_is_found_again_by_mother_house_and_day() -> None:
    home = {**at_home(3), "born": "2024-09-05"}
    rows = [child(2025, "ทารก", **home), child(2026, "สมชาย", **home)]
    assert linked([*rows, *village((2025, 2026))]).cluster[1] == 0


def test_a_baby_without_a_name_who_may_be_a_twin_is_a_question() -> None:
    home = {**at_home(3), "born": "2024-09-05"}
    rows = [child(2025, "ทารก", **home), child(2026, "สมชาย", **home), child(2026, "สมหมาย", **home)]
    linkage = linked([*rows, *village((2025, 2026))])
    assert list(linkage.cluster[:3]) == [0, 1, 2]
    assert asked(linkage)


def test_a_baby_of_whose_birth_the_year_is_known_is_found_again_where_nobody_else_may_be_it() -> None:
    home = {**at_home(3), "born": "2024"}
    rows = [child(2025, "ทารก", **home), child(2026, "สมชาย", **home)]
    assert linked([*rows, *village((2025, 2026))]).cluster[1] == 0
    # A brother born that year, or of whose birth nothing is known, may be the one who had no name.
    for brother in ({"born": "2024-02-07"}, {"born": "2024"}, {"born": None}):
        other = child(2026, "ธนกร", **{**at_home(3), **brother})
        linkage = linked([*rows, other, *village((2025, 2026))])
        assert linkage.cluster[1] == 1
    # Nor in another house, though the mother's name is the same.
    moved = {**home, "home": "85010599|7"}
    linkage = linked([rows[0], child(2026, "สมชาย", **moved), *village((2025, 2026))])
    assert linkage.cluster[1] == 1


def test_a_child_of_eight_without_a_name_is_a_question() -> None:
    rows = [child(2025, "ด.ช."), child(2026, "สมชาย")]
    linkage = linked([*rows, *village((2025, 2026))])
    assert linkage.cluster[1] == 1
    assert asked(linkage) == {(0, 1)}


def test_brothers_and_sisters_found_again_tell_that_the_home_is_the_same() -> None:
    moved = {"village": "85030201", "home": "85030201|7"}
    family = {"mother": "มาลี", "home": "85010501|21"}
    elder = {"number": "1999900000013", "born": "2012-02-07"}
    younger = {"born": "2016"}
    rows = [
        child(2025, "ธนกร", **family, **elder),
        child(2025, "Kyaw Thu", **family, **younger),
        child(2026, "ธนกร", **{**family, **moved}, **elder),
        child(2026, "จ่อตู", **{**family, **moved}, **younger),
    ]
    alone = linked([rows[1], rows[3], *village((2025, 2026))])
    assert alone.cluster[1] == 1
    together = linked([*rows, *village((2025, 2026))])
    assert together.cluster[3] == 1


@pytest.mark.parametrize(("name", "other"), [("ธีรพงษ์", "ธีรพงษ"), ("ปณิลักษณ์", "ปณิลักษณ")])
def test_a_mark_that_silences_a_letter_is_left_out_by_many_hands(name: str, other: str) -> None:
    rows = [child(2025, name, mother=None, home=None), child(2026, other, mother=None, home=None)]
    pairs = linked([*rows, *village((2025, 2026))]).pairs.set_index(["id_l", "id_r"])
    assert pairs.loc[(0, 1), "given"] == "alike"
