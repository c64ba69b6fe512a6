"""Synthetic communities over the years: families, births, moves, and who is who."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from stdnum.th.pin import calc_check_digit

from cpms_cli.samples.difficulties import USUAL, Difficulties, Habits
from cpms_cli.samples.family_habits import ChildHabits, HomeHabits, NewChild, child_habits, home_habits
from cpms_cli.samples.invented_names import Name, family_name, given_name, nickname

# Digits 2-5 name the registering office; there is no office 9999, so no such number belongs to anybody.
_NO_OFFICE = "9999"
_CHILDREN_A_HOME = 1.75
_SHAPES = {
    "both": 0.62,
    "mother": 0.12,
    "father": 0.03,
    "grandparents": 0.15,
    "relatives": 0.06,
    "foster": 0.02,
}


@dataclass
class Person:
    """One child, the same over the years."""

    number: int
    sex: str
    born: datetime.date
    migrant: bool
    name: Name
    mother: Name
    nick: str
    precision: int
    national_id: str = ""
    registered: str = "certificate"
    arrived: int = 0
    traits: dict[str, float] = field(default_factory=dict)
    habits: ChildHabits | None = None

    @property
    def id(self) -> str:
        """The identifier in the truth file."""
        return f"P{self.number:06d}"


@dataclass
class Home:
    """One household, the same over the years wherever it lives."""

    number: int
    village: str
    household_no: int
    migrant: bool
    shape: str
    family: Name | None
    arrived: int
    people: list[Person]
    house: int = 0
    traits: dict[str, float] = field(default_factory=dict)
    habits: HomeHabits | None = None

    @property
    def id(self) -> str:
        """The identifier in the truth file."""
        return f"H{self.number:06d}"


class Community:
    """The families of some subdistricts, ageing year by year; `seed` tells communities apart."""

    seed = 0

    def __init__(
        self,
        rng: random.Random,
        subdistricts: Sequence[str],
        first: int,
        children: int,
        difficulties: Difficulties = USUAL,
    ) -> None:
        self.rng, self.year, self.difficulties = rng, first, difficulties
        self.many = difficulties.many_names
        self.villages = [f"{code}{moo:02d}" for code in subdistricts for moo in range(1, rng.randint(4, 6) + 1)]
        self.serial = self.houses = 0
        self.next_no = dict.fromkeys(self.villages, 0)
        self.homes: list[Home] = []
        count = 0
        while count < children:
            home = self._settle(years_ago=rng.choice((0, 1, 3, 8, 20, 20, 20)))
            self.homes.append(home)
            count += len(home.people)

    def _serial(self) -> int:
        self.serial += 1
        return self.serial

    def _new_house(self) -> int:
        """A house that nobody of the community has lived in; it stays the same when its number changes."""
        self.houses += 1
        return self.houses

    def _traits(self) -> dict[str, float]:
        return {
            name: self.rng.random() for name in ("poverty", "violence", "health", "habit", "care", "work", "school")
        }

    def _settle(self, years_ago: int) -> Home:
        rng = self.rng
        migrant = rng.random() < 0.35
        village = rng.choice(self.villages)
        of_language = None
        if self.difficulties.habits:
            of_language = home_habits(rng, self.difficulties.habits)
            migrant = of_language.language != "th"
        shape = rng.choices(list(_SHAPES), list(_SHAPES.values()))[0]
        self.next_no[village] += 1
        home = Home(
            self._serial(),
            village,
            self.next_no[village],
            migrant,
            shape,
            None if migrant else family_name(rng, self.many),
            self.year - years_ago,
            [],
            self._new_house(),
            self._traits(),
            of_language,
        )
        mother = given_name(rng, migrant, "female", self.many)
        for _ in range(rng.choices((1, 2, 3, 4), (0.48, 0.33, 0.14, 0.05))[0]):
            home.people.append(self._child(home, mother, rng.uniform(0, 17.5)))
            if rng.random() < self.difficulties.twins:
                home.people.append(self._twin(home, home.people[-1]))
        return home

    def _child(self, home: Home, mother: Name, age: float) -> Person:
        rng = self.rng
        sex = rng.choice(("female", "male"))
        born = datetime.date(self.year, 11, 1) - datetime.timedelta(days=int(age * 365.25))
        person = Person(
            self._serial(),
            sex,
            born,
            home.migrant,
            given_name(rng, home.migrant, sex, self.many),
            mother,
            nickname(rng, self.many),
            rng.choices((10, 7, 4, 0), (0.86, 0.05, 0.04, 0.05))[0],
            arrived=home.arrived,
            traits=self._traits(),
        )
        person.registered = rng.choices(
            ("certificate", "registered", "not_registered"), (0.55, 0.2, 0.25) if home.migrant else (0.93, 0.05, 0.02)
        )[0]
        without = self.difficulties.has_no_id(rng, home.migrant)
        if without is None:
            without = rng.random() >= (0.35 if home.migrant else 0.9) or person.registered == "not_registered"
        if not without:
            person.national_id = self._national_id(home.migrant)
        self._name_by_habit(home, person)
        return person

    def _name_by_habit(self, home: Home, person: Person) -> None:
        """Give the child a name as families of its language do; now and then a cousin's, never a brother's."""
        habits = self.difficulties.habits
        if habits is None or home.habits is None:
            return
        own = {other.habits.given for other in home.people if other.habits}
        cousins = [
            other.habits.given
            for near in self.homes[-40:]
            if near.village == home.village and near.habits and near.habits.language == home.habits.language
            for other in near.people
            if other.habits and other.sex == person.sex and other.habits.given not in own
        ]
        person.habits = child_habits(
            self.rng,
            habits,
            home.habits,
            NewChild(person.sex, person.born, not person.national_id, own, cousins),
        )

    def _twin(self, home: Home, of: Person) -> Person:
        sex = self.rng.choice(("female", "male"))
        twin = Person(
            self._serial(),
            sex,
            of.born,
            of.migrant,
            given_name(self.rng, of.migrant, sex, self.many),
            of.mother,
            nickname(self.rng, self.many),
            of.precision,
            registered=of.registered,
            arrived=of.arrived,
            traits=self._traits(),
        )
        twin.national_id = self._national_id(of.migrant) if of.national_id else ""
        self._name_by_habit(home, twin)
        if twin.habits and of.habits:
            twin.habits.january = of.habits.january
        return twin

    def _national_id(self, migrant: bool) -> str:
        body = self.rng.choice("067" if migrant else "1") + _NO_OFFICE + f"{self._serial():07d}"
        return body + str(calc_check_digit(body))

    def age_one_year(self) -> None:
        """Births, arrivals, departures, moves within the area, papers obtained, and everybody a year older."""
        rng = self.rng
        self.year += 1
        gone = {home.number for home in self.homes if rng.random() < 0.06}
        self.homes = [home for home in self.homes if home.number not in gone]
        for home in self.homes:
            if rng.random() < self.difficulties.moved:
                home.village = rng.choice(self.villages)
                self.next_no[home.village] += 1
                home.household_no = self.next_no[home.village]
                home.house = self._new_house()
            if rng.random() < 0.05 and home.people:
                home.people.append(self._child(home, home.people[0].mother, rng.uniform(0, 0.9)))
            for person in home.people:
                if not person.national_id and rng.random() < 0.06:
                    person.registered = "certificate"
                    person.national_id = self._national_id(person.migrant)
            limit = datetime.date(self.year - 18, 11, 1)
            home.people = [person for person in home.people if person.born > limit]
        if self.difficulties.habits:
            self._renumber_and_split(self.difficulties.habits)
        self.homes = [home for home in self.homes if home.people]
        self.homes += [self._settle(years_ago=0) for _ in range(len(gone))]

    def _renumber_and_split(self, habits: Habits) -> None:
        """New house numbers for whole villages, and children who go to live with relatives."""
        rng = self.rng
        for village in self.villages:
            if rng.random() < habits.renumbered:
                for home in (home for home in self.homes if home.village == village):
                    self.next_no[village] += 1
                    home.household_no = self.next_no[village]
                    if home.habits:
                        home.habits.renumbered = self.year
        for home in list(self.homes):
            if len(home.people) > 1 and rng.random() < habits.split and home.habits:
                child = home.people.pop(rng.randrange(len(home.people)))
                new = replace(
                    home,
                    number=self._serial(),
                    household_no=self.next_no[home.village] + 1,
                    people=[child],
                    house=self._new_house(),
                    shape="relatives",
                    habits=replace(home.habits),
                )
                self.next_no[home.village] += 1
                self.homes.append(new)
