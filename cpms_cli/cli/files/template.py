"""`cpms template`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.every_command.next_step import say_written
from cpms_cli.cli.guard import Overwrite
from cpms_cli.cli.option_values import STORE, year
from cpms_cli.cli.options import Identified, Lang, Round, Schemas, Store, definition_of, language
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError

if TYPE_CHECKING:
    from cpms_cli.forms.next_round import NextForm
    from cpms_cli.survey.model.definition import Language

Target = Annotated[Path, typer.Option("--output", "-o", help="The form to write: a new .xlsx file.")]
Layout = Annotated[str, typer.Option("--layout", help="flat: a row a child; two-sheet: households and children.")]
XlsForm = Annotated[bool, typer.Option("--xlsform", help="An XLSForm for KoboToolbox or ODK, in all languages.")]
Prefill = Annotated[bool, typer.Option("--prefill", help="Put the children of the store's last round on the form.")]
Area = Annotated[
    str | None, typer.Option("--area", help="With --prefill: whose children, 2 to 8 digits.", show_default=False)
]


def template(
    context: typer.Context,
    output: Target,
    layout: Layout = "flat",
    xlsform: XlsForm = False,
    prefill: Prefill = False,
    store: Store = STORE,
    area: Area = None,
    round_: Round = None,
    identified: Identified = False,
    lang: Lang = None,
    schemas: Schemas = None,
    overwrite: Overwrite = False,
) -> None:
    """Write the survey's form: a workbook with dropdowns and help, or an XLSForm for phones; empty or pre-filled.

    A pre-filled form has the known children of an area on it, with their codes and what does not change, so that next
    year they are recognised and not guessed. It shows names: it needs --identified, and is written to the audit log.
    Make the store first: cpms merge FILE... --store cpms.duckdb

    \b
    Examples:
      cpms template -o form.xlsx --round 2569 --lang th
      cpms template -o next.xlsx --prefill --area 850105 --identified
    """
    spoken, round_year = language(lang), year(round_)
    if prefill:
        if area is None:
            raise UsageError("prefill_needs_area")
        from cpms_cli.forms.next_round import write_next_form

        written = write_next_form(
            store,
            area,
            output,
            round_=round_year,
            layout=layout,
            xlsform=xlsform,
            language=spoken,
            identified=identified,
            schemas=schemas,
            overwrite=overwrite,
        )
        _tell_prefilled(written, output, spoken)
        return
    for given, option in ((area, "--area"), (identified or None, "--identified")):
        if given is not None:
            raise UsageError("template_only_prefill", option=option)
    from cpms_cli.forms.phone.xlsform import write_xlsform
    from cpms_cli.forms.template import check_form_path, write_template
    from cpms_cli.survey.messages import say
    from cpms_cli.survey.opening.loading import load_survey

    survey = definition_of(context, store, schemas)
    if xlsform:
        check_form_path(output, overwrite=overwrite)
        form = write_xlsform(output, round_=round_year, language=spoken, survey=survey)
        _tell_untranslated(form.untranslated, spoken)
        show_line(say("template_xlsform_written", spoken, file=output), err=True)
    else:
        write_template(output, layout=layout, round_=round_year, language=spoken, survey=survey, overwrite=overwrite)
        show_line(say("template_written", spoken, file=output, options=_options(store, schemas)), err=True)
    if schemas is None and survey.digest != load_survey().digest:
        show_line(say("definition_followed", spoken, store=store), err=True)


def _options(store: Path, schemas: Path | None) -> str:
    """What else is typed to check a form that was filled in: the definition by which it was made."""
    if schemas is not None:
        return f" --schemas {schemas}"
    return f" --store {store}" if store.is_file() else ""


def _tell_prefilled(written: NextForm, output: Path, spoken: Language) -> None:
    from cpms_cli.survey.messages import say

    if written.xlsform is not None:
        _tell_untranslated(written.xlsform.untranslated, spoken)
    for beside in (written.media, written.aside):
        if beside is not None:
            say_written(beside, spoken)
    counts = {"children": written.children, "households": written.households, "left_out": len(written.left_out)}
    say_written(output, spoken)
    show_line(say("prefill_written", spoken, **counts), err=True)
    if written.disputed:
        show_line(say("form_disputed", spoken, count=written.disputed), err=True)
    if written.again:
        show_line(say("form_disputed_again", spoken, count=written.again), err=True)
    if written.media is not None:
        show_line(say("prefill_media", spoken, file=written.media), err=True)


def _tell_untranslated(untranslated: tuple[tuple[str, str], ...], spoken: Language) -> None:
    from cpms_cli.survey.messages import say

    for label, rule in untranslated:
        show_line(say("template_untranslated", spoken, label=label, rule=rule), err=True)
