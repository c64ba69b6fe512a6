"""Source tables to survey tables: fields known, every distinct text cleaned once, row numbers kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.errors import NoSurveyTable, UsageError
from cpms_cli.reading.cells import read_sheets
from cpms_cli.reading.header.export_layouts import mark_repeat_groups
from cpms_cli.reading.header.headers import headed, header_spellings
from cpms_cli.reading.header.mapping import HeaderMap, Maps
from cpms_cli.reading.maps.map_lists import SHORT_YEARS
from cpms_cli.reading.maps.several_maps import check_maps_used, load_maps, map_of
from cpms_cli.reading.round_faults import round_faults
from cpms_cli.reading.sheet.date_parts import with_whole_dates
from cpms_cli.reading.sheet.names.nicknames import with_nicknames
from cpms_cli.reading.sheet.names.sex_of_titles import with_sex_of_titles
from cpms_cli.reading.sheet.names.whole_names import note_whole_names
from cpms_cli.reading.sheet.repeats import join_repeats
from cpms_cli.reading.sheet.row_keys import GivenKeys, check_village_used, with_row_keys
from cpms_cli.reading.sheet.sheet_choice import check_names, choose_tables
from cpms_cli.reading.sheet.sheet_rounds import round_given
from cpms_cli.reading.sheet.sheets import Sheet, understand
from cpms_cli.reading.sheet.unpivot import children_apart
from cpms_cli.reading.sheet.village_numbers import numbers_without_subdistrict
from cpms_cli.reading.source import SourceTable
from cpms_cli.reading.survey_table import Column, SurveyTable, is_round
from cpms_cli.reading.threads import on_each
from cpms_cli.reading.value.answers import NUMBER_CODES, Context
from cpms_cli.reading.value.dates import Evidence
from cpms_cli.reading.value.mapped_answers import with_meanings
from cpms_cli.reading.value.values import read_texts
from cpms_cli.survey.era import ERAS, Era
from cpms_cli.survey.model.definition import Survey, Table, folded
from cpms_cli.survey.plain_text import plain_digits
from cpms_cli.survey.proposals.unsure_words import is_unsure, why_unsure


def read_sources(
    path: Path,
    survey: Survey,
    encoding: str | None = None,
    chosen: HeaderMap | Sequence[HeaderMap] | None = None,
    names: Collection[str] | None = None,
) -> list[SourceTable]:
    """The sheets of one file, recognised by its content rather than its name; headers of maps help to find them.

    Of a workbook only the sheets of these `names`, where there are any. Raises UnreadableFile, or NoSurveyTable where
    no sheet has a header of the survey, UsageError where the workbook has none of the names.
    """
    maps = (chosen,) if isinstance(chosen, HeaderMap) else chosen or ()
    spellings = header_spellings(survey)
    for each in maps:
        spellings = {**spellings, **each.spellings()}
    sheets = mark_repeat_groups(read_sheets(path, spellings, encoding, names))
    return [with_whole_dates(survey, sheet, spellings) for sheet in sheets]


def is_log(survey: Survey, source: SourceTable) -> bool:
    """Whether a sheet is the response log as a bundle brings it, under the fields' own names.

    It may come from a store whose log has other columns beside the key.
    """
    return set(survey.response.primaryKey) <= set(source.header)


def distinct_texts(source: SourceTable, index: int) -> tuple[npt.NDArray[np.int32], pd.Series]:
    """A column of a sheet as it was written: for each row the position of its text among the distinct ones, or -1."""
    codes, texts = source.encoded(index)
    return codes, pd.Series(texts.to_pandas(), dtype="str")


def _column(survey: Survey, sheet: Sheet, index: int, name: str, context: Context | None = None) -> Column:
    source, field = sheet.source, survey.fields[name]
    meanings = context.meanings if context else {}
    codes, texts = source.encoded(index)
    read = read_texts(survey, field, with_meanings(survey, field, texts, meanings) if meanings else texts, context)
    if read.values.null_count:
        blank = pc.is_null(read.values).to_numpy(zero_copy_only=False)
        codes = np.where((codes >= 0) & blank[codes], np.int32(-1), codes)
    place = -1 if index in sheet.added else index
    by_map = meanings or (context is not None and context.short_era)
    evidence = (*read.evidence, _BY_MAP) if by_map else read.evidence
    return Column(field, place, source.header[index], codes, texts, read.values, read.questions, evidence)


# Rows set aside are read again without the map: what it decided is written out in them.
_BY_MAP = Evidence("answers_by_map")


def _context(survey: Survey, sheet: Sheet, round_: int | None) -> Context:
    """What the other columns are read by: the rounds of the sheet, and the workbook's date system."""
    years = [] if round_ is None else [str(round_)]
    name = survey.role("round").name
    place = next((index for index, field in sheet.fields.items() if field == name), None)
    if place is not None:
        years += _column(survey, sheet, place, name).values.drop_null().to_pylist()
    rounds = {int(year) for year in years if is_round(year)}
    return Context(tuple(sorted(rounds)), sheet.source.evidence.get("date_system", "1900"))


