"""`cpms bundle` and `cpms bundle-key`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.option_values import STORE, year
from cpms_cli.cli.options import Lang, Schemas, Store, language
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError

Code = Annotated[str, typer.Argument(metavar="CODE", help="The area's official code.", show_default=False)]
To = Annotated[Path, typer.Option("--output", "-o", help="The bundle to write.", show_default=False)]
Recipients = Annotated[
    list[str] | None,
    typer.Option("--recipient", help="The receiver's public key (age1...); may be repeated.", show_default=False),
]
RoundOfBundle = Annotated[str, typer.Option("--round", help="The survey's year, as 2569 or 2026.", show_default=False)]
KeyFile = Annotated[Path, typer.Argument(metavar="FILE", help="Where the secret key goes.", show_default=False)]


def bundle(
    code: Code,
    round_: RoundOfBundle,
    output: To,
    recipient: Recipients = None,
    store: Store = STORE,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Pack a community's round into one encrypted file for the province, which merges it like any other.

    Encrypted for the recipients' keys, else with the passphrase in CPMS_BUNDLE_KEY or typed at a prompt. The province
    opens it with CPMS_IDENTITY_FILE or CPMS_BUNDLE_KEY. A bundle that was altered or cut short is refused.

    \b
    Examples:
      cpms bundle-key province.key
      cpms bundle 850105 --round 2569 -o 850105.cpms.age --recipient age1...
    """
    spoken, round_year = language(lang), year(round_)
    if round_year is None:
        raise UsageError("bad_round", round=round_)
    from cpms_cli.store.bundles import bundle as run
    from cpms_cli.survey.messages import say

    count = run(store, code, round_year, output, recipients=recipient, schemas=schemas)
    show_line(say("bundled", spoken, count=count, file=output.name))


def bundle_key(file: KeyFile, lang: Lang = None) -> None:
    """Make the province's key: the secret part into a file, the public part on the screen for its communities.

    \b
    Examples:
      cpms bundle-key province.key
      cpms bundle-key next.key --lang th
    """
    spoken = language(lang)
    from cpms_cli.store.bundles import new_bundle_key
    from cpms_cli.survey.messages import say

    public = new_bundle_key(file)
    show_line(say("bundle_key_made", spoken, file=file.name), err=True)
    typer.echo(public)
