"""`cpms store push SERVER`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cpms_cli.cli.option_values import STORE
from cpms_cli.cli.options import Lang, Schemas, Store, workspace_of
from cpms_cli.cli.terminal.window import show_line

Address = Annotated[
    str, typer.Argument(metavar="SERVER", help="Its address: postgresql://HOST/DATABASE.", show_default=False)
]


def push(
    server: Address,
    store: Store = STORE,
    schema: Annotated[str, typer.Option("--schema", help="The schema of the server's database.")] = "cpms",
    audience: Annotated[str, typer.Option("--audience", help="For whom: each gets pseudonyms of its own.")] = "server",
    replace: Annotated[
        bool, typer.Option("--replace", help="Make the tables anew, with the rows of this store alone.")
    ] = False,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Publish the store's rows on a server of PostgreSQL, without names: children, households, scores, responses,
    areas and definition, with comments in both languages.

    There are no names, numbers or houses; a birth date is its month, a village its subdistrict, and identifiers are
    pseudonyms for this audience. It is one transaction, and sends only what changed. The password comes from
    PGPASSWORD, or from the file that PGPASSFILE names.

    \b
    Examples:
      cpms store push postgresql://cpms@HOST/children --store cpms.duckdb
      cpms store push postgresql://cpms@HOST/children --schema ranong
    """
    from cpms_cli.datasets.folder.exporting import Watching
    from cpms_cli.publishing.address import Address as ServerAddress
    from cpms_cli.publishing.pushing import Asked
    from cpms_cli.publishing.pushing import push as push_rows
    from cpms_cli.reports.progress import Progress
    from cpms_cli.survey.messages import say

    address = ServerAddress.from_text(server)
    with workspace_of(store, schemas, lang, writes=True) as workspace:
        spoken = workspace.language
        if address.password is not None:
            show_line(say("server_password_typed", spoken), err=True)
        with Progress("server_progress", spoken, shown=sys.stderr.isatty()) as progress:
            watching = Watching(progress.begin, progress.advance)
            pushed = push_rows(workspace, address, Asked(schema, audience, replace), watching)
    counts = {name: sum(getattr(change, name) for change in pushed.changes) for name in _COUNTS}
    message = "server_pushed" if pushed.anything else "server_same"
    show_line(say(message, spoken, server=pushed.server, schema=schema, **counts))
    for change in pushed.changes:
        if change.sent:
            words = {"table": change.table, "new": change.new, "changed": change.changed, "removed": change.removed}
            show_line(say("server_table_line", spoken, **words))


_COUNTS = ("new", "changed", "removed", "same")
