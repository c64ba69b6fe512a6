"""No line of the program asks which language is spoken: what is peculiar to one is said in a file."""

from __future__ import annotations

import ast

import pytest

from cpms_cli.survey.language import LANGUAGES
from cpms_cli.survey.messages import say
from cpms_cli.survey.speech.languages import programme_languages, spoken_languages, traits_of
from cpms_cli.survey.words import Words
from tests.conftest import ROOT

CODES = {*spoken_languages(), "shn", "lo", "km"}
# Where these words are no languages of the tool: which language a made-up family speaks at home, which is an answer of
# the survey; and th, a sound that Latin letters spell.
EXEMPT = ("samples/", "linking/names/phones.py")


def _asks(tree: ast.AST) -> list[int]:
    """The lines on which something is compared with the code of a language, looked up or kept under it."""
    places = []
    for node in ast.walk(tree):
        words: list[ast.expr | None] = []
        if isinstance(node, ast.Compare):
            words = [node.left, *node.comparators]
            words += [part for word in words if isinstance(word, ast.Tuple | ast.List | ast.Set) for part in word.elts]
        elif isinstance(node, ast.Dict):
            words = [*node.keys]
        elif isinstance(node, ast.Subscript):
            words = [node.slice]
        elif isinstance(node, ast.MatchValue):
            words = [node.value]
        elif isinstance(node, ast.Call):
            words = [*node.args, *(keyword.value for keyword in node.keywords)]
        if any(isinstance(word, ast.Constant) and word.value in CODES for word in words):
            places.append(getattr(node, "lineno", 0))
    return places


@pytest.mark.parametrize(
    ("source", "asks"),
    [
        ('if language == "th": pass', True),
        ('if language in ("en", "th"): pass', True),
        ('words = {"en": 1}', True),
        ('words["my"]', True),
        ('say("a", "th")', True),
        ('say("a", language="th")', True),
        ('match language:\n    case "th": pass', True),
        ('LANGUAGES = ("en", "th")', False),
        ('if language == FALLBACK: say("a", language)', False),
    ],
)
def test_a_question_about_a_language_is_seen(source: str, asks: bool) -> None:
    assert bool(_asks(ast.parse(source))) is asks


def test_nothing_asks_which_language_it_is() -> None:
    folder = ROOT / "cpms_cli"
    named = {path: path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.py"))}
    checked = {path: name for path, name in named.items() if not name.startswith(EXEMPT)}
    assert len(checked) > 400
    asked = {f"{name}:{line}" for path, name in checked.items() for line in _asks(ast.parse(path.read_text("utf-8")))}
    assert asked == set()


def test_the_codes_stand_in_one_place_beside_the_files() -> None:
    """What is written beside each other in the files, in `languages.yaml` and in the one line of Python is the same."""
    assert tuple(Words.model_fields) == LANGUAGES == tuple(programme_languages().languages)
    assert {path.stem for path in (ROOT / "cpms_cli" / "locales").iterdir() if path.is_dir()} <= set(LANGUAGES)


@pytest.mark.parametrize(("language", "date"), [("en", "2026-03-01"), ("th", "1/3/2569"), ("my", "၂၀၂၆-၀၃-၀၁")])
def test_what_has_no_words_in_a_language_is_said_in_the_fallback(language: str, date: str) -> None:
    from cpms_cli.survey.era import shown_stored

    assert shown_stored("2026-03-01", language) == date
    assert say("validate_clean", language) in ("Nothing to mend.", "ไม่มีสิ่งที่ต้องแก้")
    assert say("xlsform_known_year", "my") == "ခုနှစ်သာ"
    assert traits_of("no such").beside == traits_of(LANGUAGES[0]).beside
