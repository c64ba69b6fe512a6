"""The lines of a map for a question of several answers with a column for each: one line is asked, of them all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cpms_cli.checking.drafting.map_examples import DraftedSheet
from cpms_cli.reading.header.choices.option_columns import option_name, options_of
from cpms_cli.reading.header.mapping import UNDECIDED
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Survey, folded

_MOSTLY, _FEWEST = 0.8, 2


def choice_lines(sheet: DraftedSheet, proposed: Collection[int]) -> dict[int, tuple[str, str, str]]:
    """Return field, label and how sure, by column, of such questions and of their single answers that nobody has
    decided on; `proposed` are the columns that may be a question by themselves."""
    matched, source = sheet.matched, sheet.matched.source
    open_ = {column.index for column in matched.unread if column.why not in ("left_out", "added")}
    lines: dict[int, tuple[str, str, str]] = {}
    for whole, options in options_of(source).items():
        waiting = [place for place in options if place in open_ and place not in proposed]
        if not waiting or whole not in open_:
            continue
        header = source.header[whole].strip()
        lines |= {place: ("", "", say("map_option", sheet.language, header=header)) for place in waiting}
        if whole not in proposed:
            lines[whole] = _line_of_question(sheet, [option_name(source.header[place]) for place in options])
    return lines


def _line_of_question(sheet: DraftedSheet, answers: Sequence[str]) -> tuple[str, str, str]:
    """The line of a question by its answers: the one question that has most of them in its list, if there is one."""
    fitting = _questions_with(sheet.survey, answers) - set(sheet.matched.match.fields.values())
    name = fitting.pop() if len(fitting) == 1 else ""
    label = sheet.survey.fields[name].label.in_(sheet.language) if name else ""
    return UNDECIDED + name, label, say("map_whole", sheet.language, options=", ".join(answers))


def _questions_with(survey: Survey, answers: Sequence[str]) -> set[str]:
    """The questions of several answers that have most of these in their list."""
    return {
        name
        for name, field in survey.fields.items()
        if field.many
        and len(known := [answer for answer in answers if folded(answer) in survey.spellings(field)]) >= _FEWEST
        and len(known) >= _MOSTLY * len(answers)
    }
