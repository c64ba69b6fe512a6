"""The empty form of the survey as a workbook."""

from __future__ import annotations

from pathlib import Path

from cpms_cli.errors import UsageError
from cpms_cli.forms.form_workbook import LAYOUTS, Form, Layout, form_bytes
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.writing.files import write_bytes
from cpms_cli.writing.output_formats import output_format


def check_form_path(path: Path, *, overwrite: bool = False) -> None:
    """Raises UsageError where a form cannot be written to this path, or would take the place of a filled-in one."""
    output_format("form", path)
    if path.exists() and not overwrite:
        raise UsageError("template_exists", file=path.name)


def chosen_layout(layout: str) -> Layout:
    """The layout of this name; raises UsageError for another."""
    chosen = next((known for known in LAYOUTS if known == layout), None)
    if chosen is None:
        raise UsageError("template_layout", layout=layout, known=", ".join(LAYOUTS))
    return chosen


def write_template(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    path: str | Path,
    *,
    layout: str = "flat",
    round_: int | None = None,
    language: Language = FALLBACK,
    schemas: Path | None = None,
    survey: Survey | None = None,
    overwrite: bool = False,
) -> None:
    """Write an empty form to fill in, one sheet of children (`flat`) or one of households and one of children.

    It asks what the `survey` asks, or the definition in the folder `schemas`, or the shipped one.

    Raises UsageError where the file exists (but with `overwrite`) or cannot be written, DefinitionError.
    """
    path_written = Path(path)
    check_form_path(path_written, overwrite=overwrite)
    form = Form((survey or load_survey(schemas)).as_asked_in(round_), language, chosen_layout(layout), round_, {})
    write_bytes(path_written, form_bytes(form), new=not overwrite)
