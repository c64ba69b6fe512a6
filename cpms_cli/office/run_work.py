"""What all files of a run are taken in with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cpms_cli.office.settings import Office
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language


@dataclass(frozen=True)
class Work:
    """What all files of a run are taken in with: the office, the language, the version, the maps there are, and whether
    nothing is written (`dry`)."""

    office: Office
    language: Language
    tool_version: str = ""
    maps: tuple[Path, ...] = ()
    dry: bool = False

    def say(self, message: str, /, **values: object) -> str:
        """A sentence in the language of the run."""
        return say(message, self.language, **values)


def stem_of(name: str) -> str:
    """Return the name of a file without its ending, as a part of another file's name."""
    return name.rpartition(".")[0].replace("/", "_") or name
