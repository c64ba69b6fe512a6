"""Given these headers, these columns are read; what is nearly a header is proposed, and never read."""

from __future__ import annotations

import random
import unicodedata
from difflib import SequenceMatcher
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_cli import load_survey
from cpms_cli.reading.header.headers import header_spellings, match_headers, near_miss
from tests.conftest import Cpms, Draw

FILES = Path(__file__).resolve().parent.parent / "files"
SURVEY = load_survey()
SPELLINGS = header_spellings(SURVEY)
KNOWN = [
    (name, spelling)
    for name, field in SURVEY.fields.items()
    for spelling in (name, *field.headers, field.question.en, field.question.th)
]
NAMES = list(SURVEY.fields)
GROUPS = st.from_regex(r"[a-z][a-z0-9_]{1,8}", fullmatch=True)
ASIDE = " \t\u00a0_()[]:;,!?"


def _field(*headers: str) -> str | None:
    return match_headers(headers, SPELLINGS).fields.get(0)


def _letters(text: str) -> str:
    """Letters, digits and Thai marks of a text, by what Unicode says of each: another way to the same sameness."""
    plain = unicodedata.normalize("NFC", text).casefold()
    return "".join(letter for letter in plain if unicodedata.category(letter)[0] in "LNM")


@pytest.mark.parametrize("number", ["4. ", "๔. ", "4) ", "12.", "3.1 ", "3.1. ", " ๔ ) "])
def test_the_number_of_a_question_hinders_no_header(number: str) -> None:
    assert _field(f"{number}เพศ") == _field(f"{number}Sex") == "sex"
    assert _field(f"{number}เพศ / Sex") == "sex"


@pytest.mark.parametrize("header", ["2 เพศ", "2568. เพศ", "1. เพศมารดา", "1. ", "1.", "a. เพศ"])
def test_other_numbers_and_words_before_a_header_do(header: str) -> None:
    assert _field(header) is None


def test_two_questions_of_one_field_are_never_one_for_their_numbers() -> None:
    match = match_headers(["1. ชื่อ", "2. ชื่อ"], SPELLINGS)
    assert (match.fields, match.twice) == ({}, {"given_name": (0, 1)})


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(KNOWN), st.randoms(use_true_random=False))
def test_a_known_header_is_matched_in_any_case_with_any_space_and_punctuation(
    known: tuple[str, str], chance: random.Random
) -> None:
    name, spelling = known
    noisy = "".join(
        (letter.upper() if chance.random() < 0.5 else letter.lower()) + (chance.choice(ASIDE) if letter == " " else "")
        for letter in spelling
    )
    noisy = chance.choice(ASIDE) + noisy + chance.choice(ASIDE)
    assert _field(noisy) == name


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(NAMES), st.lists(GROUPS, min_size=1, max_size=3), st.sampled_from("/.-"))
def test_a_field_is_known_behind_the_groups_of_a_form(name: str, groups: list[str], separator: str) -> None:
    text = separator.join([*groups, name])
    assert _field(text) == name
    assert _field(text.upper()) == name


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(KNOWN), st.sampled_from(["เด็ก", "ข้อมูล ทั่วไป", "Part 2: the child", "a/b"]))
def test_an_exports_own_columns_let_labels_stand_behind_groups(known: tuple[str, str], group: str) -> None:
    name, spelling = known
    assert _field(f"{group}/{spelling}", "_uuid", "_index") == name


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=30))
def test_no_other_text_is_ever_a_field(text: str) -> None:
    name = _field(text)
    if name is not None:
        spellings = {_letters(spelling) for field, spelling in KNOWN if field == name}
        assert _letters(text) in spellings or _letters(text).endswith(_letters(name))


