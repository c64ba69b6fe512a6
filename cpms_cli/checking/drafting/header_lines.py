"""The lines of a map of headers: of each column what it is or may be, how sure that is, and some of its cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from cpms_cli.checking.drafting.choice_lines import choice_lines
from cpms_cli.checking.drafting.legends import texts_by_legend
from cpms_cli.checking.drafting.map_answers import first_texts
from cpms_cli.checking.drafting.map_decisions import HeaderRow
from cpms_cli.checking.drafting.map_examples import DraftedSheet, show_answers, show_cells, show_guessed_cells
from cpms_cli.checking.drafting.map_unread import describe_unread, tells_village
from cpms_cli.checking.proposing.column_proposals import Proposal, also, is_filled_in, propose
from cpms_cli.reading.header.choices.option_columns import options_of
from cpms_cli.reading.header.export_layouts import aside_columns, find_column, leading_columns
from cpms_cli.reading.header.headers import spelt
from cpms_cli.reading.header.mapping import UNDECIDED
from cpms_cli.reading.header.row_looks import is_part_of_age
from cpms_cli.reading.header.side_by_side import child_apart
from cpms_cli.reading.sheet.names.sex_of_titles import title_column
from cpms_cli.reading.sheet.names.whole_names import other_name
from cpms_cli.reading.sheet.sheets import questions_of_others
from cpms_cli.reading.sheet.unread import UnreadColumn
from cpms_cli.survey.messages import say
from cpms_cli.survey.proposals.proposal_settings import proposal_settings
from cpms_cli.survey.spoken_words import joined_words

Proposed = Mapping[int, tuple[Proposal, ...]]
"""What the columns of a sheet may be, by column: worked out once, since every line asks for its rivals."""


def header_lines(sheet: DraftedSheet, header: Sequence[str], proposed: Proposed) -> Iterator[HeaderRow]:
    """Return the lines of a sheet's columns, of which `proposed` says what they may be; `header` is as it is written in
    the file, where columns of single answers are not joined yet."""
    survey, matched, language, chosen = sheet.survey, sheet.matched, sheet.language, sheet.chosen
    twice = {place: name for name, places in matched.match.twice.items() for place in places}
    unread = {column.index: column for column in matched.unread}
    choices = choice_lines(sheet, set(proposed))
    for index, cell in enumerate(header):
        if not cell.strip():
            continue
        place = matched.folded.get(index, index)
        child, name = matched.side_by_side.children.get(place, (None, matched.match.fields.get(place)))
        if name:
            by_map = chosen is not None and chosen.line(cell) is not None
            sure = say("map_told" if by_map else "map_known" if child is None else "map_child", language, number=child)
            label = survey.fields[name].label.in_(language)
            yield cell, name if child is None else f"{name}_{child}", label, sure, show_cells(sheet, index, name)
            if not by_map:
                yield from _other_name_line(sheet, index, name, proposed, "" if child is None else f"_{child}")
            for line in chosen.further_lines(cell) if chosen else ():
                further = line.field or ""
                label = survey.fields[further].label.in_(language)
                yield cell, further, label, say("map_told", language), show_cells(sheet, index, further)
        elif index in twice:
            label = survey.fields[twice[index]].label.in_(language)
            yield cell, UNDECIDED + twice[index], label, say("map_twice", language), show_cells(sheet, index, None)
        elif index == title_column(matched.source):
            yield cell, "", "", say("map_title", language), show_cells(sheet, index, None)
        elif index in choices:
            yield (cell, *choices[index], show_cells(sheet, index, None))
        elif index in proposed:
            yield from _proposed_lines(sheet, index, proposed)
        else:
            yield from _unread_lines(sheet, unread[index], proposed)


def _unread_lines(sheet: DraftedSheet, column: UnreadColumn, proposed: Proposed) -> Iterator[HeaderRow]:
    """The line of a column that is not read; and one for the other name, where it is nearly one of the two."""
    shown = show_answers(sheet, column.index) if column.holds_answers else show_cells(sheet, column.index, None)
    header = sheet.matched.source.header[column.index]
    yield (header, *describe_unread(sheet, column), shown)
    if column.why == "near" and column.may_be:
        yield from _other_name_line(sheet, column.index, column.may_be, proposed)


def _other_name_line(
    sheet: DraftedSheet, index: int, name: str, proposed: Proposed, child: str = ""
) -> Iterator[HeaderRow]:
    """A further line for a column of one of the two names that may have the other as well."""
    survey, matched = sheet.survey, sheet.matched
    children = [field for number, field in matched.side_by_side.children.values() if f"_{number}" == child]
    fields = {*matched.match.fields.values(), *children, *_first_proposed(sheet, proposed, child)}
    texts = pd.Series(first_texts(matched.source, index), dtype="str")
    other, count = other_name(survey, name, texts, fields)
    if not count:
        return
    wanted = UNDECIDED + other + child
    label = survey.fields[other].label.in_(sheet.language)
    yield matched.source.header[index], wanted, label, say("map_family", sheet.language), show_cells(sheet, index, name)


def proposals_of(sheet: DraftedSheet) -> Proposed:
    """What the columns may be of which neither the header nor a map says it, by column.

    A question that two columns may be is one that each of them waits for.
    """
    survey, matched = sheet.survey, sheet.matched
    fields = {*matched.match.fields.values(), *matched.match.twice}
    children = matched.side_by_side.children.values()
    of_all, own = {name for _, name in children}, {field.name for field in survey.child.fields}
    taken = {"": fields | of_all | questions_of_others(survey, matched.source)}
    # What is one child's is asked of the others too, and of no household.
    of_homes = set(survey.fields) - own
    if matched.layout is not None and matched.layout.is_repeat_group(matched.source.header):
        taken[""] |= of_homes
    taken |= {f"_{child}": of_homes | {name for of, name in children if of == child} for child, _ in children}
    aside = {spelt(name) for name in (*aside_columns().numbering, *aside_columns().remarks)}
    proposed = {
        column.index: propose(
            survey,
            about,
            texts_by_legend(column.header, first_texts(matched.source, column.index)),
            taken.get(child, of_homes),
            matched.source.group(column.index),
        )
        for column in matched.unread
        if column.why in ("unknown", "near") and column.header.strip() and spelt(column.header) not in aside
        if column.index != sheet.relation and not tells_village(survey, matched, column)
        if not (matched.source.group(column.index) and is_part_of_age(column.header))
        for about, child in [header_about(sheet, column.index)]
    }
    # A header that is nearly a question's stays one to ask about, unless words and cells leave no doubt that it is.
    nearly = {column.index: column.may_be for column in matched.unread if column.why == "near"}
    likely = {
        index: proposals
        for index, proposals in proposed.items()
        if proposals
        if index not in nearly or (proposals[0].field == nearly[index] and is_filled_in(survey, proposals))
    }
    single = {
        place
        for whole, places in options_of(matched.source).items()
        if whole in likely and survey.fields[likely[whole][0].field].many
        for place in places
    }  # one answer each of a question of several: decided with it
    return {**{index: each for index, each in likely.items() if index not in single}, **_day_of_form(sheet)}


def _day_of_form(sheet: DraftedSheet) -> Proposed:
    """The column in which a program notes when a form was filled in, as the day of the interview, where none is known:
    not of a repeat group, whose rows have it from the sheet around them."""
    layout, header, visited = sheet.matched.layout, sheet.matched.source.header, sheet.survey.role("visited").name
    leading = leading_columns(header)
    days = layout.days if layout else leading[0].days if leading else ()
    if (layout and layout.is_repeat_group(header)) or visited in sheet.matched.match.fields.values():
        return {}
    places = [place for name in days if (place := find_column(header, name)) is not None]
    decided = sheet.chosen is not None and any(sheet.chosen.line(header[place]) is not None for place in places)
    return {} if decided or not places else {places[0]: (Proposal(visited, proposal_settings().confidence.from_cells),)}


def header_about(sheet: DraftedSheet, index: int) -> tuple[str, str]:
    """What the header of a column asks, and how the names of its child's fields end in a map ("" where it is no one
    child's), in a sheet whose children stand side by side."""
    header = sheet.matched.source.header[index]
    if sheet.matched.layout is not None:
        header = header.rpartition("/")[2] or header  # the names of a form's groups say little of its questions
    apart = child_apart(header) if sheet.matched.side_by_side.children else None
    return (header, "") if apart is None else (apart[0], f"_{apart[1]}")


