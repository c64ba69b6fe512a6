"""Promise 10: a date written in any of the country's ways is read as that date or left as a question, never as another.

The writers below are the test's own; nothing of the reader is used to make what it is given.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_cli.reading.value.dates import Bounds, Dates, parse_dates, read_dates

ROUND = 2026
BORN = Bounds(ROUND - 25, ROUND + 1)
THAI = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
]
SHORT = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
ENGLISH = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
Day = datetime.date
Writer = Callable[[Day], str]


def _digits(text: str, zero: str) -> str:
    return "".join(chr(ord(zero) + int(letter)) if letter.isdigit() else letter for letter in text)


WRITERS: dict[str, Writer] = {
    "iso": lambda d: d.isoformat(),
    "iso, Buddhist": lambda d: f"{d.year + 543}-{d.month:02}-{d.day:02}",
    "slashes": lambda d: f"{d.day}/{d.month}/{d.year + 543}",
    "two digits": lambda d: f"{d.day}/{d.month}/{(d.year + 543) % 100:02}",
    "dots, Christian": lambda d: f"{d.day:02}.{d.month:02}.{d.year}",
    "dashes": lambda d: f"{d.day}-{d.month}-{d.year + 543}",
    "Thai short month": lambda d: f"{d.day} {SHORT[d.month - 1]} {d.year + 543}",
    "all joined": lambda d: f"{d.day}{SHORT[d.month - 1]}{(d.year + 543) % 100:02}",
    "Thai digits": lambda d: _digits(f"{d.day} {THAI[d.month - 1]} พ.ศ.{d.year + 543}", "๐"),
    "Thai words": lambda d: f"วันที่ {d.day} เดือน{THAI[d.month - 1]} พ.ศ. {d.year + 543}",
    "English": lambda d: f"{d.day} {ENGLISH[d.month - 1]} {d.year}",
    "English, month first": lambda d: f"{ENGLISH[d.month - 1][:3]} {d.day}, {d.year}",
    "Burmese digits": lambda d: _digits(f"{d.day}/{d.month}/{d.year}", "၀"),
    "eight digits": lambda d: f"{d.year + 543}{d.month:02}{d.day:02}",
    "eight digits, day first": lambda d: f"{d.day:02}{d.month:02}{d.year + 543}",
    "with time": lambda d: f"{d.day}/{d.month}/{d.year + 543} 0:00:00",
    "with time and zone": lambda d: f"{d.isoformat()}T09:12:00.000+07:00",
    "day number": lambda d: str((d - Day(1899, 12, 30)).days),
    "two digits, Christian": lambda d: f"{d.day}/{d.month}/{d.year % 100:02}",
    "era named": lambda d: f"{d.day}/{d.month}/ค.ศ. {d.year}",
}
# The writers whose year says its era: these may not even be a question.
PLAIN = [name for name in WRITERS if name != "two digits, Christian"]
born = st.dates(Day(ROUND - 18, 1, 1), Day(ROUND + 1, 12, 31))


def _read(texts: Sequence[str], bounds: Bounds = BORN, system: str = "1900") -> Dates:
    return parse_dates(pd.Series(list(texts), dtype="str"), True, bounds, system)


def _iso(texts: Sequence[str], bounds: Bounds = BORN, system: str = "1900") -> list[str | None]:
    return [None if pd.isna(text) else str(text) for text in _read(texts, bounds, system).iso]


def _questions(texts: Sequence[str], bounds: Bounds = BORN) -> list[str | None]:
    return [None if pd.isna(text) else str(text) for text in _read(texts, bounds).questions]


def _evidence(texts: Sequence[str], bounds: Bounds = BORN) -> dict[str, dict[str, int | str]]:
    return {evidence.id: dict(evidence.values) for evidence in _read(texts, bounds).evidence}


@settings(max_examples=50, deadline=None)
@given(born, st.sampled_from(sorted(WRITERS)))
def test_alone_in_its_column_a_date_is_itself_or_a_question(day: Day, writer: str) -> None:
    [read] = _iso([WRITERS[writer](day)])
    assert read == day.isoformat() or (read is None and writer not in PLAIN)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(born, st.sampled_from(sorted(WRITERS))), min_size=2, max_size=12))
def test_in_any_company_a_date_is_itself_or_a_question(cells: list[tuple[Day, str]]) -> None:
    read = _iso([WRITERS[writer](day) for day, writer in cells])
    for (day, _), result in zip(cells, read, strict=True):
        assert result in (day.isoformat(), None)


@settings(max_examples=30, deadline=None)
@given(st.lists(born, min_size=1, max_size=12))
def test_month_first_throughout_is_seen_where_a_day_over_12_shows_it(days: list[Day]) -> None:
    days = [*days, Day(2017, 5, 31)]
    texts = [f"{d.month}/{d.day}/{d.year}" for d in days]
    assert _iso(texts) == [d.isoformat() for d in days]
    assert "dates_month_first" in _evidence(texts)


@settings(max_examples=30, deadline=None)
@given(st.lists(born, min_size=1, max_size=8), st.lists(born, min_size=1, max_size=8))
def test_both_orders_in_one_column_end_in_questions_never_in_another_date(first: list[Day], second: list[Day]) -> None:
    first, second = [*first, Day(2017, 5, 31)], [*second, Day(2016, 8, 30)]
    texts = [f"{d.day}/{d.month}/{d.year}" for d in first] + [f"{d.month}/{d.day}/{d.year}" for d in second]
    for day, result in zip([*first, *second], _iso(texts), strict=True):
        assert result in (day.isoformat(), None)


@settings(max_examples=20, deadline=None)
@given(born)
def test_day_numbers_follow_the_workbooks_date_system(day: Day) -> None:
    since_1904 = (day - Day(1904, 1, 1)).days
    assert _iso([str(since_1904)], system="1904") == [day.isoformat()]


def test_one_slip_among_many_does_not_stop_the_column() -> None:
    many = [f"{day}/6/2560" for day in range(13, 31)]
    texts = [*many, "5/1/2560", "6/25/2560"]
    assert _iso(texts)[-2:] == ["2017-01-05", None]
    assert _questions(texts)[-2:] == [None, "day_month"]
    assert _evidence(texts)["dates_order_slips"] == {"day_first": 18, "month_first": 1, "open": 1}


def test_without_evidence_the_day_comes_first_and_that_is_said() -> None:
    assert _iso(["5/1/2560"]) == ["2017-01-05"]
    assert _evidence(["5/1/2560"])["dates_day_first_assumed"]["open"] == 1
    # The same number twice can be read in one way only, and a day over 12 shows the plain order.
    assert _evidence(["5/5/2560"]) == {}
    assert _evidence(["5/1/2560", "31/1/2560"]) == {}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1569", None),
        ("5/1/1569", None),
        ("1/1/2469", "1926-01-01"),
        ("31/02/2560", None),
        ("29/2/2567", "2024-02-29"),
        ("29/2/2566", None),
        ("5/13/13", None),
        ("พ.ศ. 2017", None),
        ("ไม่แน่ชัด", None),
        ("3 ปี", None),
        ("2560/2561", None),
        ("12:30", None),
    ],
)
def test_what_is_no_date_is_none(text: str, read: str | None) -> None:
    assert _iso([text], Bounds(1900, 2027)) == [read]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2560", "2017"),
        ("๒๕๖๐", "2017"),
        ("พ.ศ. 2560", "2017"),
        ("พ.ศ. 60", "2017"),
        ("ปี 2560", "2017"),
        ("၂၀၁၇", "2017"),
        ("ม.ค. 2560", "2017-01"),
        ("มกราคม ๒๕๖๐", "2017-01"),
        ("1/2560", "2017-01"),
        ("2017-01", "2017-01"),
        ("Jan 2017", "2017-01"),
        ("00/01/2560", "2017-01"),
        ("00/00/2560", "2017"),
    ],
)
def test_precision_is_kept_and_never_invented(text: str, read: str) -> None:
    assert _iso([text]) == [read]
    assert parse_dates(pd.Series([text], dtype="str"), False, BORN).iso.isna().all()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-03T09:12:00.000+07:00", "2026-11-03"),
        ("2026-11-02T22:00:00Z", "2026-11-03"),
        ("2026-11-02T16:59:59Z", "2026-11-02"),
        ("2026-11-03T01:00:00+09:00", "2026-11-02"),
        ("2026-11-03 09:12:00", "2026-11-03"),
    ],
)
def test_a_moment_is_a_day_in_thailand(text: str, day: str) -> None:
    assert _iso([text]) == [day]


def test_two_digits_below_43_are_a_question() -> None:
    assert _questions(["5/1/17", "5/1/2560"]) == ["era", None]
    assert _questions(["5/1/17", "5/1/60"]) == ["era", None]
    assert _questions(["5/1/17", "6/1/2560", "7/1/2016"])[0] == "era"
    assert _questions(["5/1/17", "6/1/60", "7/1/2016"])[0] == "era"


def test_two_digits_are_read_where_the_whole_column_is_of_one_era_and_the_other_is_impossible() -> None:
    texts = ["5/1/17", "13/1/2016"]
    assert _iso(texts) == ["2017-01-05", "2016-01-13"]
    assert _evidence(texts) == {"dates_short_christian": {"count": 1}}
    # Without a round nothing is impossible; nor is it for a child born in 2540, which is 1997.
    assert _questions(texts, Bounds())[0] == "era"
    assert _questions(["5/1/12", "13/1/2011"], Bounds(1955, 2013))[0] == "era"


def test_two_digits_alone_are_christian_where_they_can_be_no_childs_otherwise() -> None:
    # 2517 is 1974, and its child is 52 in the round of 2026.
    assert _iso(["12/5/18", "3/4/17"]) == ["2018-05-12", "2017-04-03"]
    assert _evidence(["13/5/18", "3/4/17"]) == {"dates_short_alone": {"count": 2}}
    # 2035 is still to come, and 2535 is 1992: a slip, so that the others may be slips too, or a list of grown-ups.
    assert _questions(["12/5/18", "3/4/35"]) == ["era", "era"]
    assert _questions(["12/5/18"], Bounds()) == ["era"], "without a round nobody's age is known"


def test_what_somebody_says_of_years_of_two_digits_decides() -> None:
    texts = ["12/5/18", "3/4/61", "3/4/2560"]
    assert _questions(texts) == ["era", None, None]
    christian, asked, _ = read_dates(texts, True, BORN, "1900", "christian")
    assert (christian, asked) == (["2018-05-12", "2018-04-03", "2017-04-03"], [None, None, None])
    assert read_dates(texts, True, BORN, "1900", "buddhist")[0] == ["1975-05-12", "2018-04-03", "2017-04-03"]


def test_two_digits_that_would_lie_after_the_round_are_a_question() -> None:
    assert _iso(["5/1/69"]) == ["2026-01-05"]
    assert _questions(["5/1/99"]) == ["era"]


def test_a_number_among_six_digit_dates_is_no_day_number() -> None:
    # 040160, whose first 0 Excel took off.
    assert _iso(["40160"]) == ["2009-12-13"]
    assert _iso(["40160", "150160"]) == [None, None]


def test_a_day_number_lies_near_the_round() -> None:
    assert _iso(["46000"]) == ["2025-12-09"]
    # 25601 would be a day of 1970, and is rather a year with a slip of the finger.
    assert _iso(["25601"]) == [None]
    assert _iso(["46000"], Bounds()) == [None]


def test_both_eras_are_read_and_counted() -> None:
    assert _iso(["13/1/2560", "14/1/2017"]) == ["2017-01-13", "2017-01-14"]
    assert _evidence(["13/1/2560", "14/1/2017"]) == {"dates_two_eras": {"buddhist": 1, "christian": 1}}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_any_text_is_read_without_a_fall(texts: list[str]) -> None:
    assert len(_iso(texts)) == len(texts)


def test_a_page_in_a_cell_takes_no_time() -> None:
    assert _iso(["." * 500_000, "5" + " -" * 200_000 + "x", "ม" * 300_000]) == [None, None, None]
