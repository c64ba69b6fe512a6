"""What the bundles among some files bring along beside the survey: what was done, and what families say is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cpms_cli.reading.book.bundle import Dispute, is_bundle, read_disputes
from cpms_cli.reading.response_log import read_responses
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.survey.model.definition import Survey


@dataclass(frozen=True)
class Packed:
    """The logs of the bundles, and the disputed answers of each of them."""

    responses: tuple[SurveyTable, ...]
    disputes: Mapping[Path, Sequence[Dispute]]


def read_packed(files: Iterable[Path], survey: Survey) -> Packed | None:
    """Return what the bundles among these files bring along; None where none of them is a bundle.

    Raises KeyMissing, UnreadableFile.
    """
    bundles = [path for path in files if is_bundle(path)]
    if not bundles:
        return None
    return Packed(read_responses(bundles, survey), {path: read_disputes(path) for path in bundles})
