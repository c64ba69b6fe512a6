"""The oracle: a second scorer, written from the text of the survey (SURVEY.md) and from nothing else.

It is slow and obvious on purpose, and shares nothing with the product: no code, no definition files, no SQL, only
the standard library. Where the product and the oracle disagree on a household, one of the two misreads the survey.

Truth has three values (Kleene): True, False, and None for "not known". An indicator is one of the words
'yes', 'no', 'unknown', 'n/a'; the last where the child's age puts it out of the question.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

Row = dict[str, str | None]
Truth = bool | None

NO_ANSWER = ("", "unknown", "refused", "not_asked")
SEVERITY = ("victim", "high_risk", "at_risk", "not_enough_answers", "none_found")
COUNTED = (*range(1, 16), *range(17, 23))  # all but 16, which is a response and not a risk
DIFFICULTIES = ("seeing", "hearing", "walking", "communicating", "learning")


@dataclass(frozen=True)
class Score:
    """What the survey says of one child, and of the household the child lives in."""

    indicators: dict[int, str]
    level: str
    highest: str
    household_level: str
    household_highest: str


# Three-valued logic


def any3(truths: Iterable[Truth]) -> Truth:
    """Or: one yes is yes; otherwise one unknown makes it unknown; all no is no."""
    seen = list(truths)
    if True in seen:
        return True
    return None if None in seen else False


def all3(truths: Iterable[Truth]) -> Truth:
    """And: one no is no; otherwise one unknown makes it unknown; all yes is yes."""
    seen = list(truths)
    if False in seen:
        return False
    return None if None in seen else True


def not3(truth: Truth) -> Truth:
    return None if truth is None else not truth


def word(truth: Truth) -> str:
    return {True: "yes", False: "no", None: "unknown"}[truth]


def truth_of(indicator: str) -> Truth:
    """An indicator as a condition of a rule: n/a counts as no."""
    return {"yes": True, "no": False, "n/a": False, "unknown": None}[indicator]


# Answers


def answer(row: Row, field: str) -> str | None:
    """The cell, or None where it answers nothing: blank, unknown, refused, not asked."""
    cell = row.get(field)
    return None if cell is None or cell in NO_ANSWER else cell


def is_one_of(row: Row, field: str, *codes: str) -> Truth:
    given = answer(row, field)
    return None if given is None else given in codes


def said_yes(row: Row, field: str) -> Truth:
    return is_one_of(row, field, "yes")


def said_no(row: Row, field: str) -> Truth:
    return not3(said_yes(row, field))


def number_at_least(row: Row, field: str, limit: int) -> Truth:
    given = answer(row, field)
    return None if given is None else int(given) >= limit


# Age


@dataclass(frozen=True)
class Age:
    """Completed years at the interview: the least and the most they can be, or None and None."""

    least: int | None
    most: int | None

    def at_least(self, years: int) -> Truth:
        if self.least is None or self.most is None:
            return None
        if self.least >= years:
            return True
        return False if self.most < years else None

    def under(self, years: int) -> Truth:
        return not3(self.at_least(years))

    def between(self, first: int, last: int) -> Truth:
        """From `first` to `last` completed years, both included."""
        return all3([self.at_least(first), self.under(last + 1)])


def completed_years(born: date, day: date) -> int:
    """Birthdays passed; one born on 29 February completes a year on 1 March where the year has no such day."""
    birthday_to_come = (day.month, day.day) < (born.month, born.day)
    return day.year - born.year - (1 if birthday_to_come else 0)


def first_and_last_day(birth_date: str) -> tuple[date, date]:
    """The days on which somebody can be born whose birth date is known to the day, the month or the year."""
    parts = [int(part) for part in birth_date.split("-")]
    if len(parts) == 1:
        return date(parts[0], 1, 1), date(parts[0], 12, 31)
    if len(parts) == 2:
        last = calendar.monthrange(parts[0], parts[1])[1]
        return date(parts[0], parts[1], 1), date(parts[0], parts[1], last)
    day = date(parts[0], parts[1], parts[2])
    return day, day


def age_of(household: Row, child: Row) -> Age:
    birth_date, interview_date = answer(child, "birth_date"), answer(household, "interview_date")
    if birth_date is not None and interview_date is not None:
        first, last = first_and_last_day(birth_date)
        interview = date.fromisoformat(interview_date)
        return Age(completed_years(last, interview), completed_years(first, interview))
    age_years = answer(child, "age_years")
    if age_years is not None:
        return Age(int(age_years), int(age_years))
    return Age(None, None)


def within_age(inside: Truth, truth: Truth) -> str:
    """An indicator with an age limit: n/a wholly outside of it, unknown where the age does not decide."""
    if inside is None:
        return "unknown"
    return word(truth) if inside else "n/a"


# The indicators, in the survey's order and with its names


def i1_no_thai_nationality(child: Row) -> str:
    return word(not3(is_one_of(child, "nationality", "TH")))


def i2_no_birth_registration(child: Row) -> str:
    return word(is_one_of(child, "birth_registered", "not_registered"))


def i3_no_education(child: Row, age: Age) -> str:
    return within_age(age.between(7, 15), is_one_of(child, "in_school", "none"))


def i4_no_parent(child: Row) -> str:
    return word(all3([said_no(child, "mother_alive"), said_no(child, "father_alive")]))


def i5_not_living_with_both_parents(child: Row) -> str:
    return word(any3([said_no(child, "mother_home"), said_no(child, "father_home")]))


def i6_neglected(child: Row, age: Age) -> str:
    left_alone = all3([age.under(10), said_yes(child, "left_alone")])
    return word(any3([left_alone, said_yes(child, "needs_unmet"), is_one_of(child, "carer", "nobody")]))


def i7_no_permanent_address(household: Row, child: Row) -> str:
    return word(
        any3([is_one_of(household, "dwelling", "temporary", "none"), number_at_least(child, "moves_last_12m", 3)])
    )


def i8_migrated_into_community(child: Row) -> str:
    return word(is_one_of(child, "arrived_community", "within_12_months"))


def i9_parents_migrated_away(child: Row) -> str:
    return word(is_one_of(child, "parent_away_work", "mother", "father", "both"))


def i10_health_challenges(child: Row, age: Age) -> str:
    difficulty = any3(is_one_of(child, f"difficulty_{name}", "a_lot", "cannot") for name in DIFFICULTIES)
    return word(
        any3(
            [
                all3([age.at_least(2), difficulty]),
                all3([age.at_least(5), is_one_of(child, "distress", "daily")]),
                said_yes(child, "chronic_illness"),
            ]
        )
    )


def i11_worked_for_wages(child: Row, age: Age) -> str:
    return within_age(age.at_least(5), said_yes(child, "worked_for_wages"))


def i12_violent_behaviour(child: Row, age: Age) -> str:
    return within_age(age.at_least(5), said_yes(child, "violent_behaviour"))


def i13_victim_of_violence(child: Row) -> str:
    fields = ("violence_physical", "violence_emotional", "violence_sexual", "exploited")
    return word(any3(said_yes(child, field) for field in fields))


def i14_in_conflict_with_the_law(child: Row, age: Age) -> str:
    return within_age(age.at_least(7), said_yes(child, "law_conflict"))


def i15_drugs_alcohol_smoking(child: Row, age: Age) -> str:
    return within_age(age.at_least(7), any3(said_yes(child, field) for field in ("tobacco", "alcohol", "drugs")))


def i16_received_services(child: Row) -> str:
    codes = (child.get("services_received") or "").split(";")
    return word(any3(not3(is_one_of({"code": code.strip()}, "code", "none")) for code in codes))


def i17_economically_unstable(household: Row) -> str:
    pressed = any3([said_no(household, "income_steady"), said_yes(household, "informal_debt")])
    sometimes_short = is_one_of(household, "income_enough", "sometimes_short")
    return word(any3([is_one_of(household, "income_enough", "often_short"), all3([sometimes_short, pressed])]))


def i18_member_health(household: Row) -> str:
    fields = ("member_chronic_illness", "member_disability", "member_mental_health")
    return word(any3(said_yes(household, field) for field in fields))


def i19_member_violent(household: Row) -> str:
    return word(said_yes(household, "member_violent"))


def i20_member_hurt(household: Row, children: list[Row]) -> str:
    of_children = [truth_of(i13_victim_of_violence(child)) for child in children]
    return word(any3([said_yes(household, "member_hurt"), *of_children]))


def i21_member_law(household: Row, children: list[Row]) -> str:
    of_children = [truth_of(i14_in_conflict_with_the_law(child, age_of(household, child))) for child in children]
    return word(any3([said_yes(household, "member_law"), *of_children]))


def i22_member_addicted(household: Row) -> str:
    fields = ("member_alcohol", "member_drugs", "member_gambling")
    return word(any3(said_yes(household, field) for field in fields))


def indicators_of(household: Row, children: list[Row], child: Row) -> dict[int, str]:
    age = age_of(household, child)
    return {
        1: i1_no_thai_nationality(child),
        2: i2_no_birth_registration(child),
        3: i3_no_education(child, age),
        4: i4_no_parent(child),
        5: i5_not_living_with_both_parents(child),
        6: i6_neglected(child, age),
        7: i7_no_permanent_address(household, child),
        8: i8_migrated_into_community(child),
        9: i9_parents_migrated_away(child),
        10: i10_health_challenges(child, age),
        11: i11_worked_for_wages(child, age),
        12: i12_violent_behaviour(child, age),
        13: i13_victim_of_violence(child),
        14: i14_in_conflict_with_the_law(child, age),
        15: i15_drugs_alcohol_smoking(child, age),
        16: i16_received_services(child),
        17: i17_economically_unstable(household),
        18: i18_member_health(household),
        19: i19_member_violent(household),
        20: i20_member_hurt(household, children),
        21: i21_member_law(household, children),
        22: i22_member_addicted(household),
    }


# The levels


def victim(i: dict[int, Truth], child: Row) -> Truth:
    return any3([i[13], all3([said_yes(child, "needs_unmet"), is_one_of(child, "carer", "nobody")])])


def hours_over_limit(child: Row, age: Age) -> Truth:
    limits = [(5, 11, 1), (12, 14, 14), (15, 17, 43)]  # MICS: from age, to age, hours a week
    return any3(all3([age.between(a, b), number_at_least(child, "work_hours_week", h)]) for a, b, h in limits)


def drugs(child: Row, age: Age) -> Truth:
    """An answer counts at any age; no answer is a no only where the question is not asked, under 7."""
    said = said_yes(child, "drugs")
    return all3([age.at_least(7), None]) if said is None else said


def five_and_more(i: dict[int, Truth]) -> Truth:
    yes = sum(i[n] is True for n in COUNTED)
    open_ = sum(i[n] is None for n in COUNTED)
    if yes >= 5:
        return True
    return False if yes + open_ < 5 else None


def high_risk(i: dict[int, Truth], child: Row, age: Age) -> Truth:
    return any3(
        [
            *(i[n] for n in (4, 6, 14, 19, 20)),
            all3([i[11], age.under(15)]),
            said_yes(child, "work_hazardous"),
            hours_over_limit(child, age),
            drugs(child, age),
            all3([i[22], any3([i[3], i[5], i[10]])]),
            five_and_more(i),
        ]
    )


def at_risk(i: dict[int, Truth]) -> Truth:
    return any3(i[n] for n in COUNTED)


def level_and_highest(indicators: dict[int, str], child: Row, age: Age) -> tuple[str, str]:
    i = {n: truth_of(indicator) for n, indicator in indicators.items()}
    rules = {"victim": victim(i, child), "high_risk": high_risk(i, child, age), "at_risk": at_risk(i)}
    true = [name for name, truth in rules.items() if truth is True]
    possible = [name for name, truth in rules.items() if truth is not False]
    if true:
        return true[0], possible[0]
    if possible:
        return "not_enough_answers", possible[0]
    return "none_found", "none_found"


def score_household(household: Row, children: list[Row]) -> list[Score]:
    """Every child's score, in the order given; the household's levels are the most severe of its children's."""
    indicators = [indicators_of(household, children, child) for child in children]
    levels = [
        level_and_highest(answers, child, age_of(household, child))
        for answers, child in zip(indicators, children, strict=True)
    ]
    worst = min((level for level, _ in levels), key=SEVERITY.index, default="none_found")
    worst_possible = min((highest for _, highest in levels), key=SEVERITY.index, default="none_found")
    return [
        Score(answers, level, highest, worst, worst_possible)
        for answers, (level, highest) in zip(indicators, levels, strict=True)
    ]
