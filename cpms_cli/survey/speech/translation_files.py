"""The translations in the folder of a definition, read; `survey.model.translated_words` puts their words in."""

from __future__ import annotations

import string
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cpms_cli.errors import DefinitionError
from cpms_cli.survey.language import Language
from cpms_cli.survey.problems import BadDocument
from cpms_cli.survey.speech.translation import Translation
from cpms_cli.survey.yaml_files.fault_words import faults_of_document
from cpms_cli.survey.yaml_files.located_yaml import Document, limit_values, read_mapping
from cpms_cli.survey.yaml_files.quoting import written_out

FOLDER = "translations"


def translation_file(language: Language) -> str:
    """The file of a language, as it is named within a definition."""
    return f"{FOLDER}/{language}.yaml"


def translations_in(folder: Path) -> tuple[Translation, ...]:
    """The translations of a definition, without proving the rest of it; raises DefinitionError where one is wrong."""
    return tuple(_read(folder, f"{FOLDER}/{path.name}") for path in sorted((folder / FOLDER).glob("*.yaml")))


def in_own_digits(document: Document, limits: Mapping[str, int]) -> Any:
    """The content of a translation whose texts quote the limits in the digits of its language, where it names them."""
    traits = document.content.get("traits")
    numbers = traits.get("numbers") if isinstance(traits, dict) else None
    digits = numbers.get("digits") if isinstance(numbers, dict) else None
    if not isinstance(digits, str) or len(digits) != len(string.digits):
        return document.content
    own = {name: str(value).translate(str.maketrans(string.digits, digits)) for name, value in limits.items()}
    rewritten = deepcopy(document.content)
    for place, text in document.quoting.items():
        around: Any = rewritten
        for step in place[:-1]:
            around = around[step]
        around[place[-1]] = written_out(text, own)
    return rewritten


def _read(folder: Path, file: str) -> Translation:
    try:
        document = read_mapping(folder, file)
        return Translation.model_validate(in_own_digits(document, limit_values(folder)))
    except BadDocument as bad:
        first = bad.problem
    except ValidationError as error:
        first = faults_of_document(document, error)[0]
    raise DefinitionError("definition_broken", folder=folder, first=first)
