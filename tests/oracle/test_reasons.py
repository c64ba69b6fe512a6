"""Promise 22: nothing is said that is not so. Every indicator, rule and answer named in a reason holds for that child
by the second scorer; 2,000 drawn children, 20,000 with CPMS_THOROUGH=1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pytest

from cpms_cli import score_tables
from cpms_cli.scoring.explanations import Explainer
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from tests.conftest import THOROUGH
from tests.oracle.population import population
from tests.oracle.second import COUNTED, DANGERS, HOME, known, second_scores

VICTIM = ("violence_physical", "violence_emotional", "violence_sexual", "exploited", "needs_unmet", "carer")
ALONE = {"victim": {"i13"}, "high_risk": {"i04", "i06", "i11", "i14", "i19", "i20"}}
BY_ANSWERS = {"victim": [{"needs_unmet", "carer"}], "high_risk": [{"work_hazardous"}, {"work_hours_week"}, {"drugs"}]}


@dataclass(frozen=True)
class Named:
    """One thing that a reason names: an indicator's column or a question, and its answer in words (empty: yes or, of
    what is not known, none); `of_home`: said of a child of the household; `inner`: said in brackets."""

    name: str
    answer: str
    of_home: bool
    inner: bool


class Grammar:
    """Reads a printed reason by the definition's own labels, longest first."""

    def __init__(self, survey: Survey, language: Language) -> None:
        words = {
            f"{indicator.number} {indicator.name.in_(language)}": indicator.column for indicator in survey.indicators
        }
        words |= {field.label.in_(language): field.name for field in survey.fields.values()}
        self.words = words
        answers = {code.label.in_(language) for codes in survey.codelists.values() for code in codes.codes}
        home = re.escape(say("reason_of_home", language, what="|").partition("|")[0])
        either = [*sorted(map(re.escape, answers), key=len, reverse=True), r"\d+"]
        names = sorted(map(re.escape, words), key=len, reverse=True)
        self.item = re.compile(
            rf"(?P<home>{home})?(?P<name>{'|'.join(names)})(?:: (?P<answer>{'|'.join(either)}))?"
            r"(?P<after> \(|[,;)]+ ?|$)"
        )

    def read(self, why: str) -> Iterator[list[Named]]:
        """Each alternative named in a reason, as what it names."""
        alternatives, position, inner = list[Named](), 0, False
        while position < len(why):
            item = self.item.match(why, position)
            assert item, f"nothing that the definition knows: {why[position:]}"
            alternatives.append(Named(self.words[item["name"]], item["answer"] or "", bool(item["home"]), inner))
            inner = item["after"] == " (" or (inner and ")" not in item["after"])
            position = item.end()
            if ";" in item["after"] or position == len(why):
                yield alternatives
                alternatives = []


class Truth:
    """What the second scorer and the answers themselves say of each drawn child."""

    def __init__(self, survey: Survey, language: Language, tables: tuple[pd.DataFrame, pd.DataFrame]) -> None:
        households, children = tables
        self.survey, self.language = survey, language
        self.scores = second_scores(households, children)
        self.answers = children.merge(households, on=HOME, how="left").apply(known)
        columns = [name for name in self.scores if re.fullmatch(r"i\d\d", str(name))]
        home = [children[name] for name in HOME]
        yes = self.scores[columns] == "yes"
        self.in_home = yes.groupby(home).transform("any")

    def holds(self, child: int, named: Named) -> bool:
        """Whether what is named is so of this child, or of a child of its home."""
        if named.of_home:
            return bool(self.in_home.at[child, named.name])
        if named.name in self.scores:
            return bool(self.scores.at[child, named.name] == "yes") and not named.answer
        stored = str(self.answers.at[child, named.name])
        codes = self.survey.codes(self.survey.fields[named.name])
        shown = codes.by_code[stored].label.in_(self.language) if codes and stored in codes.by_code else stored
        return bool(stored == "yes" if not named.answer else shown == named.answer)


def makes(level: str, alternative: list[Named], truth: pd.Series) -> bool:
    """Whether these, all true, make the level by the survey's text."""
    indicators = {condition.name for condition in alternative if not condition.inner and condition.name in truth.index}
    questions = {
        condition.name for condition in alternative if not condition.inner and condition.name not in truth.index
    }
    if level == "at_risk":
        return not questions and indicators == {name for name in COUNTED if truth[name] == "yes"}
    if questions:
        return not indicators and questions in BY_ANSWERS[level]
    if len(indicators) == 1:
        return indicators <= ALONE[level]
    addiction = "i22" in indicators and indicators - {"i22"} <= {"i03", "i05", "i10"}
    return level == "high_risk" and (
        addiction or (len(indicators) >= 5 and indicators == {name for name in DANGERS if truth[name] == "yes"})
    )


