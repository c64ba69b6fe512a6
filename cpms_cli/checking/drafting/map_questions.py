"""What a draft of a map still has to be told, line by line, and what is typed for it: a number, a name, or nothing.

The same lines may be answered in the workbook; what is chosen here is written into it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cpms_cli.checking.drafting.drafted_map import Drafted
from cpms_cli.reading.header.headers import header_spellings, near_miss, spelt
from cpms_cli.reading.header.mapping import FIELD, HEADER, UNDECIDED, compared, leave_out
from cpms_cli.reading.header.side_by_side import of_any_child
from cpms_cli.reading.maps.map_lists import list_of_line, meant_code
from cpms_cli.survey.messages import say, wordings
from cpms_cli.survey.model.definition import Language, Survey, folded
from cpms_cli.survey.plain_text import plain_digits


@dataclass(frozen=True)
class OpenLine:
    """A line that waits: its header, with the group above it; the field as the draft has it; the text in the cells, of
    an answer; examples, masked as the draft has them, or how many cells; and what may be chosen by number, each with
    its words."""

    header: str
    group: str
    field: str
    answer: str
    shown: str
    options: tuple[tuple[str, str], ...]


Kind = Literal["chosen", "skipped", "stopped", "taken", "unknown"]


@dataclass(frozen=True)
class Reply:
    """What was typed, understood: `value` is a field or a code where it is chosen, another header where the question is
    taken, what is near where it is unknown."""

    kind: Kind
    value: str = ""


def open_headers(survey: Survey, drafted: Drafted, language: Language) -> list[OpenLine]:
    """The headers that wait for a person, in the order of the map."""
    lines = []
    for row in drafted.headers.itertuples(index=False):
        header, field = str(getattr(row, HEADER)), str(getattr(row, FIELD))
        if not field.startswith(UNDECIDED):
            continue
        likely = drafted.candidates.get(compared(header))
        percents = dict(likely.fields) if likely else {}
        first = field.removeprefix(UNDECIDED)
        names = dict.fromkeys([*([first] if of_any_child(survey, first) in survey.fields else []), *percents])
        options = tuple((name, _words(survey, name, percents.get(name), language)) for name in names)
        lines.append(OpenLine(header, likely.group if likely else "", field, "", str(row.examples), options))
    return lines


def _words(survey: Survey, name: str, percent: int | None, language: Language) -> str:
    words = f"{survey.fields[of_any_child(survey, name)].label.in_(language)} [{name}]"
    return words if percent is None else f"{words} {percent} %"


def open_answers(survey: Survey, drafted: Drafted, language: Language) -> list[OpenLine]:
    """The answers that wait, of headers whose question is decided."""
    lines = []
    for row in drafted.answers.itertuples(index=False):
        field, means = str(row.field), str(row.means)
        listed = list_of_line(survey, survey.fields[field]) if field in survey.fields else None
        if listed is None or (means and not means.startswith(UNDECIDED)):
            continue
        first = means.removeprefix(UNDECIDED)
        codes = dict.fromkeys([*([first] if first in listed.by_code else []), *listed.by_code])
        options = tuple((code, f"{listed.by_code[code].label.in_(language)} [{code}]") for code in codes)
        shown = say("map_ask_cells", language, count=row.count, label=survey.fields[field].label.in_(language))
        lines.append(OpenLine(str(row.header), "", field, str(row.answer), shown, options))
    return lines


def read_reply(survey: Survey, line: OpenLine, typed: str, taken: Collection[tuple[str, str]] = ()) -> Reply:
    """What was typed for a line: nothing skips it. `taken` are fields with the header that each belongs to."""
    text = typed.strip()
    if not text:
        return Reply("skipped")
    if folded(text) in set(map(folded, wordings("map_ask_stop"))):
        return Reply("stopped")
    number = plain_digits(text)
    if number.isdecimal() and 0 < int(number) <= len(line.options):
        value = line.options[int(number) - 1][0]
    elif line.answer:
        value = meant_code(survey, survey.fields[line.field], text)
    elif spelt(text) in set(map(spelt, wordings("map_leave_out"))):
        return Reply("chosen", text)
    else:
        value = header_spellings(survey).get(spelt(text), "")
    if not value:
        near = None if line.answer else near_miss(text, header_spellings(survey))
        return Reply("unknown", near.field if near else "")
    other = next((header for field, header in taken if field == value and not line.answer), None)
    return Reply("chosen", value) if other is None else Reply("taken", other)


def fields_taken(drafted: Drafted) -> list[tuple[str, str]]:
    """The fields that headers of a draft have already, each with its header."""
    rows = drafted.headers.itertuples(index=False)
    return [(str(getattr(row, FIELD)), str(getattr(row, HEADER))) for row in rows if getattr(row, FIELD)]


def with_meanings(drafted: Drafted, meanings: Sequence[tuple[OpenLine, str]], language: Language) -> Drafted:
    """The draft with what was chosen for answers, as codes."""
    answers = drafted.answers.copy()
    for line, code in meanings:
        rows = answers[["header", "field", "answer"]].eq([line.header, line.field, line.answer]).all(axis="columns")
        answers.loc[rows, ["means", "match"]] = [code, say("map_answered", language)]
    return replace(drafted, answers=answers)


def left_open(survey: Survey, drafted: Drafted, language: Language) -> int:
    """How many lines wait still."""
    return len(open_headers(survey, drafted, language)) + len(open_answers(survey, drafted, language))


def chosen_field(reply: Reply, language: Language) -> str:
    """What is written into the map for a header: a field, or that it is left out."""
    left = set(map(spelt, wordings("map_leave_out")))
    return leave_out(language) if spelt(reply.value) in left else reply.value
