"""Keeps the Thai catalogue of help and refusals in step with the commands: `python run.py messages`.

Takes every text from the commands as they are now, keeps the translations of those that stayed, leaves the new ones
empty to be filled in, drops what nothing says any more, and compiles the catalogue. Says what is left to translate.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from cpms_cli.cli.commands import app
from cpms_cli.cli.help.help_translation import DOMAIN, help_texts
from cpms_cli.survey.yaml_files.location import LOCALES

PO = LOCALES / "th" / "LC_MESSAGES" / f"{DOMAIN}.po"
MO = PO.with_suffix(".mo")
THAI = re.compile(r"[\u0e01-\u0e5b]")
# What must stand in both languages alike: places, options, variables, file endings, numbers, commands to type.
CODES = re.compile(r"\{\w+\}|--[a-z-]+|CPMS_[A-Z_]+|(?<!\w)\.[a-z]{3,}|\d[\d:-]*|cpms [a-z-]+")
HEADER = "# Help and refusals of cpms in Thai. Fill in msgstr, then: python run.py messages\n# {name} stays as it is."


def texts() -> dict[str, str]:
    """Every text that help and refusals are made of, each with the command that says it first."""
    return help_texts(app)


def read(path: Path = PO) -> Catalog:
    """The catalogue as it stands."""
    with path.open("rb") as file:
        return read_po(file, locale="th")


def updated(before: Catalog) -> Catalog:
    """The texts of now with the translations of before. Its dates stand still, so that only texts change the file."""
    still = datetime(2026, 1, 1, tzinfo=UTC)
    after = Catalog(
        locale="th",
        project="cpms",
        version="1",
        header_comment=HEADER,
        copyright_holder="cpms",
        fuzzy=False,
        msgid_bugs_address="cpms",
        last_translator="cpms",
        language_team="cpms",
        creation_date=still,
        revision_date=still,
    )
    for text, path in texts().items():
        known = before.get(text)
        flags = known.flags if known else ()
        after.add(text, known.string if known else "", flags=flags, auto_comments=[path])
    return after


def faults(catalog: Catalog) -> list[str]:
    """What is wrong with a catalogue: a text without Thai, doubtful, no longer said, or with other codes in it."""
    now = texts()
    faults = [f"missing: {text}" for text in now if catalog.get(text) is None]
    for message in catalog:
        text, translation = str(message.id), str(message.string)
        if not text:
            continue
        if text not in now:
            faults.append(f"not said any more: {text}")
        if message.fuzzy:
            faults.append(f"doubtful: {text}")
        if not THAI.search(translation):
            faults.append(f"no Thai: {text}")
        elif sorted(CODES.findall(text)) != sorted(CODES.findall(translation)):
            faults.append(f"other codes: {text}")
    return faults


def po_bytes(catalog: Catalog) -> bytes:
    """The catalogue as its source file."""
    written = io.BytesIO()
    write_po(written, catalog, width=110)
    return written.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """The catalogue compiled, as the tool reads it."""
    written = io.BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def main() -> None:
    """Bring both files up to date, and list what has no translation yet."""
    catalog = updated(read())
    PO.write_bytes(po_bytes(catalog))
    MO.write_bytes(mo_bytes(catalog))
    left = faults(catalog)
    print(
        f"{len(catalog)} texts, {len(left)} to be mended in {PO.relative_to(LOCALES.parent.parent)}", *left, sep="\n  "
    )


if __name__ == "__main__":
    main()
