"""A definition that somebody else wrote: its regular expressions, rules and names cannot stop or break anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli.survey.model.settings.endless import can_be_endless
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.proof.definition_proof import judged, proved_for_scoring
from tests.conftest import in_english
from tests.definitions import change_file, copy_definition

TOBACCO, RULE = "  - name: tobacco\n", "when: tobacco = 'yes'"


@pytest.mark.parametrize(
    "expression",
    [
        "(a+)+$",
        "(a|aa)+$",
        "(a|a)*$",
        "(ab|[ab]b)+$",
        "(a?){30}a{30}",
        "((a)|(a))+$",
        "(?:x*)*y",
        r"(\d+|\w)+$",
        "(a|b|ab)*c",
        "(a{1,5})+$",
        "(a|)+$",
        "(?P<n>a+)+$",
        r"(\w\w?)+$",
        "(?i:a|A)+$",
        ".*.*.*.*.*x",
    ],
)
def test_what_might_never_end_is_refused(tmp_path: Path, expression: str) -> None:
    assert can_be_endless(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "[0-9]{8}",
        "(a|b)+",
        "^(07|01)[0-9]{8}$",
        "[^)(*+]+",
        r"\(a+\)+",
        "(?:[A-Z][0-9])+",
        "KE-(0[1-9]|1[0-2])",
        "[0-9]+(-[0-9]{2}){2}",
    ],
)
def test_what_ends_is_let_through(expression: str) -> None:
    assert not can_be_endless(expression)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (
            "child.yaml",
            TOBACCO,
            f"{TOBACCO}    constraints: {{pattern: '(a|aa)+$'}}\n",
            "it would never come to an end",
        ),
        ("indicators.yaml", RULE, f"when: {'(' * 3000}tobacco = 'yes'{')' * 3000}", "stand within one another"),
        ("indicators.yaml", RULE, f"when: {'NOT ' * 3000}tobacco = 'yes'", "stand within one another"),
        ("indicators.yaml", RULE, f"when: {' OR '.join(['tobacco = '] * 3000)}", "at most 20000 letters"),
        ("child.yaml", TOBACCO, f"  - name: {'x' * 51}\n", "at most 50 letters"),
        ("risk.yaml", "- id: none_found\n", f"- id: {'x' * 51}\n", "at most 50 letters"),
    ],
)
def test_it_is_named_with_its_line(tmp_path: Path, file: str, old: str, new: str, words: str) -> None:
    """Also what once ended `schema check` with a traceback."""
    folder = copy_definition(tmp_path / "own")
    line = change_file(folder, file, old, new)
    named = [problem for problem in judged(folder).problems if words in in_english(problem)]
    assert [problem.file for problem in named] == [file]
    assert named[0].line - line in (0, 1)


def test_the_shipped_definition_has_none() -> None:
    names = load_survey().linking.names
    expressions = [text for script in names.scripts.values() for text, _ in (*script.replace, *script.vowels)]
    assert [text for text in expressions if can_be_endless(text)] == []


def test_a_store_that_keeps_such_a_definition_can_still_be_read(tmp_path: Path) -> None:
    """It was allowed when the definition was adopted."""
    folder = copy_definition(tmp_path / "own")
    change_file(folder, "child.yaml", TOBACCO, f"{TOBACCO}    constraints: {{pattern: '(a|aa)+$'}}\n")
    change_file(folder, "child.yaml", "name: services_received\n", f"name: {'x' * 51}\n")
    own = judged(folder)
    assert len(own.problems) >= 2
    kept, problems = proved_for_scoring(folder)
    assert kept is not None and kept.fields["x" * 51]
    assert not [problem for problem in problems if problem.fault.key in ("name_long", "expression_repeats")]
