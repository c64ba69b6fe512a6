"""What a summary is made of: the store, or with `--dataset` a data set and its scores."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cpms_cli.cli.handing import area_alone
from cpms_cli.cli.options import language, workspace_of
from cpms_cli.datasets.asked import Asked, DatasetSource
from cpms_cli.errors import UsageError

if TYPE_CHECKING:
    from cpms_cli.datasets.folder.exporting import Watching
    from cpms_cli.survey.model.definition import Language
    from cpms_cli.workspace import Workspace


@dataclass(frozen=True)
class Source:
    """The options that say of what a summary is made."""

    store: Path
    schemas: Path | None
    lang: str | None
    dataset: Path | None = None
    scores: Path | None = None
    memory: str | None = None
    context: typer.Context | None = None

    def workspace(
        self, asked: Asked, *, identified: bool = False, listed: object = None, audience: str | None = None
    ) -> Workspace:
        """Return the workspace of the store, or of the data set for what is asked of it.

        `listed` is the value of `--list`. Raises UsageError for options that do not go together.
        """
        writes = audience is not None
        if self.dataset is None:
            self._check_alone()
            area = area_alone(asked.wider or asked.area, audience)
            return workspace_of(self.store, self.schemas, self.lang, identified=identified, writes=writes).of_area(area)
        self._check_none_else({"--identified": identified, "--list": listed})
        from cpms_cli import __version__
        from cpms_cli.datasets.dataset_workspace import dataset_workspace
        from cpms_cli.datasets.engine import MEMORY

        spoken = language(self.lang)
        # What an audience may have is told by all rows: which answers are the same in other words, and what it has.
        asked = replace(asked, all_rounds=asked.all_rounds or writes, everywhere=asked.everywhere or writes)
        source = DatasetSource(self.dataset, self.scores, self.memory or MEMORY, __version__)
        return dataset_workspace(source, asked, language=spoken, writes=writes, watching=counting(spoken))

    def _check_alone(self) -> None:
        for option, value in (("--scores", self.scores), ("--memory-limit", self.memory)):
            if value is not None:
                raise UsageError("option_needs", option=option, other="--dataset")

    def _check_none_else(self, of_stores: dict[str, object]) -> None:
        typed = self.context.get_parameter_source("store") if self.context else None
        named = typed is not None and typed.name == "COMMANDLINE"
        for option, given in (("--store", named), ("--schemas", self.schemas is not None)):
            if given:
                raise UsageError("options_apart", first="--dataset", second=option)
        for option, value in of_stores.items():
            if value:
                raise UsageError("dataset_not_for", option=option)


def counting(spoken: Language) -> Watching:
    """Return who looks on while partitions are counted: a bar, from the first of them to the last."""
    from cpms_cli.datasets.folder.exporting import Watching
    from cpms_cli.reports.progress import Progress

    progress = Progress("dataset_counting", spoken, shown=sys.stderr.isatty())
    left = [0]

    def begin(count: int) -> None:
        left[0] = count
        if count:
            progress.begin(count)
            progress.__enter__()

    def tell(name: str) -> None:
        progress.advance(name)
        left[0] -= 1
        if not left[0]:
            progress.__exit__(None, None, None)

    return Watching(begin, tell)
