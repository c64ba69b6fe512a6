"""The second scorer: every indicator, level, highest level and range again, written from the text of the survey.

It shares nothing with the product: no code, no definition files, no SQL. It is plain pandas over whole columns, where a
truth is a nullable boolean: `|`, `&` and `~` are then the three-valued logic (Kleene) that the survey asks for. Where
it and the product disagree on a child, one of the two misreads the survey.

Where that text is silent, these readings were agreed on: a question put from an age on is a no under it where it is one
part of a larger rule; an answer on drugs counts at any age; a birth date that may lie after the interview lies on
or before it; a household of which nothing came in has no answers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

HOME = ["round", "village_code", "household_no"]
NO_ANSWER = ("", "unknown", "refused", "not_asked")
SEVERITY = ("victim", "high_risk", "at_risk", "not_enough_answers", "none_found")
COUNTED = [f"i{number:02d}" for number in range(1, 23) if number != 16]  # 16 is a response, not a risk
DANGERS = [name for name in COUNTED if name not in ("i01", "i02", "i08", "i18")]  # those are mere circumstances
DIFFICULTIES = ("seeing", "hearing", "walking", "communicating", "learning")
MICS_HOURS = ((5, 11, 1), (12, 14, 14), (15, 17, 43))  # from age, to age, hours a week


def known(cells: pd.Series) -> pd.Series:
    """The cells that answer something; blank, unknown, refused and not asked are NA."""
    return cells.astype("str").where(~cells.isin(NO_ANSWER))


def is_one_of(cells: pd.Series, *codes: str) -> pd.Series:
    given = known(cells)
    return given.isin(codes).astype("boolean").mask(given.isna())


def at_least(cells: pd.Series, limit: int) -> pd.Series:
    reached_limit: pd.Series = pd.to_numeric(known(cells)).astype("Int64") >= limit
    return reached_limit


def any_of(*truths: pd.Series) -> pd.Series:
    truth_of_any = truths[0]
    for truth in truths[1:]:
        truth_of_any = truth_of_any | truth
    return truth_of_any


def in_words(truth: pd.Series, applies: pd.Series | None = None) -> pd.Series:
    """yes, no or unknown; n/a where the age puts it out of the question, unknown where the age does not decide."""
    words = truth.astype("object").map({True: "yes", False: "no"}).fillna("unknown")
    if applies is None:
        return words
    return words.where(applies.notna(), "unknown").mask(applies.eq(False).fillna(False).astype("bool"), "n/a")


def completed_years(born: pd.Series, day: pd.Series) -> pd.Series:
    """Birthdays passed; NA where either day is not known."""
    to_come = (day.dt.month * 100 + day.dt.day) < (born.dt.month * 100 + born.dt.day)
    years: pd.Series = (day.dt.year - born.dt.year - to_come).astype("Int64")
    return years


def age_range(of: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The least and the most completed years at the interview; NA where no age is known."""
    born, day = known(of["birth_date"]), pd.to_datetime(known(of["interview_date"]))
    # Where the interview date is blank, the round bounds it.
    begins = day.fillna(pd.to_datetime(of["round"] + "-01-01"))
    ends = day.fillna(pd.to_datetime((of["round"].astype("int64") + 1).astype("str") + "-12-31"))
    first = pd.to_datetime(born + born.str.len().map({4: "-01-01", 7: "-01", 10: ""}))
    last = (first + pd.offsets.MonthEnd(0)).where(born.str.len() == 7, first)
    last = last.mask(born.str.len() == 4, pd.to_datetime(born.str[:4] + "-12-31"))
    stated_age = pd.to_numeric(known(of["age_years"])).astype("Int64")
    least, most = completed_years(last.mask(last > begins, begins), begins), completed_years(first, ends)
    by_birth = born.notna() & (first <= ends)
    alone = ~by_birth | ((least <= stated_age) & (stated_age <= most)).fillna(False).astype("bool")
    return least.where(~alone, stated_age), most.where(~alone, stated_age)


