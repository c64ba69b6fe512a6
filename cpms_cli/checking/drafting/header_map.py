"""A first map of a file's headers, to be edited by the officer who knows the file and given with `--map`."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from cpms_cli.checking.drafting.drafted_map import MAP_COLUMNS, Candidates, Decided, Drafted
from cpms_cli.checking.drafting.header_lines import Proposed, header_about, header_lines, proposals_of
from cpms_cli.checking.drafting.map_answers import (
    ANSWER_COLUMNS,
    AnsweredColumn,
    answer_lines,
    column_texts,
    open_answer_lines,
    rows_moved,
)
from cpms_cli.checking.drafting.map_decisions import HeaderRow, with_decisions
from cpms_cli.checking.drafting.map_examples import DraftedSheet
from cpms_cli.checking.drafting.pooled_sheets import pool_sheets
from cpms_cli.errors import NoSurveyTable, OtherLayout
from cpms_cli.reading.cells import read_cells
from cpms_cli.reading.header.export_layouts import mark_repeat_groups
from cpms_cli.reading.header.mapping import (
    UNDECIDED,
    HeaderMap,
    Maps,
    check_headers_present,
    compared,
)
from cpms_cli.reading.header.side_by_side import of_any_child
from cpms_cli.reading.maps.several_maps import load_maps, map_of
from cpms_cli.reading.sheet.sheet_choice import may_hold_survey
from cpms_cli.reading.sheet.sheets import match_sheet
from cpms_cli.reading.source import SourceTable
from cpms_cli.reading.tables import read_sources
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.plain_text import plain_digits
from cpms_cli.survey.proposals.proposal_settings import proposal_settings

_AnswerRow = tuple[str, str, str, int, str, str]


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
            legends = replace(source, not_read=sources[0].not_read)
            sheet = DraftedSheet(survey, match_sheet(survey, legends, chosen), language, chosen, identified, begun)
            proposed = proposals_of(sheet)
            rows = [row for row in header_lines(sheet, source.header, proposed) if compared(row[0]) not in seen]
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


def _candidates(sheet: DraftedSheet, proposed: Proposed) -> dict[str, Candidates]:
    """What the headers of a sheet may be, those that wait for a person."""
    source = sheet.matched.source
    fields = {
        index: tuple(
            (proposal.field + header_about(sheet, index)[1], round(100 * proposal.confidence)) for proposal in proposals
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
    except OtherLayout:
        raise
    except NoSurveyTable:
        # Not one header is known: then they are told from the rows by their looks, and all wait for the officer.
        return mark_repeat_groups(read_cells(path, encoding=encoding))
    further = {sheet.sheet for sheet in sources[0].not_read if may_hold_survey(survey, sheet)}
    if not further:
        return sources
    # So are those of a further sheet, as of children beside their families.
    by_looks = [source for source in read_cells(path, encoding=encoding) if source.sheet in further]
    return mark_repeat_groups([*sources, *by_looks])
