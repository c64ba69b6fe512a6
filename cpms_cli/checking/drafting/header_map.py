"""A first map of a file's headers, to be edited by the officer who knows the file and given with `--map`."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from cpms_cli.checking.drafting.choice_lines import choice_lines
from cpms_cli.checking.drafting.drafted_map import MAP_COLUMNS, Candidates, Decided, Drafted
from cpms_cli.checking.drafting.map_answers import (
    ANSWER_COLUMNS,
    AnsweredColumn,
    answer_lines,
    column_texts,
    open_answer_lines,
    rows_moved,
)
from cpms_cli.checking.drafting.map_decisions import HeaderRow, with_decisions
from cpms_cli.checking.drafting.map_examples import DraftedSheet, show_answers, show_cells, show_guessed_cells
from cpms_cli.checking.drafting.map_unread import describe_unread
from cpms_cli.checking.drafting.pooled_sheets import pool_sheets
from cpms_cli.checking.proposing.column_proposals import Proposal, also, is_filled_in, propose
from cpms_cli.errors import NoSurveyTable
from cpms_cli.reading.cells import read_cells
from cpms_cli.reading.header.export_layouts import aside_columns, find_column, mark_repeat_groups
from cpms_cli.reading.header.headers import spelt
from cpms_cli.reading.header.mapping import (
    UNDECIDED,
    HeaderMap,
    Maps,
    check_headers_present,
    compared,
)
from cpms_cli.reading.header.several_maps import load_maps, map_of
from cpms_cli.reading.header.side_by_side import child_apart, of_any_child
from cpms_cli.reading.sheet.names.sex_of_titles import title_column
from cpms_cli.reading.sheet.names.whole_names import whole_names
from cpms_cli.reading.sheet.sheet_choice import may_hold_survey
from cpms_cli.reading.sheet.sheets import match_sheet, questions_of_others
from cpms_cli.reading.sheet.unread import UnreadColumn
from cpms_cli.reading.source import SourceTable
from cpms_cli.reading.tables import read_sources
from cpms_cli.survey.files.loading import load_survey
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.plain_text import plain_digits
from cpms_cli.survey.speech.proposal_settings import proposal_settings

_MOST_CELLS = 1_000

_AnswerRow = tuple[str, str, str, int, str, str]
_Proposed = Mapping[int, tuple[Proposal, ...]]
"""What the columns of a sheet may be, by column: worked out once, since every line asks for its rivals."""


def draft_map(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    path: str | Path,
    *further: str | Path,
    schemas: Path | None = None,
    encoding: str | None = None,
    language: Language = FALLBACK,
    mapping: Maps | None = None,
    identified: bool = False,
) -> pd.DataFrame:
    """Every header of some files with the field it names: header, field, label, match (how sure), examples.

    `field` begins with a question mark where somebody has to decide: the header is nearly a field's, or by its words
    and its cells may be one's; two columns claim one; or what is not known holds answers. It is without the mark where
    that is surer than `schemas/proposals.yaml` demands. It is "leave out" where `mapping`, an earlier map, says so, and
    blank for other columns that are not read. Examples are three cells; where they may be personal they are masked
    unless `identified`. Raises UnreadableFile, UsageError, DefinitionError.
    """
    files = (path, *further)
    drafted = draft(files, load_survey(schemas), encoding, language, mapping, identified=identified)
    return drafted.headers


def draft(  # noqa: PLR0913 - what `draft_map` is asked, by a definition that is loaded
    files: Sequence[str | Path],
    survey: Survey,
    encoding: str | None = None,
    language: Language = FALLBACK,
    mapping: Maps | None = None,
    *,
    identified: bool = False,
    begun: HeaderMap | None = None,
    decided: Decided | None = None,
) -> Drafted:
    """The map as `draft_map` has it, and with it the answers that are not known.

    `begun` is a map that is half answered, whose decisions are kept; `decided` what was chosen since.
    """
    maps = load_maps(mapping, survey)
    candidates: dict[str, Candidates] = {}
    header_rows: list[HeaderRow] = []
    answer_rows: list[_AnswerRow] = []
    seen: set[str] = set()
    files_read = [_sources(Path(file), survey, encoding, (*maps, *filter(None, [begun]))) for file in files]
    if begun is not None:
        check_headers_present(begun, [source for sources in files_read for source in sources])
    for sources in files_read:
        chosen = map_of(maps, sources)
        for source in pool_sheets(sources):
            sheet = DraftedSheet(survey, match_sheet(survey, source, chosen), language, chosen, identified, begun)
            proposed = _proposals(sheet)
            rows = [row for row in _rows(sheet, source.header, proposed) if compared(row[0]) not in seen]
            rows = list({(compared(row[0]), row[1]): row for row in reversed(rows)}.values())[::-1]
            candidates |= {key: likely for key, likely in _candidates(sheet, proposed).items() if key not in seen}
            rows = list(with_decisions(survey, rows, begun, decided or {}, language))
            seen |= {compared(row[0]) for row in rows}
            header_rows += rows
            answer_rows += _answers_of(sheet, header_rows)
    headers = pd.DataFrame(header_rows, columns=list(MAP_COLUMNS), dtype="str")
    answers = pd.DataFrame(answer_rows, columns=list(ANSWER_COLUMNS))
    keys = ["header", "field", "answer"]
    counted = answers.groupby(keys, sort=False, dropna=False)["count"].sum().reset_index() if len(answers) else answers
    merged = answers.drop(columns="count").drop_duplicates(keys).merge(counted, on=keys) if len(answers) else answers
    return Drafted(headers, merged[list(ANSWER_COLUMNS)], candidates)


def _candidates(sheet: DraftedSheet, proposed: _Proposed) -> dict[str, Candidates]:
    """What the headers of a sheet may be, those that wait for a person."""
    source = sheet.matched.source
    fields = {
        index: tuple(
            (proposal.field + _about(sheet, index)[1], round(100 * proposal.confidence)) for proposal in proposals
        )
        for index, proposals in proposed.items()
    }
    fields |= {index: ((miss.field, round(100 * miss.likeness)),) for index, miss in sheet.matched.near.items()}
    return {
        compared(header): Candidates(source.group(index), fields.get(index, ()))
        for index, header in reversed(list(enumerate(source.header)))
        if header.strip()
    }


def _answers_of(sheet: DraftedSheet, rows: Sequence[HeaderRow]) -> Iterator[_AnswerRow]:
    """The answers that are not known, of the columns that are a question of a list, or may be."""
    places = {compared(header): index for index, header in reversed(list(enumerate(sheet.matched.source.header)))}
    named = [
        (compared(row[0]), sheet.survey.fields.get(of_any_child(sheet.survey, row[1].removeprefix(UNDECIDED))))
        for row in rows
    ]
    columns = [
        AnsweredColumn(sheet.matched.source, places[header], field)
        for header, field in named
        if field is not None and header in places and places[header] not in sheet.matched.folded
    ]
    moved = rows_moved(sheet.survey, columns)
    for column in columns:
        given = [held.answers_of(column.header, column.field.name) for held in (sheet.chosen, sheet.begun) if held]
        yield from answer_lines(sheet.survey, column, moved, dict(ChainMap(*given)), sheet.language)
    for header, wanted in ((compared(row[0]), row[1]) for row in rows):
        if header not in places:
            continue
        if wanted == UNDECIDED or _may_be_coded(sheet, wanted, places[header]):
            yield from open_answer_lines(sheet.survey, sheet.matched.source, places[header], sheet.language)


def _may_be_coded(sheet: DraftedSheet, wanted: str, index: int) -> bool:
    """Whether a line only proposes a number, and its few numbers may rather be the codes of answers to a question."""
    field = sheet.survey.fields.get(of_any_child(sheet.survey, wanted.removeprefix(UNDECIDED)))
    if not wanted.startswith(UNDECIDED) or field is None or field.type not in ("integer", "number"):
        return False
    numbers = {plain_digits(text).strip() for text in column_texts(sheet.matched.source, index)}
    return numbers <= proposal_settings().number_codes


def _sources(path: Path, survey: Survey, encoding: str | None, maps: Sequence[HeaderMap]) -> list[SourceTable]:
    try:
        sources = read_sources(path, survey, encoding, maps)
    except NoSurveyTable:
        # Not one header is known: then they are told from the rows by their looks, and all wait for the officer.
        return mark_repeat_groups(read_cells(path, encoding=encoding))
    further = {sheet.sheet for sheet in sources[0].not_read if may_hold_survey(survey, sheet)}
    if not further:
        return sources
    # So are those of a further sheet, as of children beside their families.
    by_looks = [source for source in read_cells(path, encoding=encoding) if source.sheet in further]
    return mark_repeat_groups([*sources, *by_looks])


def _rows(sheet: DraftedSheet, header: tuple[str, ...], proposed: _Proposed) -> Iterator[HeaderRow]:
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
                yield from _family_name_line(sheet, index, name, child)
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
            yield from _unread_lines(sheet, unread[index])


def _unread_lines(sheet: DraftedSheet, column: UnreadColumn) -> Iterator[HeaderRow]:
    """The line of a column that is not read; and one for the family name, where it is nearly the given name's."""
    survey, matched = sheet.survey, sheet.matched
    shown = show_answers(sheet, column.index) if column.holds_answers else show_cells(sheet, column.index, None)
    header = matched.source.header[column.index]
    yield (header, *describe_unread(survey, matched, column, sheet.language), shown)
    if column.why == "near" and column.may_be:
        yield from _family_name_line(sheet, column.index, column.may_be, None)


