"""The rows of the store as evidence: which columns of the survey, found by role, say what about a child."""

from __future__ import annotations

import pandas as pd

from cpms_cli.survey.identifiers import is_thai_id
from cpms_cli.survey.model.definition import Role, Survey
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings
from cpms_cli.survey.rules.typed_answers import partial_date_bounds, typed, visit_bounds

# A number that is one: long enough, and not one digit throughout.
_NUMBER = r"(?!0?(\d)\1*$)\d{8,}"
_TEXTS: dict[str, Role] = {
    "given": "given_name",
    "family": "family_name",
    "nickname": "nickname",
    "mother": "mother",
    "sex": "sex",
    "nationality": "nationality",
}


# What a household's row knows of the home beside its number.
_OF_HOME: dict[str, Role] = {"house": "house_code", "reach": "phone", "north": "latitude", "east": "longitude"}


def home_columns(survey: Survey) -> list[str]:
    """Return the columns of a home's row that `child_evidence` reads beside its key."""
    return survey.names_of("visited", *_OF_HOME.values())


def evidence_columns(survey: Survey) -> list[str]:
    """Return the columns of a child's row that `child_evidence` reads, its key first."""
    roles: tuple[Role, ...] = (*_TEXTS.values(), "born", "age", "national_id")
    return list(dict.fromkeys([*survey.key("child"), *survey.names_of(*roles)]))


def child_evidence(survey: Survey, children: str, households: str) -> str:
    """SELECT of `evidence.COLUMNS` for each row of `children`, its key first; both name relations of canonical text.

    A birth date that is not known is what the age at the interview leaves open.
    """
    key = ", ".join(f"c.{name}" for name in survey.key("child"))
    home = ", ".join(survey.key("household"))
    round_, born = survey.role("round").name, survey.role("born").name
    texts = ", ".join(f"{_answer(survey, role)} AS {name}" for name, role in _TEXTS.items())
    low, high = partial_date_bounds(f"c.{born}")
    first, last = visit_bounds(f"TRY_CAST(h.{survey.role('visited').name} AS DATE)", f"c.{round_}::INTEGER")
    age = typed(survey, survey.role("age"), "c")
    place = f"c.{survey.role('village').name}"
    of_home = ",\n            ".join(f"{_answer_of_home(survey, role)} AS {name}" for name, role in _OF_HOME.items())
    missing = ", ".join(f"'{word}'" for word in survey.missing_words)
    number = next((f"c.{name}" for name in survey.names_of("national_id")), "NULL::VARCHAR")
    return f"""
        SELECT
            {key},
            c.{round_}::INTEGER AS round_,
            {texts},
            CASE WHEN {low} IS NOT NULL THEN c.{born} END AS born,
            date_diff(
                'day', DATE '1970-01-01', coalesce({low}, {first} - to_years({age} + 1) + INTERVAL 1 DAY)::DATE
            )::DOUBLE AS low,
            date_diff('day', DATE '1970-01-01', coalesce({high}, {last} - to_years({age}))::DATE)::DOUBLE AS high,
            {place} AS village,
            {place} || '|' || c.{survey.role("household").name} AS home,
            {of_home},
            CASE WHEN {number} NOT IN ({missing}) THEN {number} END AS number
        FROM {children} c
        LEFT JOIN {households} h USING ({home})
        ORDER BY {key}"""


def _answer(survey: Survey, role: Role) -> str:
    """SQL for the answer to the question that plays a part; that of nobody where no question does."""
    return typed(survey, survey.role(role), "c") if survey.plays(role) else "NULL::VARCHAR"


def _answer_of_home(survey: Survey, role: Role) -> str:
    """SQL for the answer of the home's row, as text; that of nobody where no question plays the part."""
    return f"h.{survey.role(role).name}::VARCHAR" if survey.plays(role) else "NULL::VARCHAR"


def as_evidence(rows: pd.DataFrame, settings: LinkingSettings) -> pd.DataFrame:
    """The frame of `child_evidence` under the names of `evidence.COLUMNS`, without what identifies nobody.

    A number is kept where it is a national ID (words, fillers and wrong numbers say nothing of anybody), a home where
    its house number is one and no more children live there than in a house.
    """
    number, home = rows["number"].astype("str"), rows["home"].astype("str")
    house = home.str.extract(r"(?s)^[^|]*\|(.*)$", expand=False).str.strip().str.casefold()
    crowd = home.groupby([rows["round_"], home]).transform("size") > settings.largest_home
    texts = ["given", "family", "nickname", "mother", "sex", "village"]
    answers = (
        rows.drop(columns=["round"], errors="ignore")
        .rename(columns={"round_": "round"})
        .assign(
            number=number.where(is_thai_id(number)),
            home=home.mask(house.isin(settings.placeholder_houses) | crowd),
            **{name: rows[name].astype("str") for name in texts},
            **_known_home(rows),
        )
    )
    return answers.assign(**_known_birth(rows, settings))


def _known_home(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return by what a home is known beside its number: `house` (its code in the register), `reach` (a telephone
    number), `north` and `east` (degrees; 0 stands where there is none). Rows of a table have none of them."""
    nothing = pd.Series(None, index=rows.index, dtype="str")
    texts = {name: rows[name].astype("str") if name in rows else nothing for name in _OF_HOME}
    digits = {name: texts[name].str.replace(r"\D", "", regex=True) for name in ("house", "reach")}
    degrees = {name: pd.to_numeric(texts[name], errors="coerce") for name in ("north", "east")}
    return {
        **{name: number.where(number.str.fullmatch(_NUMBER)).astype("str") for name, number in digits.items()},
        **{name: degree.where(degree != 0) for name, degree in degrees.items()},
    }


def _known_birth(rows: pd.DataFrame, settings: LinkingSettings) -> dict[str, pd.Series]:
    """`born`, `low` and `high`, of a day that stands for none only the year."""
    born = rows["born"].astype("str")
    unsure = born.str[5:].isin(settings.unsure_days)
    if not unsure.any():
        return {"born": born, "low": rows["low"], "high": rows["high"]}
    year = born.str[:4].where(unsure)
    first, last = (_days(year + day) for day in ("-01-01", "-12-31"))
    low, high = rows["low"].mask(unsure, first), rows["high"].mask(unsure, last)
    return {"born": born.mask(unsure, year), "low": low, "high": high}


def _days(dates: pd.Series) -> pd.Series:
    """Days since 1970."""
    days: pd.Series = (pd.to_datetime(dates, errors="coerce") - pd.Timestamp(0)) / pd.Timedelta(days=1)
    return days


def without_shared_numbers(rows: pd.DataFrame, table: list[str]) -> pd.DataFrame:
    """The rows without the numbers that different children have in one `table` (the columns that tell tables apart).

    A mother's number written for each of her children, or a number that a clerk fills in where there is none, is no
    evidence in any round: which child it belongs to nobody knows.
    """
    known = rows[rows["number"].notna()]
    if not known["number"].duplicated().any():
        return rows
    children = known["given"].fillna("") + "|" + known["born"].fillna("")
    several = children.groupby([known["number"], *(known[name] for name in table)]).transform("nunique") > 1
    return rows.assign(number=rows["number"].mask(rows["number"].isin(known.loc[several, "number"])))
