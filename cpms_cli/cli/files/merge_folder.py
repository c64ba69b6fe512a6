"""`cpms merge --jobs N FOLDER`: the files of a folder, read by several processes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from cpms_cli.merging.folder_merge import FolderFile
    from cpms_cli.merging.merge import Merge
    from cpms_cli.reading.tables import ReadAs
    from cpms_cli.reports.terminal import SpokenConsole
    from cpms_cli.survey.model.definition import Language, Survey


@dataclass
class _Notes:
    """What is to be said of files at the end, gathered while they are merged: their rows are not held until then."""

    survey: Survey
    console: SpokenConsole
    language: Language
    texts: list[str] = field(default_factory=list)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, file: FolderFile, merged: Merge) -> None:
        """Gather what is to be said of one file."""
        from cpms_cli.reports.files.merge import file_notes, notes_of
        from cpms_cli.scoring.set_aside import set_aside_levels

        urgent = set_aside_levels(self.survey, merged)
        self.texts.append(notes_of(self.console, self.survey, merged, urgent, self.language))
        self.records[file.name] = file_notes(self.survey, merged, urgent, self.language)


@dataclass(frozen=True)
class FoldersToMerge:
    """What is merged into which store, read as what and by how many processes."""

    places: Sequence[Path]
    store: Path
    jobs: int
    read_as: ReadAs
    maps: Sequence[Path]
    schemas: Path | None


def merge_places(to_merge: FoldersToMerge, format_: str, spoken: Language) -> int:
    """Merge the files of folders, show how far it is where somebody looks on, and print what became of them; returns
    the exit code."""
    from cpms_cli import __version__
    from cpms_cli.merging.folder_merge import merge_folder
    from cpms_cli.reports.files.merge import folder_document, show_folder
    from cpms_cli.reports.progress import Progress
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.writing.files import json_text

    console = open_console(spoken)
    notes = _Notes(definition_in_use(to_merge.store, to_merge.schemas), console, spoken)
    with Progress("folder_progress", spoken, shown=sys.stderr.isatty()) as progress:

        def tell(file: FolderFile, merged: Merge | None) -> None:
            progress.advance(file.name)
            if merged is not None:
                notes.take(file, merged)

        merged = merge_folder(
            to_merge.places,
            to_merge.store,
            jobs=to_merge.jobs,
            read_as=to_merge.read_as,
            schemas=to_merge.schemas,
            language=spoken,
            tool_version=__version__,
            maps=to_merge.maps,
            tell=tell,
            begin=progress.begin,
        )
    if format_ == "json":
        typer.echo(json_text(folder_document(merged, notes.records, spoken)))
    else:
        show_folder(console, merged, notes.texts, spoken)
    return merged.exit_code
