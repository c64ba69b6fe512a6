"""A definition that was adopted is told in the history, can be left again, and is looked at without a change."""

from __future__ import annotations

from pathlib import Path

from cpms_cli.store.adopting import adopt_definition
from cpms_cli.store.content import dump
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import Cpms, Draw
from tests.definitions import add_question, change_file, rename_question
from tests.survey.adoption.adopting import adopt


def test_going_back_leaves_no_trace(cpms: Cpms, own: Path, store: Path) -> None:
    before = dump(store)
    add_question(own, "chores")
    rename_question(own, "tobacco", "smoking")
    adopt(own, store)
    assert dump(store) != before
    ran = cpms("schema", "undo", "--store", store)
    assert ran.code == 0
    assert dump(store) == before
    events = cpms("history", "--store", store, "--format", "json").json["events"]
    assert [event["what"] for event in events] == ["schema use", "schema undo"]


def test_the_history_tells_of_it_in_both_languages(cpms: Cpms, own: Path, store: Path) -> None:
    add_question(own, "chores")
    adopt(own, store)
    assert cpms("schema", "undo", "--store", store).code == 0
    printed = cpms("history", "--store", store)
    assert printed.code == 0
    assert "follows another definition" in printed.out
    assert "follows the earlier definition again" in printed.out
    assert "เปลี่ยนไปใช้นิยามอื่น" in cpms("history", "--store", store, "--lang", "th").out


def test_going_back_is_refused_once_files_were_merged(cpms: Cpms, draw: Draw, own: Path, store: Path) -> None:
    assert "from the start" in cpms("schema", "undo", "--store", store).err
    add_question(own, "chores")
    adopt(own, store)
    file = draw({"round": 2027, "interview_date": "2027-11-15", "chores": 7}, name="next.csv")
    assert cpms("merge", file, "--store", store).code == 0
    refused = cpms("schema", "undo", "--store", store)
    assert (refused.code, "cpms undo 2" in refused.err) == (2, True)
    assert cpms("undo", 2, "--store", store).code == 0
    assert cpms("schema", "undo", "--store", store).code == 0


def test_a_dry_run_changes_nothing(cpms: Cpms, own: Path, store: Path) -> None:
    add_question(own, "chores")
    before = store.read_bytes()
    ran = cpms("schema", "use", own, "--store", store, "--dry-run")
    assert (ran.code, "Nothing was changed" in ran.out) == (0, True)
    assert store.read_bytes() == before
    assert cpms("schema", "use", "shipped", "--store", store).out.count("follows this definition already") == 1


def test_who_would_move_is_told_before(cpms: Cpms, own: Path, store: Path) -> None:
    # Tobacco alone makes "at risk" in the shipped definition; in this one the indicator looks at drugs only.
    text = (own / "indicators.yaml").read_text("utf-8")
    rule = next(line for line in text.splitlines() if "when:" in line and "tobacco" in line)
    change_file(own, "indicators.yaml", rule, rule[: rule.index("when:")] + "when: drugs = 'yes'")
    ran = cpms("schema", "use", own, "--store", store, "--dry-run", "--format", "json")
    document = ran.json
    assert document["adopted"] is False
    # The definition's own examples say what the rule was: they are to be changed with it.
    assert (ran.code, bool(document["problems"])) == (2, True)
    moved = {(row["before"], row["after"]): row["children"] for row in document["levels"]}
    assert moved == {("at_risk", "none_found"): 1}


def test_scores_as_a_round_was_defined(cpms: Cpms, draw: Draw, own: Path, store: Path) -> None:
    text = (own / "indicators.yaml").read_text("utf-8")
    rule = next(line for line in text.splitlines() if "when:" in line and "tobacco" in line)
    change_file(own, "indicators.yaml", rule, rule[: rule.index("when:")] + "when: drugs = 'yes'")
    adopt_definition(store, load_survey(own))
    file = draw({"round": 2027, "interview_date": "2027-11-15", "tobacco": "yes"}, name="next.csv")
    assert cpms("merge", file, "--store", store).code == 0

    def answers(*words: object) -> list[str]:
        ran = cpms("score", "--store", store, "--format", "json", *words)
        assert ran.code == 0, ran.err
        return [row["i15"] for row in ran.json["scores"]]

    assert answers() == ["no", "no"]
    assert answers("--as-defined-in", 2569) == ["yes", "yes"]
    assert answers("--as-defined-in", 2570) == ["no", "no"]
    assert answers("--as-defined-in", 2) == ["yes", "yes"]
    assert cpms("score", "--store", store, "--as-defined-in", 2560).code == 2
