"""What families answer to the questions that the survey did not ask from its beginning.

These answers are drawn by themselves, so that what a round answers to the questions of before is the same with and
without them. None of them leads to anybody: there is no registering office 9999, and no telephone exchange of Thailand
whose numbers begin with a 0 behind the code of the region.
"""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from cpms_cli.samples.community import Community, Home, Person
from cpms_cli.survey.files.definition_tables import AREA_FILES
from cpms_cli.survey.yaml_files.located_yaml import csv_cells, read_text
from cpms_cli.survey.yaml_files.location import shipped

_NO_OFFICE, _NO_EXCHANGE = "9999", "0770"
_SUBDISTRICTS = "areas/subdistricts.csv"
_MIDDLE_OF_THAILAND = 13.0, 101.0
_VILLAGES_APART, _HOUSES_APART = 0.03, 0.004  # degrees; about three kilometres, and four hundred metres
_MOST_HOURS = 112


def home_answers(community: Community, home: Home) -> dict[str, Any]:
    """House code, coordinates and phone of a home, each where the family has it."""
    rng = random.Random(f"{community.seed} {home.id} {home.house}")  # noqa: S311
    has_code, has_place, has_phone = (rng.random() for _ in range(3))
    latitude, longitude = _coordinates(home, rng)
    phone = f"{_NO_EXCHANGE}{rng.randrange(100_000):05d}"
    return {
        "house_code": f"{_NO_OFFICE}{home.house:07d}" if has_code < (0.45 if home.migrant else 0.95) else None,
        "latitude": latitude if has_place < 0.6 else None,
        "longitude": longitude if has_place < 0.6 else None,
        "phone": phone if has_phone < (0.5 if home.migrant else 0.8) else None,
    }


def child_answers(community: Community, person: Person, age: int) -> dict[str, Any]:
    """How many hours a week a child of this age helps at home: few for the small ones, many where work is hard."""
    rng = random.Random(f"{community.seed} {community.year} {person.id}")  # noqa: S311
    usual = max(age - 4, 0) * (1.6 if person.traits["work"] < 0.15 else 0.6)
    return {"chore_hours_week": min(round(rng.uniform(0, usual)), _MOST_HOURS)}


def _coordinates(home: Home, rng: random.Random) -> tuple[str, str]:
    """A place near the middle of the subdistrict; houses of a village lie near each other."""
    village = random.Random(home.village)  # noqa: S311
    return tuple(
        f"{middle + village.uniform(-1, 1) * _VILLAGES_APART + rng.uniform(-1, 1) * _HOUSES_APART:.5f}"
        for middle in _middles().get(home.village[:6], _MIDDLE_OF_THAILAND)
    )  # type: ignore[return-value]


@cache
def _middles() -> dict[str, tuple[float, float]]:
    """Latitude and longitude of each subdistrict's middle, where they are known."""
    columns = AREA_FILES[_SUBDISTRICTS]
    rows = csv_cells(_SUBDISTRICTS, read_text(shipped("schemas"), _SUBDISTRICTS), columns)
    return {cells[0]: (float(cells[-2]), float(cells[-1])) for _, cells in rows if cells[-2] and cells[-1]}