@settings(max_examples=50, deadline=None)
@given(st.sampled_from([(name, text) for name, text in KNOWN if len(_letters(text)) >= 6]), st.data())
def test_a_header_with_one_slip_is_proposed_and_not_read(known: tuple[str, str], data: st.DataObject) -> None:
    name, spelling = known
    plain = _letters(spelling)
    position = data.draw(st.integers(1, len(plain) - 2))
    slipped = data.draw(
        st.sampled_from(
            [
                plain[:position] + plain[position + 1 :],
                plain[:position] + "ฬ" + plain[position + 1 :],
                plain[:position] + "ฬ" + plain[position:],
            ]
        )
    )
    if slipped in {_letters(text) for _, text in KNOWN}:
        return
    assert _field(slipped) is None
    proposal = near_miss(slipped, SPELLINGS)
    if proposal is None or proposal.field != name:
        # Only a rival as near may come between: mother_home and father_home share most of their letters.
        others = [_letters(text) for field, text in KNOWN if field != name]
        assert max(SequenceMatcher(None, slipped, other).ratio() for other in others) > 0.75
    else:
        assert 0 < proposal.likeness < 1


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("วันเกิ", "birth_date"),  # a letter left out at the end
        ("วนเกิด", "birth_date"),  # a vowel left out
        ("รหัสหมูบ้าน", "village_code"),  # a tone mark left out
        ("บานเลขที", "household_no"),  # two tone marks left out
        ("สัญชาต", "nationality"),  # a vowel left out
        ("เพส", "sex"),  # a letter that sounds the same
        ("นามสุกล", "family_name"),  # a vowel typed one letter too early
        ("ลำดับเดก็", "child_no"),  # a mark typed one letter too late
        ("Birht date", "birth_date"),
        ("Nationalty", "nationality"),
        ("child_group/เพศ", "sex"),  # a label behind a group, with no sign of an export
    ],
)
def test_common_slips_are_proposed(header: str, field: str) -> None:
    assert _field(header) is None
    proposal = near_miss(header, SPELLINGS)
    assert proposal is not None
    assert proposal.field == field


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("เเจ้งเกิดแล้วหรือไม่", "birth_registered"),  # two เ typed for แ
        ("ลําดับเด็ก", "child_no"),  # nikhahit and า typed for ำ
        ("บ้านเลขท่ี", "household_no"),  # a tone mark typed before its vowel
        ("วัน\u200bเกิด", "birth_date"),  # a zero-width space from a web page
    ],
)
def test_thai_that_looks_the_same_is_the_same(header: str, field: str) -> None:
    assert _field(header) == field


@pytest.mark.parametrize(
    "header",
    [
        "หมายเหตุ",
        "โทรศัพท์โรงเรียน",
        "ชื่อโรงเรียน",
        "ชื่อบิดา",
        "สัญชาติบิดา",
        "วันเกิดมารดา",
        "อายุ (เดือน)",
        "Mother - sex",
        "mother/Age",
        "Name of school",
        "เพศ/อายุ",
        "school phone",
        "ที่",
        "1",
        "_",
        "/",
        "",
    ],
)
def test_what_is_asked_of_somebody_else_is_not_the_childs(header: str) -> None:
    assert _field(header) is None


def test_a_header_nearly_right_is_told_with_its_field(cpms: Cpms, draw: Draw) -> None:
    path = draw({"birth_date": "2016-01-01"}, {"birth_date": "2015-01-01"})
    path.write_text(path.read_text("utf-8").replace("birth_date", "วันเกิ"), "utf-8")
    ran = cpms("validate", path, "--format", "json")
    assert ran.code == 1, "dates are answers, and would be lost"
    near_miss = next(finding for finding in ran.json["findings"] if finding["rule"] == "header_near_miss")
    assert (near_miss["row"], near_miss["column"], near_miss["severity"]) == (1, "วันเกิ", "warning")
    assert near_miss["message"] == "column 'วันเกิ' is not read; it may be Birth date"
    assert "--map" in near_miss["mend"]
    # The column stays unread: no age is known from it.
    assert [finding["rule"] for finding in ran.json["findings"] if "age" in finding["rule"]] == ["ages_missing"]
    thai = cpms("validate", path, "--lang", "th")
    assert "ไม่ได้อ่านคอลัมน์ 'วันเกิ' ซึ่งอาจเป็นวันเกิด" in thai.out