@pytest.mark.parametrize(("language", "children"), [("en", 2_000), ("th", 400)])
def test_every_reason_is_true_of_its_child(survey: Survey, language: Language, children: int) -> None:
    tables = population(22, 20_000 if THOROUGH else children)
    scores = score_tables(*tables)
    truth, grammar = Truth(survey, language, tables), Grammar(survey, language)
    why = Explainer(survey, language).why(scores)
    seen = set[frozenset[str]]()
    for child, (level, text) in enumerate(zip(scores["level"], why, strict=True)):
        alternatives = list(grammar.read(text))
        assert bool(alternatives) == (level in ("victim", "high_risk", "at_risk")), (level, text)
        for alternative in alternatives:
            untrue = [condition for condition in alternative if not truth.holds(child, condition)]
            assert untrue == [], f"{text}: not so of {truth.answers.loc[child].to_dict()}"
            assert makes(level, alternative, truth.scores.iloc[child]), (level, alternative)
            seen.add(
                frozenset(condition.name for condition in alternative if not condition.inner and level == "high_risk")
            )
    # Each way to high risk is among the children drawn, addiction beside one of its companions alone too.
    companions = ("i03", "i05", "i10") if THOROUGH else ("i05", "i10")
    alone = [{"i22", other} for other in companions] + [{name} for name in ALONE["high_risk"]]
    assert language == "th" or [names for names in alone if frozenset(names) not in seen] == []


def test_what_is_open_is_not_known(survey: Survey) -> None:
    """No question is called open that has an answer, and no indicator that is yes or no."""
    tables = population(23, 20_000 if THOROUGH else 2_000)
    scores = score_tables(*tables)
    truth = Truth(survey, "en", tables)
    named = set[str]()
    for child, items in enumerate(scores["open_answers"]):
        for item in items:
            label, _, names = item.partition(":")
            if label.isdigit():
                assert truth.scores.at[child, f"i{int(label):02d}"] == "unknown", item
            for name in filter(None, names.split("&")):
                named.add(name)
                if name in truth.answers and not survey.fields[name].many:
                    assert bool(truth.answers[name].isna().at[child]), (item, name)
                elif name in truth.scores:
                    assert truth.scores.at[child, name] == "unknown", (item, name)
    assert {"i22", "i05", "i11", "age", "any_child(i13)", "left_alone", "income_steady"} <= named


@pytest.mark.parametrize("language", ["en", "th"])
def test_what_is_open_is_told_in_a_line(survey: Survey, language: Language) -> None:
    """Of whoever could stand higher, and of nobody else; the whole of it stays in `--why`."""
    scores = score_tables(*population(24, 20_000 if THOROUGH else 1_000))
    lines = Explainer(survey, language).open(scores)
    could = (scores["level"] != scores["highest"]) | (scores["level"] == "not_enough_answers")
    assert ((lines != "") == could).all()
    assert lines.str.len().max() < 200
    victims = lines[could & (scores["highest"] == "victim") & (scores["level"] != "victim")]
    first = {survey.fields[name].label.in_(language) for name in VICTIM} | {survey.indicators[12].name.in_(language)}
    assert len(victims) > 100
    assert [line for line in victims if line.partition(": ")[2].partition(", ")[0] not in first] == []


HELP_WITH = {
    "en": {
        "i02": "birth registration",
        "i01": "nationality",
        "i08": "settling in the community",
        "i18": "health care for a member of the family",
    },
    "th": {
        "i02": "การแจ้งเกิด",
        "i01": "สัญชาติ",
        "i08": "การเริ่มต้นในชุมชนใหม่",
        "i18": "การดูแลสุขภาพของสมาชิกในครอบครัว",
    },
}


@pytest.mark.parametrize("language", ["en", "th"])
def test_help_is_said_of_whom_a_circumstance_is_so_and_of_nobody_else(survey: Survey, language: Language) -> None:
    """At every level alike; a circumstance that is not known is not said."""
    tables = population(25, 20_000 if THOROUGH else 2_000)
    scores, truth = score_tables(*tables), second_scores(*tables)
    needs_help = Explainer(survey, language).help(scores["needs_help"])
    unknown = False
    for child, words in enumerate(needs_help):
        so = [what for column, what in HELP_WITH[language].items() if truth.at[child, column] == "yes"]
        assert words == ", ".join(so), truth.iloc[child].to_dict()
        unknown |= "unknown" in {truth.at[child, column] for column in HELP_WITH[language]}
    assert unknown
    assert set(scores.loc[needs_help != "", "level"]) == {"victim", "high_risk", "at_risk"}
    assert set(scores.loc[needs_help == "", "level"]) >= {"victim", "high_risk", "none_found"}
