"""One file of the inbox on its way into the store: read in the way that fits, checked, marked, merged.

What only one file is at fault for is said of that file, and the others go on. What the store is at fault for ends the
run: errors of the store are not caught here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cpms_cli.checking.columns_not_read import Asked, check_answers_read
from cpms_cli.checking.drafting.drafted_map import map_bytes
from cpms_cli.checking.drafting.header_map import draft
from cpms_cli.checking.interview_years import INTERVIEWS_AFTER_ROUND, LAST_YEARS_FORM
from cpms_cli.checking.mending.annotation import annotate
from cpms_cli.checking.mending.quarantine import has_same_rows
from cpms_cli.checking.validation import Validation
from cpms_cli.errors import AnswersNotRead, CpmsError, DefinitionError, NoSurveyTable, UnreadableFile, UsageError
from cpms_cli.merging.compare import validate_against_store
from cpms_cli.merging.merge import Merge, merge
from cpms_cli.office.inbox.left_behind import columns_left, columns_without_text, left_behind
from cpms_cli.office.inbox.lists_taken_in import take_in_lists
from cpms_cli.office.inbox.maps_tried import fitting_map
from cpms_cli.office.inbox.waiting import SLIPS, why_waits
from cpms_cli.office.journal import OpenRun, Outcome
from cpms_cli.office.run_work import Work, stem_of
from cpms_cli.office.settings import MAPS
from cpms_cli.reading.arrivals import Arrived
from cpms_cli.reading.header.mapping import FIELD, UNDECIDED, WORKBOOK
from cpms_cli.reports.files.how_read import run_lines
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import is_begun
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import sentence
from cpms_cli.survey.model.definition import Survey
from cpms_cli.writing.files import write_bytes

# What a file that does not say it is given by the office: the error that it lacks it, and the option.
_ROUND, _VILLAGE, _SUBDISTRICT = "key_round_missing", "key_village_missing", "key_subdistrict_missing"
_OF_VILLAGE = 6  # digits: the code of a subdistrict or of a village
_LEAST_HEADERS = 3  # so many headers must be known, or nearly, for a file to be asked about


class _MapWaits(Exception):
    """Somebody has to decide something of a file first, as `sentence` says; `mapping` is the map that fits it."""

    def __init__(self, mapping: Path | None, sentence: str) -> None:
        super().__init__(mapping)
        self.mapping, self.sentence = mapping, sentence


def take_in(work: Work, file: Arrived, opened: OpenRun | None, recorded: Outcome | None = None) -> Outcome:
    """Return what became of a new file, of which `recorded` is what an earlier run did. `opened` is None where nothing
    is written.

    Raises StoreError and KeyMissing, which end the run.
    """
    start, survey = Outcome(file.name, "left_out", file.digest), definition_in_use(work.office.store)
    try:
        outcome = take_in_lists(work, survey, file, opened, start)
        return outcome or _survey(work, survey, file, opened, start)
    except AnswersNotRead as error:
        # A book with a sheet for each village has each header several times.
        unread = dict.fromkeys(str(column["header"]) for column in error.columns if column["holds_answers"])
        headers = ", ".join(f"'{header}'" for header in unread)
        start = replace(start, messages=(work.say("office_answers", file=file.name, headers=headers),))
        return _map_needed(work, file, opened, start, recorded)
    except _MapWaits as waits:
        start = replace(start, messages=(waits.sentence,))
        return _map_needed(work, file, opened, start, None if waits.mapping else recorded, waits.mapping)
    except (UnreadableFile, UsageError) as error:
        mapping = fitting_map(survey, work.maps, file.path)[0] if isinstance(error, NoSurveyTable) else None
        start = replace(start, messages=(sentence(error, work.language), *_way_round(work, file, error, mapping)))
        if not isinstance(error, NoSurveyTable) or mapping is not None:
            return start  # what it lacks is nothing that a map could say, or what a map says already
        return _map_needed(work, file, opened, start, recorded)


def _way_round(work: Work, file: Arrived, error: CpmsError, mapping: Path | None) -> list[str]:
    """What to do about a village that neither the file nor the office says: a run is of all files, and is told none."""
    if error.message_id not in (_VILLAGE, _SUBDISTRICT):
        return []
    option = f' --map "{mapping}"' if mapping else ""
    return [work.say("office_village", path=file.path, map=option)]


def _survey(work: Work, survey: Survey, file: Arrived, opened: OpenRun | None, start: Outcome) -> Outcome:
    mapping, broken = fitting_map(survey, work.maps, file.path)
    try:
        validation, options = _validated(work, file.path, mapping)
        # Before anything is written: of a file that waits for a map, nothing is.
        check_answers_read(survey, validation.tables, Asked([file.path], mapping), "merge", work.language)
    except (AnswersNotRead, NoSurveyTable):
        if broken:
            raise broken[0] from None
        raise
    except UsageError as error:
        if mapping is None or error.message_id != "map_words_unsure":
            raise
        raise _answers_unknown(work, file, mapping, [str(error.values["answers"]).strip("'")]) from None
    if last_year := _of_last_year(work, file, validation):
        return replace(start, messages=(last_year,))
    if waits := why_waits(survey, validation, mapping, work.language):
        raise _MapWaits(mapping, waits)
    if mapping is not None and (unknown := _unknown_answers(survey, file.path, mapping)):
        raise _answers_unknown(work, file, mapping, unknown)
    notes = [work.say("office_map_used", file=file.name, map=mapping.name)] if mapping else []
    notes += [work.say("office_round_given", file=file.name)] if "round_" in options else []
    notes += [work.say("office_area_given", file=file.name, area=options["village"])] if "village" in options else []
    to_look_at = validation.warnings
    if work.dry or opened is None:
        rows, errors = validation.rows, validation.rows_with_errors
        return replace(
            start,
            state="planned",
            messages=tuple(notes),
            rows_in=rows,
            stored=rows - errors,
            set_aside=errors,
            to_look_at=to_look_at,
        )
    planned = replace(start, state="planned", messages=tuple(notes), to_look_at=to_look_at)
    planned = _store(work, survey, file, opened, planned, options)
    return _marked(work, validation, opened, planned)


def _store(  # noqa: PLR0913 - all that a file is stored with
    work: Work, survey: Survey, file: Arrived, opened: OpenRun, planned: Outcome, options: dict[str, Any]
) -> Outcome:
    """Store the rows of a file, and set aside what is to be mended."""
    journal, aside = opened.journal, opened.free_name(f"to_mend_{stem_of(file.name)}", ".xlsx")
    begun = journal.outcomes.get(file.digest)
    planned = replace(planned, to_mend=aside)
    # Written down before anything is stored: a run that is cut short finds the workbook again.
    journal.outcomes[file.digest] = planned
    journal.keep()
    try:
        merged = _merged(work, file.path, journal.folder / aside, options)
    except CpmsError:
        del journal.outcomes[file.digest]
        raise
    if begun is not None and begun.to_mend and has_same_rows(journal.folder / begun.to_mend, journal.folder / aside):
        # The run was cut short when it had set these rows aside: somebody may be mending them there.
        (journal.folder / aside).unlink()
        planned = replace(planned, to_mend=begun.to_mend)
    behind = left_behind(survey, merged, work.language)
    remarks = (*columns_left(merged, work.language), *columns_without_text(merged, work.language))
    words = (*planned.messages, *run_lines(merged.tables, work.language), *behind, *remarks)
    return _counted(replace(planned, messages=words, not_stored=len(behind)), merged, journal.folder)


def _answers_unknown(work: Work, file: Arrived, mapping: Path, answers: Sequence[str]) -> _MapWaits:
    quoted = ", ".join(f"'{answer}'" for answer in answers)
    return _MapWaits(mapping, work.say("office_map_answers", file=file.name, answers=quoted))


def _unknown_answers(survey: Survey, path: Path, mapping: Path) -> list[str]:
    """The answers of a file that a map does not know and that stand in many rows. What stands in one or two is a slip,
    and is set aside to be mended."""
    if mapping.suffix.casefold() != WORKBOOK:
        return []
    answers = draft([path], survey, mapping=mapping).answers
    waits = (answers["means"] == "") | answers["means"].str.startswith(UNDECIDED)
    return list(dict.fromkeys(answers.loc[waits & (answers["count"] > SLIPS), "answer"]))


def _validated(work: Work, path: Path, mapping: Path | None) -> tuple[Validation, dict[str, Any]]:
    """Check a file as it is; where it does not say its round or its village, with those of the office."""
    office = work.office
    store = office.store if is_begun(office.store) else None
    # The round of the office is nobody's word on a file: it may be that of last year still.
    options: dict[str, Any] = {"mapping": mapping, "round_is_sure": False}
    area = office.area if office.area and len(office.area) >= _OF_VILLAGE else None
    given = {_ROUND: ("round_", office.round), _VILLAGE: ("village", area)}
    while True:
        try:
            return validate_against_store(path, store, **options), options
        except NoSurveyTable as error:
            lacks = _VILLAGE if error.message_id == _SUBDISTRICT else error.message_id
            option, value = given.pop(lacks, ("", None))
            if value is None and lacks == _VILLAGE and _ROUND in given:
                option, value = given.pop(_ROUND)  # what the office has is not asked for with what it has not
            if value is None:
                raise
            options[option] = value


def _of_last_year(work: Work, file: Arrived, validation: Validation) -> str:
    """What to say of last year's form, filled in this year: stored, it would stand in the place of last year's answers.

    Its rows say a round before the office's, or one that the store has for these homes, and most of its interviews are
    of the year after."""
    late = validation.findings[validation.findings["check"].isin([LAST_YEARS_FORM, INTERVIEWS_AFTER_ROUND])]
    for fault in late.to_dict("records"):
        figures = json.loads(str(fault["figures"]))
        before_office = work.office.round is not None and figures["round"] < work.office.round
        if fault["check"] == LAST_YEARS_FORM or before_office:
            years = {"round": figures["round"], "wanted": figures["year"]}
            shown = {name: shown_year(year, work.language) for name, year in years.items()}
            return work.say("office_last_year", file=file.name, path=file.path, **shown)
    return ""


def _merged(work: Work, path: Path, aside: Path, options: dict[str, Any]) -> Merge:
    return merge(
        [path],
        work.office.store,
        quarantine=aside,
        language=work.language,
        tool_version=work.tool_version,
        who=work.office.who,
        **options,
    )


def _counted(planned: Outcome, merged: Merge, folder: Path) -> Outcome:
    counts = {name: merged.total(name) for name in ("rows_in", "stored", "unchanged")}
    aside = planned.to_mend if (folder / planned.to_mend).exists() else ""
    counts["set_aside"] = merged.total("quarantined")
    return replace(planned, state="stored", to_mend=aside).counted(counts)


def _marked(work: Work, validation: Validation, opened: OpenRun, outcome: Outcome) -> Outcome:
    """Write a copy of the file with its cells marked and what is safe mended, where there is anything to look at."""
    if validation.findings.empty:
        return outcome
    name = opened.free_name(f"checked_{stem_of(outcome.file)}", ".xlsx")
    failed: CpmsError | None = None
    # Where a mended cell would be read otherwise, the cells are marked alone, and the officer mends them.
    for fix in (True, False):
        try:
            annotate(validation, opened.journal.folder / name, language=work.language, fix=fix)
        except (UsageError, UnreadableFile, DefinitionError) as error:
            failed = error
        else:
            return replace(outcome, checked=name)
    # The rows are stored, and those to mend have a workbook of their own.
    return replace(outcome, messages=(*outcome.messages, *([sentence(failed, work.language)] if failed else [])))


def note_as_stored(outcome: Outcome, counts: Mapping[str, int], folder: Path) -> Outcome:
    """The outcome of a file that a run stored, and was cut short before it could write that down."""
    aside = outcome.to_mend if outcome.to_mend and (folder / outcome.to_mend).exists() else ""
    return replace(outcome, state="stored", to_mend=aside).counted(counts)


def _map_needed(  # noqa: PLR0913 - what a file is left out with
    work: Work,
    file: Arrived,
    opened: OpenRun | None,
    start: Outcome,
    recorded: Outcome | None,
    mapping: Path | None = None,
) -> Outcome:
    """The file is left out until somebody says which header is which question: with a map to do so, where that helps;
    what `mapping` decides is kept in it.

    A map that an earlier run wrote for this very file is not written again: somebody may be filling it in."""
    if recorded is not None and recorded.map:
        return replace(start, messages=recorded.messages, map=recorded.map)
    try:
        survey = definition_in_use(work.office.store)
        drafted = draft([file.path], survey, language=work.language, mapping=mapping)
    except CpmsError:
        return start
    if drafted.headers[FIELD].str.strip("? ").ne("").sum() < _LEAST_HEADERS or opened is None:
        return start
    name = opened.free_name(f"map_{stem_of(file.name)}", WORKBOOK)
    folder = opened.journal.folder
    write_bytes(folder / name, map_bytes(survey, drafted, folder / name, work.language))
    further = work.say("office_map_needed", map=f"{folder.name}/{name}", folder=MAPS)
    return replace(start, messages=(*start.messages, further), map=name)


def sums(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """The sums of the counts over some files."""
    names = ("rows_in", "stored", "unchanged", "set_aside", "to_look_at")
    return {name: sum(getattr(outcome, name) for outcome in outcomes) for name in names}