def test_a_missing_key_column_is_proposed_by_the_error_itself(cpms: Cpms) -> None:
    ran = cpms("validate", FILES / "near_miss_headers.csv")
    assert ran.code == 2
    assert "'รหัสหมู่บาน' = village_code" in ran.err
    assert "cpms map near_miss_headers.csv -o map.xlsx" in ran.err


def test_merging_says_which_column_was_not_stored(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path = draw({})
    path.write_text(path.read_text("utf-8").replace(",given_name,", ",Givan name,"), "utf-8")
    ran = cpms("merge", path, "--store", tmp_path / "s.duckdb")
    assert ran.code == 1
    assert "'Givan name' was NOT read: 1 cell; it may be given_name (Given name)" in ran.out
    again = cpms("merge", path, "--store", tmp_path / "t.duckdb", "--format", "json")
    [column] = again.json["columns_not_read"]
    assert {name: column[name] for name in ("file", "sheet", "header", "may_be", "why", "filled", "holds_answers")} == {
        "file": path.name,
        "sheet": None,
        "header": "Givan name",
        "may_be": "given_name",
        "why": "near",
        "filled": 1,
        "holds_answers": False,
    }


def test_answers_under_a_header_nearly_right_are_not_merged_away(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path = draw({})
    path.write_text(path.read_text("utf-8").replace(",nationality,", ",Nationalty,"), "utf-8")
    ran = cpms("merge", path, "--store", tmp_path / "s.duckdb")
    assert ran.code == 2
    assert "it may be nationality (Nationality)" in ran.err


def test_groups_without_an_export_are_taken_off_field_names_only(cpms: Cpms) -> None:
    ran = cpms("map", FILES / "group_prefixes_without_export.csv", "--format", "json")
    assert {header["header"]: header["field"] for header in ran.json["headers"]} == {
        "grp-a/b/round": "round",
        "household/village_code": "village_code",
        "household/household_no": "household_no",
        "child_group.child_no": "child_no",
        "child_group.sex": "sex",
        "child_group.given_name": "given_name",
        "child-birth_date": "birth_date",
        "mother/Age": "?age_years",
    }


def test_two_columns_for_one_field_are_refused_behind_groups_too(cpms: Cpms, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    pd.DataFrame(
        [[2569, "85010101", "1", 1, "female", "male"]],
        columns=["round", "village_code", "household_no", "child_no", "child/sex", "mother/sex"],
    ).to_csv(path, index=False)
    ran = cpms("validate", path)
    assert ran.code == 2
    assert "E (child/sex), F (mother/sex)" in ran.err


@pytest.mark.parametrize("header", ["ความยินยอมฯ", "ความยินยอมของผู้ปกครอง", "Concent", "Consent (yes or no)"])
def test_a_column_that_may_be_the_consent_is_not_passed_over(
    cpms: Cpms, draw: Draw, tmp_path: Path, header: str
) -> None:
    path = draw({"consent": "no", "given_name": "ชื่อลับ"})
    path.write_text(path.read_text("utf-8").replace("consent", header, 1), "utf-8")
    store = tmp_path / "s.duckdb"
    ran = cpms("merge", path, "--store", store)
    assert ran.code == 2
    assert header in ran.err
    assert "--map" in ran.err
    assert not store.exists()
    map_ = tmp_path / "map.csv"
    assert cpms("map", path, "-o", map_).code == 0
    assert "?consent" in map_.read_text("utf-8-sig")
    map_.write_text(f'header,field\n"{header}",consent\n', "utf-8")
    assert cpms("merge", path, "--map", map_, "--store", store).code == 0
    assert "ชื่อลับ" not in cpms("children", "--store", store, "--identified").out
    map_.write_text(f'header,field\n"{header}",\n', "utf-8")
    assert cpms("validate", path, "--map", map_).code == 2, "a blank line decides nothing"
    map_.write_text(f'header,field\n"{header}",leave out\n', "utf-8")
    assert cpms("validate", path, "--map", map_).code == 0
