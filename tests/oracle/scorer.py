"""The oracle: a second scorer, written from the text of the survey (SURVEY.md).

Where that text is silent (unasked questions, ages that do not decide), agreed readings stand in the functions below.

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
CIRCUMSTANCES = (1, 2, 8, 18)  # papers, having come from elsewhere, a relative's illness: at risk, no urgency


@dataclass(frozen=True)
class Score:
    """What the survey says of one child, and of the household the child lives in."""

    indicators: dict[int, str]
    level: str
    highest: str
    household_level: str
    household_highest: str


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


def any_yes(row: Row, *fields: str) -> Truth:
    return any3(said_yes(row, field) for field in fields)


def number_at_least(row: Row, field: str, limit: int) -> Truth:
    given = answer(row, field)
    return None if given is None else int(given) >= limit


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


def days_of_interview(household: Row, child: Row) -> tuple[date, date]:
    """The day of the interview; where it is blank, the round bounds it."""
    interview_date = answer(household, "interview_date")
    if interview_date is not None:
        return date.fromisoformat(interview_date), date.fromisoformat(interview_date)
    year = int(child["round"] or 0)
    return date(year, 1, 1), date(year + 1, 12, 31)


def age_of(household: Row, child: Row) -> Age:
    birth_date, age_years = answer(child, "birth_date"), answer(child, "age_years")
    stated = None if age_years is None else int(age_years)
    begins, ends = days_of_interview(household, child)
    if birth_date is not None:
        first, last = first_and_last_day(birth_date)
        if first <= ends:
            possible = range(completed_years(min(last, begins), begins), completed_years(first, ends) + 1)
            if stated not in possible:
                return Age(possible[0], possible[-1])
    return Age(stated, stated)


def within_age(inside: Truth, truth: Truth) -> str:
    """An indicator with an age limit: n/a wholly outside of it, unknown where the age does not decide."""
    if inside is None:
        return "unknown"
    return word(truth) if inside else "n/a"


@dataclass(frozen=True)
class Case:
    """One child in its household, with a small function for each indicator and each level's rule."""

    household: Row
    siblings: list[Row]  # all the children of the household, this one among them
    child: Row

    @property
    def age(self) -> Age:
        return age_of(self.household, self.child)

    # The indicators, numbered as in the survey

    def i1(self) -> str:  # no Thai nationality
        return word(not3(is_one_of(self.child, "nationality", "TH")))

    def i2(self) -> str:  # no birth registration
        return word(is_one_of(self.child, "birth_registered", "not_registered"))

    def i3(self) -> str:  # no education
        return within_age(self.age.between(7, 15), is_one_of(self.child, "in_school", "none"))

    def i4(self) -> str:  # no parent (orphan)
        return word(all3([said_no(self.child, "mother_alive"), said_no(self.child, "father_alive")]))

    def i5(self) -> str:  # not living with both parents
        return word(any3([said_no(self.child, "mother_home"), said_no(self.child, "father_home")]))

    def i6(self) -> str:  # neglected by caregivers
        left_alone = all3([self.age.under(10), said_yes(self.child, "left_alone")])
        return word(any3([left_alone, said_yes(self.child, "needs_unmet"), is_one_of(self.child, "carer", "nobody")]))

    def i7(self) -> str:  # no permanent address
        no_house = is_one_of(self.household, "dwelling", "temporary", "none")
        return word(any3([no_house, number_at_least(self.child, "moves_last_12m", 3)]))

    def i8(self) -> str:  # migrated into community
        return word(is_one_of(self.child, "arrived_community", "within_12_months"))

    def i9(self) -> str:  # parents migrated away
        return word(is_one_of(self.child, "parent_away_work", "mother", "father", "both"))

    def i10(self) -> str:  # health challenges, each part from its own age
        names = ("seeing", "hearing", "walking", "communicating", "learning")
        difficulty = any3(is_one_of(self.child, f"difficulty_{name}", "a_lot", "cannot") for name in names)
        asked_difficulty = all3([self.age.at_least(2), difficulty])
        asked_distress = all3([self.age.at_least(5), is_one_of(self.child, "distress", "daily")])
        return word(any3([asked_difficulty, asked_distress, said_yes(self.child, "chronic_illness")]))

    def i11(self) -> str:  # worked for wages
        return within_age(self.age.at_least(5), said_yes(self.child, "worked_for_wages"))

    def i12(self) -> str:  # exhibiting violent behaviour
        return within_age(self.age.at_least(5), said_yes(self.child, "violent_behaviour"))

    def i13(self) -> str:  # victim of violence
        return word(any_yes(self.child, "violence_physical", "violence_emotional", "violence_sexual", "exploited"))

    def i14(self) -> str:  # in conflict with the law
        return within_age(self.age.at_least(7), said_yes(self.child, "law_conflict"))

    def i15(self) -> str:  # has used drugs or alcohol, smoking
        return within_age(self.age.at_least(7), any_yes(self.child, "tobacco", "alcohol", "drugs"))

    def i16(self) -> str:  # received child protection services
        codes = (self.child.get("services_received") or "").split(";")
        return word(any3(not3(is_one_of({"code": code.strip()}, "code", "none")) for code in codes))

    def i17(self) -> str:  # economically unstable household
        often_short = is_one_of(self.household, "income_enough", "often_short")
        sometimes_short = is_one_of(self.household, "income_enough", "sometimes_short")
        pressed = any3([said_no(self.household, "income_steady"), said_yes(self.household, "informal_debt")])
        return word(any3([often_short, all3([sometimes_short, pressed])]))

    def i18(self) -> str:  # members with health challenges
        return word(any_yes(self.household, "member_chronic_illness", "member_disability", "member_mental_health"))

    def i19(self) -> str:  # members as perpetrator of violence
        return word(said_yes(self.household, "member_violent"))

    def i20(self) -> str:  # members as victim of violence
        of_children = [truth_of(Case(self.household, self.siblings, child).i13()) for child in self.siblings]
        return word(any3([said_yes(self.household, "member_hurt"), *of_children]))

    def i21(self) -> str:  # members in conflict with the law
        of_children = [truth_of(Case(self.household, self.siblings, child).i14()) for child in self.siblings]
        return word(any3([said_yes(self.household, "member_law"), *of_children]))

    def i22(self) -> str:  # member addicted to alcohol, drugs or gambling
        return word(any_yes(self.household, "member_alcohol", "member_drugs", "member_gambling"))

    def indicators(self) -> dict[int, str]:
        return {number: getattr(self, f"i{number}")() for number in range(1, 23)}

    # The rules of the levels; `i` holds the indicators as truths

    def victim(self, i: dict[int, Truth]) -> Truth:
        alone_in_need = all3([said_yes(self.child, "needs_unmet"), is_one_of(self.child, "carer", "nobody")])
        return any3([i[13], alone_in_need])

    def high_risk(self, i: dict[int, Truth]) -> Truth:
        young_worker = all3([i[11], self.age.under(15)])
        hazardous = said_yes(self.child, "work_hazardous")
        addiction = all3([i[22], any3([i[3], i[5], i[10]])])
        others = [young_worker, hazardous, self.hours_over_limit(), self.drugs(), addiction, five_and_more(i)]
        return any3([i[4], i[6], i[14], i[19], i[20], *others])

    def hours_over_limit(self) -> Truth:
        limits = [(5, 11, 1), (12, 14, 14), (15, 17, 43)]  # MICS: from age, to age, hours a week
        return any3(
            all3([self.age.between(first, last), number_at_least(self.child, "work_hours_week", hours)])
            for first, last, hours in limits
        )

    def drugs(self) -> Truth:
        """An answer counts at any age; no answer is a no only where the question is not asked, under 7."""
        drugs_named = said_yes(self.child, "drugs")
        return all3([self.age.at_least(7), None]) if drugs_named is None else drugs_named

    def level_and_highest(self) -> tuple[str, str]:
        i = {number: truth_of(indicator) for number, indicator in self.indicators().items()}
        at_risk = any3(i[number] for number in COUNTED)
        rules = {"victim": self.victim(i), "high_risk": self.high_risk(i), "at_risk": at_risk}
        true = [level for level, truth in rules.items() if truth is True]
        possible = [level for level, truth in rules.items() if truth is not False]
        if true:
            return true[0], possible[0]
        return ("not_enough_answers", possible[0]) if possible else ("none_found", "none_found")


def five_and_more(i: dict[int, Truth]) -> Truth:
    """Of the counted ones that are no mere circumstance."""
    dangers = [number for number in COUNTED if number not in CIRCUMSTANCES]
    yes = sum(i[number] is True for number in dangers)
    unknown = sum(i[number] is None for number in dangers)
    if yes >= 5:
        return True
    return False if yes + unknown < 5 else None


def score_household(household: Row, children: list[Row]) -> list[Score]:
    """Every child's score, in the order given; the household's levels are the most severe of its children's."""
    cases = [Case(household, children, child) for child in children]
    levels = [case.level_and_highest() for case in cases]
    worst = min((level for level, _ in levels), key=SEVERITY.index, default="none_found")
    worst_possible = min((highest for _, highest in levels), key=SEVERITY.index, default="none_found")
    return [Score(case.indicators(), *case.level_and_highest(), worst, worst_possible) for case in cases]
