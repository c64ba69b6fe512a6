"""Lists of the day that were filled in, into the store: what was done and the answers, all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cpms_cli.checking.mending.quarantine import free_name, unused_workbook
from cpms_cli.merging.merge import Incoming
from cpms_cli.merging.today_answers import AnswersRead, read_answers, take_in_answers
from cpms_cli.reading.header.mapping import Mapped
from cpms_cli.reading.response_log import read_responses
from cpms_cli.reading.source import Files, file_paths
from cpms_cli.store.access.connection import commit
from cpms_cli.store.access.write_outcome import made_beside
from cpms_cli.store.audit_log import Recorder, current_user
from cpms_cli.store.definitions.definition_in_use import check_is_followed, definition_to_write
from cpms_cli.store.file import open_store
from cpms_cli.store.logs.response_writing import Imported, Intake, take_in
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language


@dataclass(frozen=True)
class ListsRead:
    """What became of the `responses` and of the `answers` on some lists."""

    responses: Imported
    answers: AnswersRead

    @property
    def exit_code(self) -> int:
        """0: nothing is left to mend; 1: something was set aside, refused or not read."""
        return max(self.responses.exit_code, self.answers.exit_code)


def import_lists(  # noqa: PLR0913 - what the command takes
    paths: Files,
    store: str | Path,
    *,
    quarantine: str | Path | None = None,
    schemas: Path | None = None,
    encoding: str | None = None,
    language: Language = FALLBACK,
    tool_version: str = "",
    who: str | None = None,
    mapping: Mapped | None = None,
) -> ListsRead:
    """Record the responses in spreadsheets as `import_responses` does, and the answers on them, where they are today's
    lists, as `import_answers` does: in one transaction, as batches of their own. Raises as these do."""
    survey, store_path = definition_to_write(store, schemas), Path(store)
    files, aside = file_paths(paths), unused_workbook(quarantine)
    tables = read_responses(files, survey, encoding, mapping)
    given = read_answers(survey, files, encoding, language)
    recorder = Recorder(who or current_user(), tool_version)
    with made_beside(store_path) as made, open_store(store_path, survey, write=True, rows=given.count) as connection:
        check_is_followed(connection, survey)
        connection.execute("BEGIN")
        today = country_today()
        intake = Intake(files, recorder, lambda batch: aside or free_name(store_path, batch), today, language)
        imported = take_in(connection, survey, tables, intake)
        made.extend([imported.quarantine] if imported.quarantine else [])
        incoming = Incoming(files, (), recorder, store_path, None, language)
        answers = take_in_answers(connection, survey, given, incoming, made)
        commit(connection)
    return ListsRead(imported, answers)