def survey_table(
    survey: Survey, sheet: Sheet, round_: int | None = None, chosen: HeaderMap | None = None
) -> SurveyTable:
    """The sheet as a table of the survey. Where it has no column for the round, its name may say it, else `round_`.
    `chosen` is the map by which its answers are read.

    Raises UsageError where these two differ, NoSurveyTable where a column of the row's key is not there, or that of
    consent may be one that is not read.
    """
    source = sheet.source
    place = {"file": source.path.name, "sheet": source.sheet or ""}
    names = set(sheet.fields.values())
    own = {field.name for field in survey.child.fields}
    table: Table = "child" if names & own else "household"
    round_, notes = round_given(survey, sheet, round_)
    given = {survey.role("round").name: str(round_)} if round_ is not None else {}
    lacking = [name for name in survey.key(table) if name not in names and name not in given]
    if lacking:
        raise _no_key(survey, sheet, lacking, place)
    if names & {field.name for field in survey.household.fields} - set(survey.child.shared):
        _check_consent(survey, sheet, place)
    context = _context(survey, sheet, round_)
    read = on_each(
        lambda item: _column(survey, sheet, *item, _with_meanings(context, chosen, source.header[item[0]], item[1])),
        sheet.fields.items(),
        len(source.rows),
    )
    columns = {column.field.name: column for column in _one_coding(read)}
    if chosen is not None:
        _check_words_sure(survey, source, columns.values(), chosen)
    if round_ is not None and survey.role("round").name in columns:
        _same_round(survey, columns[survey.role("round").name], round_, place)
    source = dataclasses.replace(source, faults=(*source.faults, *round_faults(survey, source, columns)))
    given = {name: value for name, value in given.items() if name not in columns}
    ignored = tuple(source.header[index] for index in sheet.unknown)
    return SurveyTable(
        source, table, columns, given, ignored, sheet.near, (*sheet.notes, *notes), sheet.unread, sheet.is_numbered
    )


def _with_meanings(context: Context, chosen: HeaderMap | None, header: str, name: str) -> Context:
    meanings = dict(chosen.answers_of(header, name)) if chosen else {}
    era: Era | None = next((era for era in ERAS if meanings.get(SHORT_YEARS) == era), None)
    if era is not None:
        del meanings[SHORT_YEARS]
    return dataclasses.replace(context, meanings=meanings, short_era=era) if meanings or era else context


def _check_words_sure(survey: Survey, source: SourceTable, columns: Iterable[Column], chosen: HeaderMap) -> None:
    """Raise UsageError where a map from a file makes a column a question under whose header words may mean something
    else, and does not say what. A CSV has no answers: it is refused only where yes would be read for no."""
    for column in columns:
        line, field = chosen.line(column.header), column.field
        if not chosen.file or line is None or line.field != field.name or column.index < 0:
            continue
        if not chosen.is_workbook and why_unsure(survey, field, column.header) != "reversed":
            continue
        meanings = chosen.answers_of(column.header, field.name)
        used = column.texts.take(pa.array(np.unique(column.codes[column.codes >= 0]))).to_pylist()
        unsure = [
            text for text in used if folded(text) not in meanings and is_unsure(survey, field, column.header, text)
        ]
        if unsure:
            answers = ", ".join(f"'{text}'" for text in unsure)
            place = {"map": chosen.file, "file": source.path.name, "header": column.header}
            raise UsageError("map_words_unsure", field=field.name, answers=answers, **place)


def _one_coding(columns: list[Column]) -> list[Column]:
    """The columns; where most with one list of answers leave open what 1 and 2 mean, 1 alone is open as well."""
    lists = {column.field.codelist for column in columns if column.asked(NUMBER_CODES).any()}
    for name in lists:
        alike = {
            place: [plain_digits(text).strip() for text in column.texts.to_pylist()]
            for place, column in enumerate(columns)
            if column.field.codelist == name
        }
        asked = [place for place in alike if columns[place].asked(NUMBER_CODES).any()]
        plain = [place for place, texts in alike.items() if place not in asked and "1" in texts]
        if len(asked) < max(2, len(plain)) or any("0" in texts for texts in alike.values()):
            continue
        for place in plain:
            column, ones = columns[place], pa.array([text == "1" for text in alike[place]])
            questions = pa.nulls(len(ones), pa.string()) if column.questions is None else column.questions
            columns[place] = dataclasses.replace(
                column,
                values=pc.if_else(ones, column.texts, column.values),
                questions=pc.if_else(ones, NUMBER_CODES, questions),
            )
    return columns


