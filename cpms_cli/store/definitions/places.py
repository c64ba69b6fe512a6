"""What stands in the way of following a definition, and where in its files."""

from __future__ import annotations

from dataclasses import dataclass

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.schema_files import read_survey
from cpms_cli.survey.model.definition import Survey, TableSchema


@dataclass(frozen=True)
class Obstacle:
    """A reason why a store cannot follow a definition: a sentence with its values, and where in the definition."""

    message_id: str
    values: dict[str, object]


class Places:
    """Where questions, codes and indicators stand in the files of a definition."""

    def __init__(self, survey: Survey) -> None:
        self._reader = Reader(survey.folder)
        read_survey(self._reader)

    def of_field(self, schema: TableSchema, name: str, *parts: str) -> dict[str, object]:
        """Return file and line of a question; or of the first of these parts of its entry that is written there."""
        index = next(index for index, field in enumerate(schema.fields) if field.name == name)
        document = self._reader.documents[f"{schema.name}.yaml"]
        entry = document.line("fields", index)
        lines = (document.line("fields", index, part) for part in parts)
        return {"file": document.file, "line": next((line for line in lines if line != entry), entry)}

    def of_indicator(self, index: int) -> dict[str, object]:
        """Return file and line of an indicator, by its place among them."""
        document = self._reader.documents["indicators.yaml"]
        return {"file": document.file, "line": document.line("indicators", index)}

    def of_code(self, codelist: str, code: str) -> dict[str, object]:
        """Return file and line of a code."""
        return {"file": f"codelists/{codelist}.csv", "line": self._reader.code_lines.get((codelist, code), 1)}