def _proposed_lines(sheet: DraftedSheet, index: int, proposed: Proposed) -> Iterator[HeaderRow]:
    """The line of a column that may be a question; and one for each further question that it answers as well."""
    header, proposals = sheet.matched.source.header[index], proposed[index]
    about, child = header_about(sheet, index)
    is_sure = _is_sure(sheet, proposals, proposed, child)
    further = also(sheet.survey, about, proposals, first_texts(sheet.matched.source, index))
    firsts = tuple(proposal for proposal in proposals if proposal not in further)
    line = _proposed_line(sheet, firsts, proposed, child)
    yield (header, *line, show_guessed_cells(sheet, index, proposals[0].field))
    if not further:
        yield from _other_name_line(sheet, index, proposals[0].field, proposed, child)
    for other in further:
        label = sheet.survey.fields[other.field].label.in_(sheet.language)
        sure = say("map_also", sheet.language, percent=round(100 * other.confidence))
        mark = "" if is_sure and _is_sure(sheet, (other,), proposed, child) else UNDECIDED
        yield header, mark + other.field + child, label, sure, show_guessed_cells(sheet, index, other.field)


def _proposed_line(
    sheet: DraftedSheet, proposals: tuple[Proposal, ...], proposed: Proposed, child: str
) -> tuple[str, str, str]:
    """Field, label and how sure, of a column that may be a question; the next likely ones are named with it."""
    survey, language = sheet.survey, sheet.language
    best, *others = proposals
    words = say("map_cells" if best.from_cells else "map_words", language, percent=round(100 * best.confidence))
    if others:
        labels = joined_words(", ", (survey.fields[other.field].label.in_(language) for other in others))
        words += say("map_or", language, labels=labels)
    return (
        ("" if _is_sure(sheet, proposals, proposed, child) else UNDECIDED) + best.field + child,
        survey.fields[best.field].label.in_(language),
        words,
    )


def _is_sure(sheet: DraftedSheet, proposals: tuple[Proposal, ...], proposed: Proposed, child: str) -> bool:
    """Whether the surest of some proposals is filled in, and no other column may be that question, of the same child
    where it is one's."""
    firsts = _first_proposed(sheet, proposed, child)
    return is_filled_in(sheet.survey, proposals) and firsts.count(proposals[0].field) < 2


def _first_proposed(sheet: DraftedSheet, proposed: Proposed, child: str) -> list[str]:
    """The likeliest question of each column that is proposed for a child, or for the row."""
    return [proposals[0].field for index, proposals in proposed.items() if header_about(sheet, index)[1] == child]
