"""What proposals go by, as `schemas/proposals.yaml` says it: confidence, words of one meaning, whom a header may name.

The words belong to the languages of offices, not to a province: they are read from the shipped definition only.
"""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from cpms_cli.survey.model.definition import Role
from cpms_cli.survey.yaml_files.located_yaml import read_mapping
from cpms_cli.survey.yaml_files.location import shipped


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Confidence(_Part):
    """From which confidence on something is done, each between 0 and 1; see the head of `schemas/proposals.yaml`."""

    filled_in: float
    shown: float
    from_cells: float
    most: float
    unsure_cells: float
    other_cells: float
    other_person: float
    rival: float


class AnswerWords(_Part):
    """What offices write for the answers of one question, by code: `sure` is filled in, `perhaps` is asked."""

    sure: dict[str, tuple[str, ...]] = {}
    perhaps: dict[str, tuple[str, ...]] = {}


class UnsureWords(_Part):
    """By which words of a header the words below it may say something else than they say under the question's own."""

    asking: tuple[str, ...]
    denying: tuple[str, ...]
    longest: int
    one_of_many: frozenset[str]
    opposites: tuple[tuple[str, str], ...]
    subjects: frozenset[str]


class ProposalSettings(_Part):
    """The content of `schemas/proposals.yaml`."""

    confidence: Confidence
    fillers: tuple[str, ...]
    of_titles: tuple[str, ...]
    placeholders: tuple[str, ...]
    number_codes: frozenset[str]
    heads_in_rows: tuple[str, ...]
    elders_in_rows: tuple[str, ...]
    partners_in_rows: tuple[str, ...]
    date_forms: tuple[str, ...]
    parts_of_dates: dict[str, tuple[str, ...]]
    words: tuple[tuple[str, ...], ...]
    made_of: dict[str, tuple[str, ...]]
    other_persons: frozenset[str]
    other_subjects: frozenset[str]
    of_child: tuple[str, ...]
    weak: frozenset[str]
    of_whoever: frozenset[str]
    group_persons: frozenset[str]
    together: dict[str, frozenset[str]]
    of_no_person: frozenset[str]
    head: frozenset[str]
    of_names: frozenset[str]
    of_family_names: frozenset[str]
    of_cards: frozenset[str]
    always_asked: frozenset[Role]
    always_asked_topics: frozenset[str]
    of_members: frozenset[str]
    of_families: frozenset[str]
    of_children: tuple[str, ...]
    asked_of_families: frozenset[str]
    headed_by_answers: frozenset[str]
    remarks_beside_names: tuple[str, ...]
    negations: tuple[str, ...]
    unsure: UnsureWords
    answers: dict[str, AnswerWords]


@cache
def proposal_settings() -> ProposalSettings:
    """Return the settings that were shipped."""
    content = read_mapping(shipped("schemas"), "proposals.yaml").content
    return ProposalSettings.model_validate(content)
