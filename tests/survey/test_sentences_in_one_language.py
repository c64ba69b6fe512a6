"""A language with half of its texts: no sentence stands in two languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cpms_cli import merge
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.speech.numbers import shown_share
from cpms_cli.survey.spoken_words import joined_words
from tests.conftest import Cpms, Draw, MakeOnce
from tests.definitions import MY, change_file, copy_definition

BURMESE, SENTENCE = re.compile("[\u1000-\u109f]"), re.compile(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}")
LIST = re.compile(r"\s{2,}")


@pytest.fixture
def store(draw: Draw, once: MakeOnce) -> Path:
    """One child who lives without its parents, of whom an answer is missing."""
    child = {"mother_home": "no", "father_home": "no", "tobacco": "unknown", "in_school": "none"}
    return once(lambda path: merge([draw(child)], path))


def test_what_is_filled_in_is_said_in_the_language_of_the_sentence() -> None:
    """The draft has labels of questions, and no such sentence."""
    label = load_survey().fields["income_enough"].label.in_("my")
    assert BURMESE.search(label)
    filled = {"names": joined_words(", ", [label, label]), "share": shown_share(0.5, "my")}
    sentence = say("proof_name_taken", "my", name=label, other=filled["names"])
    assert BURMESE.search(sentence) is None
    assert "'Income enough'" in sentence
    assert BURMESE.search(say("proof_name_taken", "my", name=shown_year(2026, "my"), other=filled["share"])) is None
    assert BURMESE.search(shown_year(2026, "my"))


def test_a_sentence_within_a_sentence_is_said_in_its_language_too(tmp_path: Path) -> None:
    within = say("leaflet_title", "my")
    assert BURMESE.search(within)
    assert say("proof_name_taken", "my", name=within, other="x") == say(
        "proof_name_taken", "en", name=say("leaflet_title", "en"), other="x"
    )
    # A translated sentence keeps what is filled in in its language.
    assert str(shown_year(2026, "th")) == "2569"


@pytest.mark.parametrize(
    "words", [("community", "850105"), ("children",), ("today",), ("visits",), ("indicator", "5"), ("rights",)]
)
def test_no_line_of_a_command_is_mixed(cpms: Cpms, store: Path, words: tuple[str, ...]) -> None:
    """Cells of a table have a language each; a sentence has one."""
    ran = cpms(*words, "--store", store, "--lang", "my")
    assert ran.code == 0, ran.err
    lines = [cell for line in ran.out.splitlines() for cell in LIST.split(line)]
    assert [line for line in lines if BURMESE.search(line) and SENTENCE.search(line)] == []


def test_scripts_and_languages_of_names_can_be_translated(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    own, store = copy_definition(tmp_path / "own"), tmp_path / "s.duckdb"
    change_file(own, MY, "sentences:\n", "scripts: {thai: ထိုင်းအက္ခရာ}\nname_languages: {burmese: ဗမာ}\nsentences:\n")
    files = [
        draw({"round": year, "interview_date": f"{year}-11-15", "given_name": "มะลิ"}, name=f"{year}.csv")
        for year in (2025, 2026)
    ]
    assert cpms("merge", *files, "--store", store, "--schemas", own).code == 0
    assert "ထိုင်းအက္ခရာ" in cpms("link", "report", "--store", store, "--lang", "my").out
