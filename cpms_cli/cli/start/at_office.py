"""A bare `cpms` in an office's folder: what waits, the first lines of the list of the day, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cpms_cli.cli.office_defaults import settled
from cpms_cli.cli.options import language, workspace_of
from cpms_cli.cli.terminal.window import show_line

if TYPE_CHECKING:
    from cpms_cli.office.settings import Office

_FIRST = 5  # tasks: what fits a window with what is said around them


def nothing_typed(words: Sequence[str]) -> bool:
    """Whether somebody typed nothing but a language: no command, and no option that has an answer of its own.

    >>> nothing_typed([]), nothing_typed(["--lang", "th"]), nothing_typed(["--version"])
    (True, True, False)
    """
    left = [word for word in words if not word.startswith("--lang=")]
    if "--lang" in left:
        place = left.index("--lang")
        del left[place : place + 2]
    return not left


def show_office(office: Office, lang: str | None) -> None:
    """Print where the office stands. Raises as `cpms today` does."""
    spoken = language(lang)
    from cpms_cli.office.at_a_glance import read_at_a_glance
    from cpms_cli.survey.messages import say

    own = settled(office)
    glance = read_at_a_glance(own)
    show_line(say("office_here", spoken, name=own.name or own.folder.name))
    if glance.waiting:
        show_line(say("office_waiting", spoken, count=len(glance.waiting), files=", ".join(glance.waiting[:_FIRST])))
    if not glance.stored:
        show_line(say("office_no_store_yet", spoken))
        return
    from cpms_cli.reports.children.today import show_today
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.summaries.today.today_list import today_of

    with workspace_of(own.store, None, lang) as workspace:
        listed = today_of(workspace)
        screen = Screen(open_console(spoken), workspace.survey, spoken)
    show_today(screen, listed, identified=False, first=_FIRST)
    if glance.waiting:
        show_line(say("office_next_run", spoken))