def _family_name_line(sheet: DraftedSheet, index: int, name: str, child: int | None) -> Iterator[HeaderRow]:
    """A further line for a column of given names that may have the family names as well."""
    survey, matched = sheet.survey, sheet.matched
    children = [field for number, field in matched.side_by_side.children.values() if number == child]
    fields = {*matched.match.fields.values(), *children}
    texts = pd.Series(column_texts(matched.source, index)[:_MOST_CELLS], dtype="str")
    if name != survey.role("given_name").name or not whole_names(survey, texts, fields):
        return
    family = survey.role("family_name")
    wanted = UNDECIDED + family.name + ("" if child is None else f"_{child}")
    label = family.label.in_(sheet.language)
    yield matched.source.header[index], wanted, label, say("map_family", sheet.language), show_cells(sheet, index, name)


def _proposals(sheet: DraftedSheet) -> _Proposed:
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
    taken |= {f"_{child}": of_homes | {name for of, name in children if of == child} for child, _ in children}
    aside = {spelt(name) for name in (*aside_columns().numbering, *aside_columns().remarks)}
    proposed = {
        column.index: propose(
            survey,
            about,
            column_texts(matched.source, column.index)[:_MOST_CELLS],
            taken.get(child, of_homes),
            matched.source.group(column.index),
        )
        for column in matched.unread
        if column.why == "unknown" and column.header.strip() and spelt(column.header) not in aside
        for about, child in [_about(sheet, column.index)]
    }
    return {**{index: proposals for index, proposals in proposed.items() if proposals}, **_day_of_form(sheet)}


