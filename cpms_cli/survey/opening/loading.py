"""The definition in use: as shipped, or a province's own, which is proved before it is used."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cpms_cli.errors import DefinitionError
from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.schema_files import read_survey
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.speech.languages import use_words_of
from cpms_cli.survey.yaml_files.location import shipped


@cache
def _loaded(folder: Path, own: bool) -> Survey:
    if not folder.is_dir():
        raise DefinitionError("definition_missing", folder=folder)
    if own:
        # The shipped definition is proved by the tests; a folder of one's own is somebody's code in effect.
        from cpms_cli.survey.proof.definition_proof import proved  # noqa: PLC0415 - heavy, for such a folder alone

        survey, problems = proved(folder)
    else:
        reader = Reader(folder)
        survey, problems = read_survey(reader), reader.problems
    if survey is None or problems:
        raise DefinitionError("definition_broken", folder=folder, first=problems[0])
    return survey


def load_survey(folder: Path | None = None) -> Survey:
    """The survey's definition, from `folder` or as shipped.

    The languages of a folder's own translations can be spoken from then on, and sentences quote its limits.

    Raises DefinitionError when a file cannot be read, or when a folder of one's own has a rule that is not allowed or
    contradicts itself; `prove_definition` names every place, and runs the examples as well.
    """
    folder_used = shipped("schemas").resolve()
    chosen = folder_used if folder is None else Path(folder).resolve()
    survey = _loaded(chosen, chosen != folder_used)
    use_words_of(survey.translations if chosen != folder_used else (), survey.limits.values)
    return survey
