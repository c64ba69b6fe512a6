"""`cpms map` answered in a terminal, question by question; what was answered is kept, however it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import typer

from cpms_cli.cli.terminal.window import show_line

if TYPE_CHECKING:
    from cpms_cli.checking.drafting.drafted_map import Decided, Drafted
    from cpms_cli.checking.drafting.map_questions import OpenLine, Reply
    from cpms_cli.survey.model.definition import Language, Survey


def is_somebody_there() -> bool:
    """Whether a person reads what is printed and can type: never in a pipe."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stdout.isatty())


def ask_lines(survey: Survey, drafted: Drafted, again: Callable[[Decided], Drafted], spoken: Language) -> Drafted:
    """Ask for each line that waits: headers, then the answers of those that are decided. `again` drafts the map with
    what was chosen for headers. Returns the draft with all that was answered."""
    from cpms_cli.checking.drafting.map_questions import (
        chosen_field,
        fields_taken,
        left_open,
        open_answers,
        open_headers,
        with_meanings,
    )
    from cpms_cli.reading.header.mapping import compared
    from cpms_cli.survey.messages import say

    show_line(say("map_ask_how", spoken), err=True)
    taken = fields_taken(drafted)
    chosen: dict[tuple[str, str], str] = {}
    stopped = False
    for line, reply in _replies(survey, open_headers(survey, drafted, spoken), taken, spoken):
        stopped = reply.kind == "stopped"
        if reply.kind == "chosen":
            chosen[compared(line.header), line.field] = chosen_field(reply, spoken)
            taken.append((reply.value, line.header))
    drafted = again(chosen) if chosen else drafted
    if not stopped:
        replies = _replies(survey, open_answers(survey, drafted, spoken), (), spoken)
        meanings = [(line, reply.value) for line, reply in replies if reply.kind == "chosen"]
        drafted = with_meanings(drafted, meanings, spoken)
    show_line(say("map_ask_left", spoken, count=left_open(survey, drafted, spoken)), err=True)
    return drafted


def _replies(
    survey: Survey, lines: Sequence[OpenLine], taken: Sequence[tuple[str, str]], spoken: Language
) -> Iterator[tuple[OpenLine, Reply]]:
    """Each line with what was typed for it, until somebody stops."""
    from cpms_cli.checking.drafting.map_questions import Reply, read_reply
    from cpms_cli.survey.messages import say

    for number, line in enumerate(lines, start=1):
        place = f"{line.group} / {line.header}" if line.group else line.header
        about = {"header": place, "answer": line.answer, "shown": line.shown}
        question = "map_ask_answer" if line.answer else "map_ask_header"
        typer.echo(f"\n{number}/{len(lines)} {say(question, spoken, **about)}", err=True)
        for place_in_list, (_, words) in enumerate(line.options, start=1):
            typer.echo(f"  {place_in_list} {words}", err=True)
        while True:
            try:
                typed = str(typer.prompt(say("map_ask_prompt", spoken), default="", show_default=False, err=True))
            except typer.Abort:
                yield line, Reply("stopped")
                return
            reply = read_reply(survey, line, typed, taken)
            if reply.kind in ("chosen", "skipped"):
                yield line, reply
                break
            if reply.kind == "stopped":
                yield line, reply
                return
            message = "map_ask_near" if reply.kind == "unknown" and reply.value else f"map_ask_{reply.kind}"
            show_line(say(message, spoken, typed=typed.strip(), value=reply.value), err=True)