def _day_of_form(sheet: DraftedSheet) -> _Proposed:
    """The column in which a program notes when a form was filled in, as the day of the interview, where none is known:
    not of a repeat group, whose rows have it from the sheet around them."""
    layout, header, visited = sheet.matched.layout, sheet.matched.source.header, sheet.survey.role("visited").name
    if layout is None or layout.is_repeat_group(header) or visited in sheet.matched.match.fields.values():
        return {}
    places = [place for name in layout.days if (place := find_column(header, name)) is not None]
    decided = sheet.chosen is not None and any(sheet.chosen.line(header[place]) is not None for place in places)
    return {} if decided or not places else {places[0]: (Proposal(visited, proposal_settings().confidence.from_cells),)}


def _about(sheet: DraftedSheet, index: int) -> tuple[str, str]:
    """What the header of a column asks, and how the names of its child's fields end in a map ("" where it is no one
    child's), in a sheet whose children stand side by side."""
    header = sheet.matched.source.header[index]
    if sheet.matched.layout is not None:
        header = header.rpartition("/")[2] or header  # the names of a form's groups say little of its questions
    apart = child_apart(header) if sheet.matched.side_by_side.children else None
    return (header, "") if apart is None else (apart[0], f"_{apart[1]}")


def _proposed_lines(sheet: DraftedSheet, index: int, proposed: _Proposed) -> Iterator[HeaderRow]:
    """The line of a column that may be a question; and one for each further question that it answers as well."""
    header, proposals = sheet.matched.source.header[index], proposed[index]
    about, child = _about(sheet, index)
    is_sure = _is_sure(sheet, proposals, proposed, child)
    further = also(sheet.survey, about, proposals, column_texts(sheet.matched.source, index)[:_MOST_CELLS])
    firsts = tuple(proposal for proposal in proposals if proposal not in further)
    line = _proposed_line(sheet, firsts, proposed, child)
    yield (header, *line, show_guessed_cells(sheet, index, proposals[0].field))
    for other in further:
        label = sheet.survey.fields[other.field].label.in_(sheet.language)
        sure = say("map_also", sheet.language, percent=round(100 * other.confidence))
        mark = "" if is_sure and _is_sure(sheet, (other,), proposed, child) else UNDECIDED
        yield header, mark + other.field + child, label, sure, show_guessed_cells(sheet, index, other.field)


def _proposed_line(
    sheet: DraftedSheet, proposals: tuple[Proposal, ...], proposed: _Proposed, child: str
) -> tuple[str, str, str]:
    """Field, label and how sure, of a column that may be a question; the next likely ones are named with it."""
    survey, language = sheet.survey, sheet.language
    best, *others = proposals
    words = say("map_cells" if best.from_cells else "map_words", language, percent=round(100 * best.confidence))
    if others:
        labels = ", ".join(survey.fields[other.field].label.in_(language) for other in others)
        words += say("map_or", language, labels=labels)
    return (
        ("" if _is_sure(sheet, proposals, proposed, child) else UNDECIDED) + best.field + child,
        survey.fields[best.field].label.in_(language),
        words,
    )


def _is_sure(sheet: DraftedSheet, proposals: tuple[Proposal, ...], proposed: _Proposed, child: str) -> bool:
    """Whether the surest of some proposals is filled in, and no other column may be that question, of the same child
    where it is one's."""
    firsts = [all_proposals[0].field for index, all_proposals in proposed.items() if _about(sheet, index)[1] == child]
    return is_filled_in(sheet.survey, proposals) and firsts.count(proposals[0].field) < 2
