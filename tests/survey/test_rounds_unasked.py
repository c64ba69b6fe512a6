"""A definition says that rounds did not ask what the store has answers to: nothing changes its meaning unsaid.

The store has three children, each in a round of its own. Who smokes has indicator 15, which alone makes "at risk":

| round       | tobacco | level      |
|-------------|---------|------------|
| 2568 (2025) | yes     | at risk    |
| 2569 (2026) | no      | none found |
| 2570 (2027) | blank   | not enough answers |
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cpms_cli import merge, prove_definition
from cpms_cli.errors import DefinitionError
from cpms_cli.scoring.scores import score
from cpms_cli.store.adopting import adopt_definition, planned_adoption
from cpms_cli.store.content import dump
from cpms_cli.store.definitions.unasked_rounds import UnaskedRounds
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import Cpms, MakeOnce, write_drawn
from tests.definitions import add_question, change_file, copy_definition

ROWS = (
    {"round": 2025, "interview_date": "2025-11-15", "child_no": 1, "tobacco": "yes"},
    {"round": 2026, "interview_date": "2026-11-15", "child_no": 2, "tobacco": "no"},
    {"round": 2027, "interview_date": "2027-11-15", "child_no": 3, "tobacco": None},
)
ASKED = "    asked: age >= $substance_asked_age\n"
YES_NO = "type: string, codelist: yes_no"
TOBACCO = f"  - name: tobacco\n    topic: conduct\n    type: string\n    codelist: yes_no\n    sensitive: true\n{ASKED}"


@pytest.fixture
def store(tmp_path: Path, base: Mapping[str, Mapping[str, Any]], once: MakeOnce) -> Path:
    return once(lambda path: merge([write_drawn(tmp_path / "three.csv", base, list(ROWS))], path))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return copy_definition(tmp_path / "own")


def _with(own: Path, line: str) -> int:
    """Write a line into the entry of tobacco, in place of its ages where it turns the question off; return its line."""
    entry = TOBACCO.replace(ASKED, "") if line.startswith("asked") else TOBACCO
    return change_file(own, "child.yaml", TOBACCO, entry.replace("    topic", f"    {line}\n    topic")) + 1


def _levels(store: Path) -> dict[int, tuple[str, str]]:
    scores = score(store)
    return dict(zip(scores["round"], zip(scores["i15"], scores["level"], strict=True), strict=True))


def test_the_store_is_as_the_table_above_says(store: Path) -> None:
    assert _levels(store) == {
        2025: ("yes", "at_risk"),
        2026: ("no", "none_found"),
        2027: ("unknown", "not_enough_answers"),
    }


@pytest.mark.parametrize(
    ("line", "rounds", "mend"),
    [
        ("since: 2569", "1 in round 2025", "write since: 2025"),
        ("until: 2568", "1 in round 2026", "write until: 2026"),
        ("asked: false", "1 in round 2025, 1 in round 2026", "write until: 2027 in place of asked: false"),
    ],
)
def test_answers_of_rounds_that_did_not_ask_are_refused_with_place_and_mend(
    cpms: Cpms, own: Path, store: Path, line: str, rounds: str, mend: str
) -> None:
    """Also who would move is shown; the mend, written into the file, is enough, and moves nobody."""
    number, before = _with(own, line), dump(store)
    ran = cpms("schema", "use", own, "--store", store, "--yes")
    assert ran.code == 2
    assert f"child.yaml:{number}: by this definition some rounds did not ask 'tobacco'" in ran.err
    assert f"{rounds}. If they did ask it, {mend}." in ran.err
    assert "--leave-answers" in ran.err
    moved = "1 of 3" if line == "until: 2568" else "2 of 3" if line == "asked: false" else "1 of 3"
    assert f"{moved} child rows change" in ran.out
    assert dump(store) == before
    with pytest.raises(DefinitionError):
        adopt_definition(store, load_survey(own))
    mended = copy_definition(own.parent / "mended", own)
    written = mend.removeprefix("write ").split(" in place")[0]
    change_file(mended, "child.yaml", f"tobacco\n    {line}\n", f"tobacco\n    {written}\n")
    levels = _levels(store)
    assert not planned_adoption(store, load_survey(mended)).obstacles
    adopt_definition(store, load_survey(mended))
    assert {year: level for year, level in _levels(store).items() if year < 2027} == {
        year: level for year, level in levels.items() if year < 2027
    }


def test_the_refusal_is_said_in_thai_with_years_of_the_buddhist_era(cpms: Cpms, own: Path, store: Path) -> None:
    _with(own, "asked: false")
    ran = cpms("schema", "use", own, "--store", store, "--yes", "--lang", "th")
    assert "รอบ 2568 มี 1, รอบ 2569 มี 1" in ran.err
    assert "ให้เขียน until: 2570 แทน asked: false" in ran.err


def test_with_an_option_they_are_read_as_not_asked_from_the_store_to_the_reports(
    cpms: Cpms, own: Path, store: Path
) -> None:
    """Without tobacco, the child of 2568 has nothing known against it; that of 2569 could have. Undone, all is back."""
    before, levels = dump(store), _levels(store)
    _with(own, "asked: false")
    words = ("schema", "use", own, "--store", store, "--leave-answers")
    dry = cpms(*words, "--dry-run", "--format", "json")
    assert (dry.code, dry.json["obstacles"]) == (0, [])
    assert dry.json["unasked"] == [
        {"table": "child", "question": "tobacco", "code": "", "answers": {"2025": 1, "2026": 1}, "blank": {"2027": 1}}
    ]
    moved = {(row["before"], row["after"]): row["children"] for row in dry.json["levels"]}
    assert moved == {
        ("at_risk", "not_enough_answers"): 1,
        ("none_found", "not_enough_answers"): 1,
        ("not_enough_answers", "not_enough_answers"): 1,
    }
    ran = cpms(*words, "--yes")
    assert ran.code == 0, ran.err
    assert "1 in round 2025, 1 in round 2026. 2 answers stay in the store" in " ".join(ran.out.split())
    assert _levels(store) == dict.fromkeys((2025, 2026, 2027), ("not_asked", "not_enough_answers"))
    assert cpms("store", "check", "--store", store).code == 0
    figures = cpms("indicator", "15", "--round", "2568", "--store", store)
    assert "Round 2025 did not ask: Tobacco or vaping" in " ".join(figures.out.split())
    listed = cpms("children", "--store", store, "--indicator", 15, "--format", "json").json["children"]
    assert listed == []
    assert cpms("schema", "undo", "--store", store).code == 0
    assert (dump(store), _levels(store)) == (before, levels)


def test_a_question_that_pauses_is_not_asked_in_the_round_between_alone(
    cpms: Cpms, own: Path, store: Path, base: Mapping[str, Mapping[str, Any]], tmp_path: Path
) -> None:
    """2569 did not ask who smokes, though it has an answer: the rounds before and after stay as they were. An answer
    that comes later for this round is told and not stored."""
    number, levels = _with(own, "skipped: 2569"), _levels(store)
    refused = cpms("schema", "use", own, "--store", store, "--yes")
    assert refused.code == 2
    assert f"child.yaml:{number}: by this definition some rounds did not ask 'tobacco'" in refused.err
    assert "1 in round 2026. If they did ask it, take out of skipped: 2026." in refused.err
    ran = cpms("schema", "use", own, "--store", store, "--leave-answers", "--yes")
    assert ran.code == 0, ran.err
    assert "rounds skipped" in " ".join(ran.out.split())
    assert _levels(store) == {**levels, 2026: ("not_asked", "not_enough_answers")}
    assert cpms("store", "check", "--store", store).code == 0
    figures = cpms("indicator", "15", "--round", "2569", "--store", store)
    assert "Round 2026 did not ask: Tobacco or vaping" in " ".join(figures.out.split())
    late = [
        {"round": year, "interview_date": f"{year}-11-15", "child_no": 4, "tobacco": "yes"} for year in (2026, 2027)
    ]
    merged = cpms("merge", write_drawn(tmp_path / "late.csv", base, late), "--store", store)
    assert "1 answer to Tobacco or vaping is of round 2026, which did not ask it" in merged.out + merged.err
    scores = score(store)
    scores = scores[scores["child_no"].astype(str) == "4"]
    assert dict(zip(scores["round"], scores["i15"], strict=True)) == {2026: "not_asked", 2027: "yes"}


def test_a_round_that_did_not_ask_stays_so_when_the_question_returns(own: Path, store: Path, tmp_path: Path) -> None:
    """It ended with 2568 and returns in 2570: with the round between skipped, only that of 2570 asks again."""
    levels = _levels(store)
    _with(own, "until: 2568")
    adopt_definition(store, load_survey(own), leave_answers=True)
    back = copy_definition(tmp_path / "back", own)
    change_file(back, "child.yaml", "tobacco\n    until: 2568\n", "tobacco\n    skipped: 2569\n")
    plan = planned_adoption(store, load_survey(back))
    assert (plan.obstacles, plan.unasked) == ((), ())
    assert [(part.field.name, part.answers, part.blank) for part in plan.again] == [("tobacco", {}, {2027: 1})]
    adopt_definition(store, load_survey(back))
    assert _levels(store) == {**levels, 2026: ("not_asked", "not_enough_answers")}


def test_a_question_of_the_response_log_that_is_turned_off_is_previewed_too(cpms: Cpms, own: Path, store: Path) -> None:
    """The log has no rounds: what was recorded stays as it is, and forms ask it no more."""
    survey = load_survey()
    scores = score(store)
    child = str(scores.loc[scores["round"] == 2025, survey.role("person").name].iloc[0])
    recorded = cpms(
        *("response", "add", child, "--kind", "home_visit", "--date", "2025-12-01", "--by", "OSCC"),
        *("--worker", "W7", "--store", store),
    )
    assert recorded.code == 0, recorded.err
    change_file(own, "response.yaml", "  - name: worker\n", "  - name: worker\n    asked: false\n")
    assert prove_definition(own).problems == ()
    dry = cpms("schema", "use", own, "--store", store, "--dry-run")
    assert dry.code == 0, dry.err
    text = " ".join(dry.out.split())
    assert "worker (Worker code): the response log no longer asks it. 1 answer so far stays in the store" in text
    adopted = cpms("schema", "use", own, "--store", store, "--format", "json", "--yes")
    assert adopted.json["turned_off_in_log"] == [{"question": "worker", "answers": 1}]
    assert "W7" in cpms("child", child, "--store", store, "--format", "json").out
    assert "worker" not in {field.name for field in load_survey(own).as_asked_in(2028).response.fields}
    again = cpms("schema", "use", copy_definition(own.parent / "same", own), "--store", store, "--dry-run")
    assert "no longer asks it" not in again.out


def test_whoever_only_tries_a_definition_is_told_what_it_does_not_read(cpms: Cpms, own: Path, store: Path) -> None:
    _with(own, "since: 2569")
    ran = cpms("score", "--store", store, "--schemas", own, "--format", "json")
    assert [row["i15"] for row in ran.json["scores"]] == ["not_asked", "no", "unknown"]
    assert "some rounds did not ask what the store has answers to: tobacco" in ran.err


def test_rounds_that_have_no_answer_are_told_and_not_refused(own: Path, store: Path) -> None:
    """2570 has a blank cell, which is read as "not asked" instead of as not answered."""
    _with(own, "until: 2569")
    plan = planned_adoption(store, load_survey(own))
    assert plan.obstacles == ()
    field = load_survey(own).fields["tobacco"]
    assert plan.unasked == (UnaskedRounds("child", field, "", {}, {2027: 1}),)
    adopt_definition(store, load_survey(own))
    assert _levels(store)[2027] == ("not_asked", "not_enough_answers")


def test_rounds_before_a_question_came_are_no_news(own: Path, store: Path, tmp_path: Path) -> None:
    """They did not ask it, whether the definition says so from the beginning, afterwards, or not at all."""
    add_question(own, "chores")
    adopt_definition(store, load_survey(own))
    later = copy_definition(tmp_path / "later", own)
    change_file(later, "child.yaml", "  - name: chores\n", "  - name: chores\n    since: 2571\n")
    plan = planned_adoption(store, load_survey(later))
    assert (plan.obstacles, plan.unasked) == ((), ())


def test_rounds_that_asked_it_after_all_are_told(cpms: Cpms, own: Path, store: Path, tmp_path: Path) -> None:
    """The question ended with 2568, though 2569 had an answer, which was left. It comes back with all its rounds: the
    blank cell of 2570 counts as not answered again, and the answer of 2569 as it was."""
    levels = _levels(store)
    _with(own, "until: 2568")
    adopt_definition(store, load_survey(own), leave_answers=True)
    assert _levels(store) == {**levels, 2026: ("not_asked", "not_enough_answers"), 2027: ("not_asked", levels[2027][1])}
    back = copy_definition(tmp_path / "back", own)
    change_file(back, "child.yaml", "tobacco\n    until: 2568\n", "tobacco\n    until: 2571\n")
    ran = cpms("schema", "use", back, "--store", store, "--yes")
    assert ran.code == 0, ran.err
    text = " ".join(ran.out.split())
    assert "these rounds asked it: 2026, 2027. By the one so far they did not. 1 blank cell there is read" in text
    assert "1 answer that stayed in the store is read again" in text
    assert _levels(store) == levels


def test_a_question_that_stays_unasked_before_it_came_is_no_news_without_its_since(
    own: Path, store: Path, tmp_path: Path
) -> None:
    """What was merged before the question came did not ask it, whatever `since` says."""
    add_question(own, "chores", "since: 2571")
    adopt_definition(store, load_survey(own))
    later = copy_definition(tmp_path / "later", own)
    change_file(later, "child.yaml", "    since: 2571\n", "")
    assert planned_adoption(store, load_survey(later)).again == ()


def test_an_answer_that_was_not_offered_counts_and_that_is_said(cpms: Cpms, own: Path, store: Path) -> None:
    """All three homes are their own ("own"): a list that offers this up to 2568 leaves 2569 and 2570 out."""
    path = own / "codelists/dwelling.csv"
    header, *lines = path.read_text("utf-8").splitlines()
    ended = [f"{line},2568" if line.startswith("own,") else f"{line}," for line in lines]
    path.write_text("\n".join([f"{header},until", *ended]) + "\n", "utf-8")
    line = next(number for number, text in enumerate(ended, start=2) if text.startswith("own,"))
    levels = _levels(store)
    ran = cpms("schema", "use", own, "--store", store, "--yes")
    assert ran.code == 0, ran.err
    text = " ".join(ran.out.split())
    assert "answer own: by this definition some rounds did not offer it in which it was given: " in text
    assert "1 in round 2026, 1 in round 2027. 2 answers stay and count as they are" in text
    assert f"codelists/dwelling.csv:{line}." in text
    assert _levels(store) == levels


@pytest.mark.parametrize(
    ("name", "change", "was", "now", "answers"),
    [
        ("tobacco", {"codelist": None, "type": "integer"}, YES_NO, "type: integer", "no, yes"),
        ("tobacco", {"codelist": "dwelling"}, YES_NO, "type: string, codelist: dwelling", "no, yes"),
        ("given_name", {"type": "integer"}, "type: string", "type: integer", "..."),
        ("work_hours_week", {"type": "year"}, "type: integer", "type: year", "0"),
        ("birth_date", {"type": "date", "format": None}, "type: string, format: partial-date", "type: date", "..."),
        ("given_name", {"format": "partial-date"}, "type: string", "type: string, format: partial-date", "..."),
    ],
)
def test_a_question_of_another_kind_gets_the_mend_of_its_own(
    store: Path,
    tmp_path: Path,
    base: Mapping[str, Mapping[str, Any]],
    name: str,
    change: Any,
    was: str,
    now: str,
    answers: str,
) -> None:
    """Neither 'until' nor 'formerly' of a code helps here. A fourth child has a birth date whose day is not known."""
    merge([write_drawn(tmp_path / "d.csv", base, [{"household_no": "9", "birth_date": "2012-01"}])], store)
    survey = load_survey()
    fields = tuple(field.model_copy(update=change) if field.name == name else field for field in survey.child.fields)
    child = survey.child.model_copy(update={"fields": fields})
    after = survey.model_copy(update={"digest": f"{name} {now}", "child": child})
    with pytest.raises(DefinitionError) as refused:
        adopt_definition(store, after)
    sentence = str(refused.value)
    assert sentence.startswith("child.yaml:")
    assert "is of another kind here" in sentence
    assert f"({now}) than so far ({was})" in sentence
    assert f": {answers}. Leave the question as it was" in sentence
    assert "formerly" not in sentence


def test_whole_numbers_may_become_texts_and_texts_numbers_that_all_answers_are(store: Path) -> None:
    survey = load_survey()
    for kind in ("string", "number"):
        fields = tuple(
            field.model_copy(update={"type": kind}) if field.name == "work_hours_week" else field
            for field in survey.child.fields
        )
        child = survey.child.model_copy(update={"fields": fields})
        after = survey.model_copy(update={"digest": kind, "child": child})
        assert planned_adoption(store, after).obstacles == ()
