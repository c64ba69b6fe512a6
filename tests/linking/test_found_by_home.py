"""What is known of a home beside its number finds a child again: its code, its telephone, where it stands."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cpms_cli import merge
from cpms_cli.linking.probabilistic import Linkage
from cpms_cli.linking.store_rows import as_evidence
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import Draw
from tests.families import Child, asked, child, linked, village
from tests.linking.rounds import Row, count_children

ROUNDS = (2025, 2026)
REACH = {"reach": "0812345678"}
CODE = {"house": "85010012345"}
SPOT = {"north": 9.96581, "east": 98.63472}
RENUMBERED = {"home": "85010501|99/1"}
# A name and a month of birth are all that was told of him.
BOY: Child = {"mother": None, "born": "2017-03"}


def _followed(
    earlier: Child, later: Child, of_all: Child | None = None, settings: LinkingSettings | None = None
) -> Linkage:
    rows = [child(2025, "สมชาย", **BOY | earlier), child(2026, "สมชาย", **BOY | RENUMBERED | later)]
    others = [other | (of_all or {}) for other in village(ROUNDS, 40)]
    return linked([*rows, *others], settings)


def _pair(linkage: Linkage) -> pd.Series:
    return linkage.pairs[(linkage.pairs["id_l"] == 0) & (linkage.pairs["id_r"] == 1)].iloc[0]


@pytest.mark.parametrize("known", [REACH, CODE, SPOT], ids=["telephone", "house code", "coordinates"])
def test_a_child_of_a_house_with_a_new_number_is_found_by_what_else_is_known_of_it(known: Child) -> None:
    assert _followed({}, {}).cluster[1] == 1
    assert _followed(known, {}).cluster[1] == 1
    assert _followed(known, known).cluster[1] == 0


def test_a_telephone_alone_makes_a_question_of_a_name_in_another_village() -> None:
    moved = {"village": "85030201", "home": "85030201|7"}
    assert (0, 1) not in asked(_followed({}, moved))
    assert (0, 1) in asked(_followed(REACH, moved | REACH))


def test_the_telephone_of_a_village_head_tells_nobody_apart() -> None:
    # It stands with 40 other children of the village.
    linkage = _followed(REACH, REACH, of_all=REACH)
    assert linkage.cluster[1] == 1


def test_what_is_no_telephone_number_no_house_code_and_no_spot_is_no_evidence() -> None:
    phones = ["081-234-5678", "0812345678", "0000000000", "-"]
    rows = pd.DataFrame([child(2026, "สมชาย") for _ in phones]).astype({"home": "str", "number": "str", "born": "str"})
    codes, spots = ["8501-001234-5", "12", "11111111111", ""], ["9.96581", "98.63", "0", "ไม่ทราบ"]
    answers = rows.assign(round_=2026, reach=phones, house=codes, north=spots, east=spots)
    known = as_evidence(answers, load_survey().linking).astype(object)
    known = known.where(known.notna(), None)
    assert known["reach"].tolist() == ["0812345678", "0812345678", None, None]
    assert known["house"].tolist() == ["85010012345", None, None, None]
    assert known["north"].tolist() == [9.96581, 98.63, None, None]


def test_two_readings_of_one_house_are_some_metres_apart() -> None:
    near = {"north": SPOT["north"] + 0.0002, "east": SPOT["east"] - 0.0002}  # 22 m each way
    assert _pair(_followed(SPOT, near))["spot"] == "near"
    over_the_river = {"north": SPOT["north"] + 0.01, "east": SPOT["east"]}  # 1.1 km
    assert _followed(SPOT, over_the_river).cluster[1] == 1


def test_a_definition_of_an_earlier_version_weighs_what_it_knows() -> None:
    shipped = load_survey().linking
    place = {name: share for name, share in shipped.comparisons["place"].items() if name != "house"}
    earlier = {name: of for name, of in shipped.comparisons.items() if name not in ("reach", "spot")} | {"place": place}
    settings = shipped.model_copy(update={"comparisons": earlier})
    home = {"home": "85010501|21"}
    known = REACH | CODE | SPOT
    assert _followed(home | known, home | known, settings=settings).cluster[1] == 0
    assert _followed(known, known, settings=settings).cluster[1] == 1


def test_a_telephone_number_that_is_mended_links_the_children_of_its_home_anew(draw: Draw, tmp_path: Path) -> None:
    boy: Row = {"given_name": "สมชาย", "mother_name": None, "sex": "male", "birth_date": "2017-03", "family_name": None}
    homes = {2026: {"household_no": "21"}, 2027: {"household_no": "99/1"}}
    others: list[Row] = [
        {"given_name": name, "mother_name": f"มารดา{name}", "birth_date": f"2012-0{n}-11", "household_no": str(n)}
        for n, name in enumerate(("กานดา", "จิรา", "ชลธี", "ดารุณี", "ปวีณา", "พรทิพย์", "มาลี", "ยุพิน"), start=1)
    ]

    def write(year: int, phone: str) -> Path:
        rows = [{**boy, **homes[year], "phone": phone}, *others]
        dated = [{"round": year, "interview_date": f"{year}-01-15", "other_name": None, **row} for row in rows]
        return draw(*dated, name=f"{year}_{phone}.csv")

    store = tmp_path / "s.duckdb"
    merge([write(2026, REACH["reach"]), write(2027, "0899999999")], store)
    assert count_children(store) == len(others) + 2
    merge([write(2027, REACH["reach"])], store)
    assert count_children(store) == len(others) + 1