class Ages:
    """Age limits, decided where the whole range of a child's possible ages lies on one side."""

    def __init__(self, least: pd.Series, most: pd.Series) -> None:
        self.least, self.most = least, most

    def from_(self, years: int) -> pd.Series:
        sure, possible = (self.least >= years), (self.most >= years)
        return sure.mask(sure.ne(possible))

    def between(self, first: int, last: int) -> pd.Series:
        return self.from_(first) & ~self.from_(last + 1)


def of_any_child(of: pd.DataFrame, truth: pd.Series) -> pd.Series:
    """Or over the children of each household."""
    home = [of[name] for name in HOME]
    one_yes = truth.fillna(False).astype("bool").groupby(home).transform("any")
    one_unknown = truth.isna().groupby(home).transform("any")
    return one_yes.astype("boolean").mask(one_unknown & ~one_yes)


def indicators(of: pd.DataFrame, age: Ages) -> pd.DataFrame:
    """The 22 as words, one column each."""
    yes = {name: is_one_of(of[name], "yes") for name in of}
    no = {name: is_one_of(of[name], "no") for name in of}

    difficulty = any_of(*(is_one_of(of[f"difficulty_{name}"], "a_lot", "cannot") for name in DIFFICULTIES))
    services = of["services_received"].astype("str").fillna("").str.split(";").explode()
    received = ~is_one_of(services.str.strip(), "none")
    some = received.fillna(False).astype("bool").groupby(level=0).any()
    not_said = received.isna().groupby(level=0).any()
    pressed = no["income_steady"] | yes["informal_debt"]

    answers = pd.DataFrame(index=of.index)
    answers["i01"] = in_words(~is_one_of(of["nationality"], "TH"))
    answers["i02"] = in_words(is_one_of(of["birth_registered"], "not_registered"))
    answers["i03"] = in_words(is_one_of(of["in_school"], "none"), age.between(7, 15))
    answers["i04"] = in_words(no["mother_alive"] & no["father_alive"])
    answers["i05"] = in_words(no["mother_home"] | no["father_home"])
    neglected = (~age.from_(10) & yes["left_alone"]) | yes["needs_unmet"] | is_one_of(of["carer"], "nobody")
    answers["i06"] = in_words(neglected)
    answers["i07"] = in_words(is_one_of(of["dwelling"], "temporary", "none") | at_least(of["moves_last_12m"], 3))
    answers["i08"] = in_words(is_one_of(of["arrived_community"], "within_12_months"))
    answers["i09"] = in_words(is_one_of(of["parent_away_work"], "mother", "father", "both"))
    distressed = age.from_(5) & is_one_of(of["distress"], "daily")
    answers["i10"] = in_words((age.from_(2) & difficulty) | distressed | yes["chronic_illness"])
    answers["i11"] = in_words(yes["worked_for_wages"], age.from_(5))
    answers["i12"] = in_words(yes["violent_behaviour"], age.from_(5))
    victim = any_of(*(yes[f"violence_{kind}"] for kind in ("physical", "emotional", "sexual")), yes["exploited"])
    answers["i13"] = in_words(victim)
    answers["i14"] = in_words(yes["law_conflict"], age.from_(7))
    answers["i15"] = in_words(any_of(yes["tobacco"], yes["alcohol"], yes["drugs"]), age.from_(7))
    answers["i16"] = in_words(some.astype("boolean").mask(not_said & ~some))
    short = is_one_of(of["income_enough"], "sometimes_short")
    answers["i17"] = in_words(is_one_of(of["income_enough"], "often_short") | (short & pressed))
    ill = any_of(*(yes[f"member_{what}"] for what in ("chronic_illness", "disability", "mental_health")))
    answers["i18"] = in_words(ill)
    answers["i19"] = in_words(yes["member_violent"])
    answers["i20"] = in_words(yes["member_hurt"] | of_any_child(of, victim))
    answers["i21"] = in_words(yes["member_law"] | of_any_child(of, truth_of(answers["i14"])))
    answers["i22"] = in_words(any_of(yes["member_alcohol"], yes["member_drugs"], yes["member_gambling"]))
    return answers


