"""What a proof finds is a key with values: its sentence stands once, in `messages/proof.yaml`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from cpms_cli.survey.messages import fault_sentence, problem_line
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.speech.languages import spoken_languages
from cpms_cli.survey.yaml_files.fault_words import _KEYS
from tests.conftest import ROOT

PREFIX = "proof_"
NO_FIELD = Fault("no_field", name="chores")


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "cpms_cli").rglob("*.py")):
        yield path.name, ast.parse(path.read_text("utf-8"))


def _written_faults() -> Iterator[tuple[str, str, set[str]]]:
    """Place, key and the names of the values, of every fault in the code that writes them all out."""
    for file, tree in _trees():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            names = {keyword.arg for keyword in call.keywords}
            is_fault = call.func.id in ("Fault", "FaultyPart") and call.args and isinstance(call.args[0], ast.Constant)
            if is_fault and None not in names:
                yield f"{file}:{call.lineno}", str(call.args[0].value), {str(name) for name in names}  # type: ignore[attr-defined]


def _gaps(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_fault_has_a_sentence_and_all_that_it_fills_in(survey: Survey) -> None:
    faults = list(_written_faults())
    assert len(faults) > 120
    for place, key, names in faults:
        words = survey.messages[f"{PREFIX}{key}"]
        assert _gaps(words.en) == _gaps(words.th) == names, (place, key)


def test_what_the_validator_finds_has_a_sentence_too(survey: Survey) -> None:
    for key, names in _KEYS.values():
        assert _gaps(survey.messages[f"{PREFIX}{key}"].en) == set(names.values()), key


def test_no_sentence_is_kept_that_no_proof_says(survey: Survey) -> None:
    texts = {str(node.value) for _, tree in _trees() for node in ast.walk(tree) if isinstance(node, ast.Constant)} | {
        "former_field",
        "former_code",
        "former_part",
        "no_right",
        "no_measure",
    }
    # Of these the kind of what rests on a question, as `Dependent` names it, makes the key.
    kinds = {name for name in survey.messages if name.startswith(f"{PREFIX}part_")}
    keys = {name.removeprefix(PREFIX) for name in survey.messages if name.startswith(PREFIX)}
    assert keys - texts == {name.removeprefix(PREFIX) for name in kinds} - texts
    assert {name.removeprefix(f"{PREFIX}part_") for name in kinds} <= texts


def test_the_english_stands_in_the_catalogue_alone(survey: Survey) -> None:
    """No text of the code, docstrings apart, has a piece of a sentence: it would have to be changed twice."""
    texts = "\n".join(
        str(node.value)
        for _, tree in _trees()
        for statement in ast.walk(tree)
        if not isinstance(statement, ast.Expr)  # a docstring stands by itself
        for node in ast.iter_child_nodes(statement)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    sentences = {name: words.en for name, words in survey.messages.items() if name.startswith(PREFIX)}
    twice = {
        name: piece
        for name, text in sentences.items()
        for piece in re.split(r"'?\{\w+\}'?", text)
        if len(re.findall("[a-z]+", piece)) >= 4 and piece.strip(" :;,.()") in texts
    }
    assert twice == {}


@pytest.mark.parametrize("spoken", spoken_languages())
def test_sentences_within_a_sentence_are_of_its_language(survey: Survey, spoken: str) -> None:
    inner = fault_sentence(NO_FIELD, spoken)
    assert inner == survey.messages["proof_no_field"].in_(spoken).replace("{name}", "chores")
    assert fault_sentence(Fault("not_yaml", fault=NO_FIELD), spoken).endswith(inner)
    parts = (Fault("part_level", name="victim (risk.yaml:3)"), NO_FIELD)
    assert fault_sentence(Fault("unasked", field="sex", parts=parts), spoken).endswith(f", {inner}")


def test_rounds_are_of_the_readers_era() -> None:
    fault = Fault("span", since=2027, until=2026)
    assert fault_sentence(fault, "en") == "until 2026 lies before since 2027"
    assert fault_sentence(fault, "th") == "until 2569 มาก่อน since 2570"


def test_a_problem_is_a_line_of_text_with_its_place() -> None:
    assert problem_line(Problem("child.yaml", 7, NO_FIELD), "en") == "child.yaml:7: there is no field 'chores'"
