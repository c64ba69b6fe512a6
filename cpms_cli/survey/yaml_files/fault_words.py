"""What the validator finds wrong with a part of a definition, as faults in words of whoever writes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cpms_cli.survey.problems import Fault, FaultyPart, Problem
from cpms_cli.survey.yaml_files.located_yaml import Document

NAMED_BY = ("name", "id", "number")
_NAME, _LANGUAGE = "^[a-z]", "^[a-z]{2,3}$"
# The kinds of the validator, the keys of our sentences, and how we call what the validator fills in.
_KEYS: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "missing": ("lacking", {}),
        "extra_forbidden": ("strange", {}),
        "string_type": ("string", {}),
        "int_type": ("integer", {}),
        "int_parsing": ("integer", {}),
        "int_from_float": ("integer", {}),
        "float_type": ("number", {}),
        "float_parsing": ("number", {}),
        "finite_number": ("number", {}),
        "bool_type": ("boolean", {}),
        "bool_parsing": ("boolean", {}),
        "dict_type": ("mapping", {}),
        "model_type": ("mapping", {}),
        "model_attributes_type": ("mapping", {}),
        "list_type": ("list", {}),
        "tuple_type": ("list", {}),
        "set_type": ("list", {}),
        "frozen_set_type": ("list", {}),
        "literal_error": ("choice", {"expected": "choices"}),
        "greater_than_equal": ("at_least", {"ge": "number"}),
        "greater_than": ("above", {"gt": "number"}),
        "less_than_equal": ("at_most", {"le": "number"}),
        "less_than": ("below", {"lt": "number"}),
        "string_pattern_mismatch": ("pattern", {"pattern": "pattern"}),
        "string_too_short": ("text_short", {"min_length": "count"}),
        "string_too_long": ("text_long", {"max_length": "count"}),
        "too_short": ("items", {"min_length": "count", "actual_length": "given"}),
        "too_long": ("items_many", {"max_length": "count", "actual_length": "given"}),
    }
)


def faults_of_document(document: Document, error: ValidationError, place: Sequence[str | int] = ()) -> list[Problem]:
    """Return what the validator says of the part of a document at a place, each with its line."""
    problems = []
    for fault in error.errors():
        steps = (*place, *fault["loc"])
        placed = placed_fault(fault, _steps_in_words(document.content, steps))
        problems.append(Problem(document.file, document.line(*steps), placed))
    return problems


def placed_fault(fault: ErrorDetails, steps: Sequence[str | int]) -> Fault:
    """Return what the validator says of a part, with the steps that lead to it."""
    place = ".".join(map(str, steps))
    return Fault("place", place=place, fault=_named(fault)) if place else _named(fault)


def _steps_in_words(content: Any, place: Sequence[str | int]) -> list[str]:
    """The steps to a place of a document; an entry of a list by its name where it has one, else by its number.

    >>> _steps_in_words({"fields": [{"name": "sex", "headers": ["Sex"]}]}, ("fields", 0, "headers", 0))
    ['fields', 'sex', 'headers', '1']
    """
    steps, around = [], content
    for step in place:
        try:
            around = around[step]
        except (KeyError, IndexError, TypeError):
            around = None
        names = [around[word] for word in NAMED_BY if word in around] if isinstance(around, dict) else []
        named = next((str(name) for name in names if isinstance(name, str | int)), None)
        steps.append(step if isinstance(step, str) else named or str(step + 1))
    return steps


def _named(fault: ErrorDetails) -> Fault:
    """What a part is not, in words of whoever writes a definition: the validator's own speak of its insides."""
    about = fault.get("ctx", {})
    error = about.get("error")
    if isinstance(error, FaultyPart):
        return error.fault
    if fault["type"] == "string_pattern_mismatch" and str(about["pattern"]).startswith(_NAME):
        key = "language_form" if about["pattern"] == _LANGUAGE else "name_form"
        return Fault(key, text=str(fault["input"]))
    if fault["type"] == "string_type" and isinstance(fault["input"], bool):
        return Fault("yes_no_text")
    if fault["type"] == "extra_forbidden" and fault["input"] is None:
        return Fault("strange_comma")  # {en: rice, fish}: a name without a value
    if fault["type"] not in _KEYS:
        return Fault("validator", reason=fault["msg"])
    key, names = _KEYS[fault["type"]]
    return Fault(key, **{own: _listed(str(about[name])) for name, own in names.items()})


def _listed(text: str) -> str:
    """A list of choices without the validator's own words in it."""
    return text.replace("' or '", "', '")