def truth_of(words: pd.Series) -> pd.Series:
    """An indicator as a condition of a rule: n/a counts as no."""
    return words.map({"yes": True, "no": False, "n/a": False, "unknown": pd.NA}).astype("boolean")


def ranges(i: pd.DataFrame) -> pd.DataFrame:
    """How many are surely yes and how many can be: of those counted, and of the dangers among them."""
    alternatives = {}
    for what, names in (("counted", COUNTED), ("dangers", DANGERS)):
        alternatives[f"{what}_min"] = i[names].fillna(False).sum(axis=1).astype("int64")
        alternatives[f"{what}_max"] = i[names].fillna(True).sum(axis=1).astype("int64")
    return pd.DataFrame(alternatives)


def reached(least: pd.Series, most: pd.Series, number: int) -> pd.Series:
    """Whether so many are yes, where `least` surely are and `most` can be."""
    return (least >= number).astype("boolean").mask((least < number) & (most >= number))


def rules(of: pd.DataFrame, age: Ages, i: pd.DataFrame, many: pd.DataFrame) -> dict[str, pd.Series]:
    """The rules of the three levels that have one, as truths; `many` as of `ranges`."""
    yes = {name: is_one_of(of[name], "yes") for name in ("needs_unmet", "work_hazardous", "drugs")}
    hours = any_of(
        *(age.between(first, last) & at_least(of["work_hours_week"], limit) for first, last, limit in MICS_HOURS)
    )
    drugs = yes["drugs"].where(yes["drugs"].notna(), age.from_(7) & yes["drugs"])
    addiction = i["i22"] & (i["i03"] | i["i05"] | i["i10"])
    five = reached(many["dangers_min"], many["dangers_max"], 5)
    at_least_one = reached(many["counted_min"], many["counted_max"], 1)
    grave = any_of(
        i["i04"],
        i["i06"],
        i["i11"] & ~age.from_(15),
        yes["work_hazardous"],
        hours,
        drugs,
        i["i14"],
        i["i19"],
        i["i20"],
        addiction,
        five,
    )
    alone_in_need = yes["needs_unmet"] & is_one_of(of["carer"], "nobody")
    return {"victim": i["i13"] | alone_in_need, "high_risk": grave, "at_risk": at_least_one}


def second_scores(households: pd.DataFrame, children: pd.DataFrame) -> pd.DataFrame:
    """Every score of every child, a row each in the order of `children`.

    Columns: i01 ... i22, level, highest, the same two of the household (household_...), counted_min, counted_max,
    dangers_min, dangers_max, age_min, age_max.
    """
    of = children.merge(households, on=HOME, how="left", validate="many_to_one")
    least_age, most_age = age_range(of)
    age = Ages(least_age, most_age)
    answers = indicators(of, age)
    i = answers.apply(truth_of)
    many = ranges(i)
    decided = rules(of, age, i, many)
    true = [decided[level].fillna(False).astype("bool").to_numpy() for level in decided]
    possible = [decided[level].fillna(True).astype("bool").to_numpy() for level in decided]
    otherwise = np.where(np.any(possible, axis=0), "not_enough_answers", "none_found")
    answers["level"] = np.select(true, list(decided), otherwise)
    answers["highest"] = np.select(possible, list(decided), "none_found")
    for name in ("level", "highest"):
        rank = answers[name].map(SEVERITY.index).groupby([of[key] for key in HOME]).transform("min")
        answers[f"household_{name}"] = rank.map(dict(enumerate(SEVERITY)))
    return answers.assign(**many, age_min=least_age, age_max=most_age)
