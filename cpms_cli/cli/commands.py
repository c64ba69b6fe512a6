"""The command `cpms`: gathers the commands, each of which is a module of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import typer

from cpms_cli.cli.areas import area as areas
from cpms_cli.cli.areas import country, indicator, migration, overlap, plan, report, rights
from cpms_cli.cli.children import child, children, find, link, response, review, today, visits
from cpms_cli.cli.files import bundle, codebook, map, merge, samples, template, validate
from cpms_cli.cli.help.tasks import CommandsByTask
from cpms_cli.cli.options import Lang
from cpms_cli.cli.start import area_names, demo, doctor, explain, help_command, office_folder, office_runs
from cpms_cli.cli.store import export, history, schema, score, store
from cpms_cli.cli.terminal.paging import PAGES_TURNED

NAME = "cpms"
app = typer.Typer(
    name=NAME,
    cls=CommandsByTask,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="From survey spreadsheets to 'these children need a visit, and why'.",
)
app.command("init")(office_folder.init)
app.command("run")(office_runs.run)
app.command("validate")(validate.validate)
app.command("map")(map.map_)
app.command("merge")(merge.merge)
app.command("children")(children.children)
app.command("today")(today.today)
app.command("find")(find.find)
app.command("visits")(visits.visits)
app.command("community")(areas.community)
app.command("province")(areas.province)
app.command("indicator")(indicator.indicator)
app.command("rights")(rights.rights)
app.command("migration")(migration.migration)
app.command("overlap")(overlap.overlap)
app.command("country")(country.country)
app.command("template")(template.template)
app.command("samples")(samples.samples)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("help")(help_command.help_)
app.command("explain")(explain.explain)
app.command("areas")(area_names.areas)
app.command("codebook")(codebook.codebook)
app.command("history")(history.history)
app.command("undo")(history.undo)
app.command("bundle")(bundle.bundle)
app.command("bundle-key")(bundle.bundle_key)
app.add_typer(store.app, name="store")
app.add_typer(score.app, name="score")
app.add_typer(child.app, name="child")
app.add_typer(export.app, name="export")
app.add_typer(link.app, name="link")
app.add_typer(response.app, name="response")
app.add_typer(review.app, name="review")
app.add_typer(plan.app, name="plan")
app.add_typer(report.app, name="report")
app.add_typer(schema.app, name=schema.NAME)


def _version(asked: bool) -> None:
    if asked:
        from cpms_cli import __version__

        typer.echo(f"cpms {__version__}")
        raise typer.Exit()


def _language_for(command: Any, lang: str) -> dict[str, Any]:
    """The language as the default of a command that has the option, and of all commands below."""
    below = getattr(command, "commands", {})
    has_option = any(parameter.name == "lang" for parameter in command.params)
    return {name: _language_for(of, lang) for name, of in below.items()} | ({"lang": lang} if has_option else {})


def _joined(defaults: Mapping[str, Any], further: Mapping[str, Any]) -> dict[str, Any]:
    """Defaults of options by command, with further ones in them, which go before."""
    return {
        **defaults,
        **{
            name: _joined(defaults.get(name) or {}, value) if isinstance(value, dict) else value
            for name, value in further.items()
        },
    }


@app.callback()
def _options(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
    lang: Lang = None,
    no_pager: bool = typer.Option(False, "--no-pager", help="Print long lists at once, without a pager."),
    no_color: bool = typer.Option(False, "--no-color", help="No colours in a terminal; so does NO_COLOR=1."),
) -> None:
    del version
    ctx.obj = app  # for what lists the words of every command
    if no_pager:
        ctx.call_on_close(partial(PAGES_TURNED.reset, PAGES_TURNED.set(False)))
    if no_color:
        from cpms_cli.reports.terminal import COLOURED

        ctx.call_on_close(partial(COLOURED.reset, COLOURED.set(False)))
    if lang is not None:
        ctx.default_map = _joined(ctx.default_map or {}, _language_for(ctx.command, lang))
