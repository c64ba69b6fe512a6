"""A list of the day that comes back filled in: its responses and answers are stored."""

from __future__ import annotations

from dataclasses import asdict, replace

from cpms_cli.errors import UnreadableFile, UsageError
from cpms_cli.merging.filled_lists import import_lists
from cpms_cli.office.journal import OpenRun, Outcome
from cpms_cli.office.run_work import Work, stem_of
from cpms_cli.reading.arrivals import Arrived
from cpms_cli.reading.response_log import read_responses
from cpms_cli.store.file import is_begun
from cpms_cli.survey.model.definition import Survey


def take_in_lists(work: Work, survey: Survey, file: Arrived, opened: OpenRun | None, start: Outcome) -> Outcome | None:
    """Return what became of a list of the day that comes back filled in; None where the file is none."""
    try:
        rows = sum(len(table.rows) for table in read_responses([file.path], survey))
    except (UnreadableFile, UsageError):
        return None
    if not is_begun(work.office.store):
        return replace(start, messages=(work.say("office_responses_early", file=file.name),))
    if work.dry or opened is None:
        return replace(start, state="planned", rows_in=rows, stored=rows)
    aside = opened.journal.folder / opened.free_name(f"to_mend_{stem_of(file.name)}", ".xlsx")
    lists = import_lists(
        [file.path],
        work.office.store,
        quarantine=aside,
        language=work.language,
        tool_version=work.tool_version,
        who=work.office.who,
    )
    imported, read = lists.responses, lists.answers
    counts = {name: imported.total(name) for name in ("rows_in", "stored", "unchanged")}
    nothing = imported.total("rows_in") == 0 and read.answers == 0
    sentence_of = "office_responses_blank" if nothing else "office_responses"
    words = [work.say(sentence_of, file=file.name, stored=counts["stored"], answers=read.stored)]
    if counts["unchanged"] or read.unchanged:
        again = {"unchanged": counts["unchanged"], "answers": read.unchanged}
        words.append(work.say("office_responses_again", file=file.name, **again))
    words += [work.say("today_refused", **asdict(refused)) for refused in read.refused]
    if read.merged is not None and read.merged.quarantine is not None:
        words.append(work.say("merge_set_aside", file=read.merged.quarantine.name))
    set_aside = imported.total("quarantined") + read.set_aside + len(read.refused)
    name = aside.name if aside.exists() else ""
    outcome = replace(start, state="responses", messages=tuple(words), set_aside=set_aside, to_mend=name)
    return outcome.counted(counts)