def _no_key(survey: Survey, sheet: Sheet, lacking: Sequence[str], place: dict[str, str]) -> NoSurveyTable:
    """What to say of a sheet that lacks a column of its key: which of its headers may be the one that is missed."""
    if survey.role("village").name in lacking and _counts_children(survey, sheet):
        lacking = [name for name in lacking if name != survey.role("line").name]
    labels = ", ".join(f"{name} ({headed(survey.fields[name])})" for name in lacking)
    header = sheet.source.header
    near = [f"'{header[index]}' = {miss.field}" for index, miss in sheet.near.items() if miss.field in lacking]
    if near:
        return NoSurveyTable("key_column_near", fields=labels, near=", ".join(near), **place)
    if sheet.layout and sheet.layout.is_repeat_group(header) and not sheet.added:
        home = [name for name in lacking if name in survey.child.shared]
        labels = ", ".join(f"{name} ({headed(survey.fields[name])})" for name in home)
        return NoSurveyTable("parent_sheet_missing", fields=labels, column=sheet.layout.parent, **place)
    if survey.role("village").name in lacking:
        if column := numbers_without_subdistrict(sheet):
            return NoSurveyTable("key_subdistrict_missing", column=column, **place)
        return NoSurveyTable("key_village_missing", fields=labels, **place)
    message = "key_round_missing" if survey.role("round").name in lacking else "key_column_missing"
    return NoSurveyTable(message, fields=labels, **place)


def _counts_children(survey: Survey, sheet: Sheet) -> bool:
    """Whether the children of a sheet are counted by itself once their homes are known."""
    line = survey.role("line").name
    return not any(miss.field == line for miss in sheet.near.values()) and not sheet.source.has_repeats


def _check_consent(survey: Survey, sheet: Sheet, place: dict[str, str]) -> None:
    """Refuse a sheet of families that seems to say who consented: read without it, a no would count for nothing."""
    consent = survey.role("consent")
    near = [sheet.source.header[index] for index, miss in sheet.near.items() if miss.field == consent.name]
    if near and sheet.place(consent.name) is None:
        columns = ", ".join(f"'{header}'" for header in near)
        raise NoSurveyTable("consent_column_near", field=consent.name, columns=columns, **place)


def _same_round(survey: Survey, column: Column, round_: int, place: dict[str, str]) -> None:
    other = sorted(set(column.values.drop_null().to_pylist()) - {str(round_)})
    if other:
        raise UsageError("round_differs", given=round_, years=", ".join(other[:3]), **place)


@dataclass(frozen=True)
class ReadAs:
    """How files are to be read, where they do not say it themselves.

    `round`: the survey's year. `encoding`: that of a text file. `mapping`: which headers are which fields, as a file,
    as several, of which each file goes by the one whose headers it has, or as a mapping. `sheets`: the names of the
    sheets to be read, None for all that hold the survey. `village`: its code, or that of its subdistrict; with
    `village_of_some`, files that say their own keep it, as where it is given for several files.
    """

    round: int | None = None
    encoding: str | None = None
    mapping: Maps | None = None
    sheets: Collection[str] | None = None
    village: str | None = None
    village_of_some: bool = False


AS_THEY_ARE = ReadAs()


def read_files(paths: Iterable[Path], survey: Survey, read_as: ReadAs = AS_THEY_ARE) -> list[SurveyTable]:
    """Read files of the survey that belong together: children in one file may have their households in another.

    Raises as `read` does, for the first file that cannot be read.
    """
    maps, round_, names = load_maps(read_as.mapping, survey), read_as.round, read_as.sheets
    files = [read_sources(path, survey, read_as.encoding, maps, names or None) for path in paths]
    check_names(names or (), files)
    check_maps_used(maps, files)
    by_file = {file[0].path: map_of(maps, file) for file in files if file}
    without_logs = [[source for source in file if not is_log(survey, source)] for file in files]
    if files and not any(without_logs):
        raise NoSurveyTable("is_response_log", file=files[0][0].path.name)
    for sources, of_survey_alone in zip(files, without_logs, strict=True):
        if sources and not of_survey_alone:
            raise UsageError("today_with_survey", file=sources[0].path.name)
    of_survey = [
        source for file in without_logs if file for source in choose_tables(survey, file, by_file[file[0].path], round_)
    ]
    parts = [
        part
        for source in of_survey
        for part in children_apart(survey, understand(survey, source, by_file[source.path]))
    ]
    given = GivenKeys(round_, read_as.village, several=read_as.village_of_some or len(files) > 1)
    keyed = join_repeats(survey, [with_row_keys(survey, sheet, given) for sheet in parts])
    if len(files) > 1:
        check_village_used(keyed, given)
    plain = [with_nicknames(survey, sheet) for sheet in keyed]
    noted = [note_whole_names(survey, sheet, decided=by_file[sheet.source.path] is not None) for sheet in plain]
    sheets = [with_sex_of_titles(survey, sheet) for sheet in noted]
    return [survey_table(survey, sheet, round_, by_file[sheet.source.path]) for sheet in sheets]


def read(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    path: Path,
    survey: Survey,
    round_: int | None = None,
    encoding: str | None = None,
    mapping: Maps | None = None,
    names: Collection[str] | None = None,
    village: str | None = None,
) -> list[SurveyTable]:
    """Read one file of the survey: CSV or workbook, flat or in two sheets, Thai or English headers, or an export.

    Raises UnreadableFile (missing, damaged, hostile, no table of the survey), UsageError where the map of headers does
    not fit, and never touches anything else.
    """
    return read_files([path], survey, ReadAs(round_, encoding, mapping, names, village))
