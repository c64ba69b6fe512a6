"""How far a long piece of work is: a bar on stderr, where somebody looks on."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from cpms_cli.reports.terminal import open_console
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language

_WIDTH = 30


class Progress:
    """A bar over so many things, with the name of the one that is done; nothing where it is not `shown`.

    `message` names the sentence before the bar.
    """

    def __init__(self, message: str, language: Language, *, shown: bool) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=_WIDTH),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[name]}"),
        )
        self._bar = Bar(*columns, console=open_console(language, stderr=True), transient=True, disable=not shown)
        self._task = self._bar.add_task(say(message, language), total=None, name="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, count: int) -> None:
        """Say over how many things the bar goes."""
        self._bar.update(self._task, total=count)

    def advance(self, name: str) -> None:
        """Say that one more is done."""
        self._bar.update(self._task, advance=1, name=name)
