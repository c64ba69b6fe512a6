"""Is this installation sound: what is installed, fonts, encryption, the definition, and a store's health."""

from __future__ import annotations

import platform
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

import duckdb

from cpms_cli.errors import CpmsError, KeyMissing
from cpms_cli.java import installed_java, installed_pyspark
from cpms_cli.scoring.examples.proving import prove_definition
from cpms_cli.store.access.connection import Access, attach, is_encrypted, load_cipher
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.store.invariants import check_store
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import problem_line, say
from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.speech.languages import programme_languages, traits_of
from cpms_cli.survey.yaml_files.location import shipped
from cpms_cli.writing.fonts import fonts_of

DISTRIBUTION = "cpms-cli"
Verdict = Literal["ok", "look", "wrong"]
_NAME = re.compile(r"^[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Sign:
    """One thing looked at: what, what was observed, and whether it is as it should be. `item` is the id of the sentence
    `doctor_<item>`; where it is not sound, `doctor_<item>_mend` says what to do."""

    item: str
    observed: str
    verdict: Verdict = "ok"


@dataclass(frozen=True)
class Diagnosis:
    """All signs, in the order in which they were looked at."""

    signs: tuple[Sign, ...]

    @property
    def exit_code(self) -> int:
        """1 where something is wrong."""
        return int(any(sign.verdict == "wrong" for sign in self.signs))


def _packages() -> Iterator[Sign]:
    lacking, installed = [], []
    for words in metadata.requires(DISTRIBUTION) or []:
        name = _NAME.match(words)
        if name is None or "extra ==" in words:
            continue
        try:
            installed.append(f"{name[0]} {metadata.version(name[0])}")
        except metadata.PackageNotFoundError:
            lacking.append(name[0])
    yield Sign("packages", ", ".join(installed))
    if lacking:
        yield Sign("lacking", ", ".join(lacking), "wrong")


def _encryption() -> Sign:
    try:
        with tempfile.TemporaryDirectory() as folder:
            connection = duckdb.connect(":memory:")
            try:
                load_cipher(connection)
                attach(connection, Path(folder) / "tried.duckdb", "tried", Access(read_only=False, key="a key to try"))
                connection.execute("CREATE TABLE tried.one AS SELECT 1")
            finally:
                connection.close()
    except (duckdb.Error, OSError) as error:
        return Sign("encryption", type(error).__name__, "wrong")
    return Sign("encryption", f"DuckDB {duckdb.__version__}")


def _definition(schemas: Path | None, language: Language) -> Sign:
    proof = prove_definition(schemas or shipped("schemas"))
    if proof.problems:
        return Sign("definition", problem_line(proof.problems[0], language), "wrong")
    return Sign("definition", load_survey(schemas).digest)


def _store(store: Path, schemas: Path | None, language: Language) -> Iterator[Sign]:
    if not store.exists():
        yield Sign("store_none", store.name)
        return
    try:
        survey = definition_in_use(store, schemas)
        with open_store(store, survey) as connection:
            person, round_ = survey.role("person").name, survey.role("round").name
            counted = connection.execute(f"""
                SELECT count(*), count(DISTINCT {person}), min({round_}), max({round_})
                FROM current_child""").fetchone()
        rows, people, first, last = counted or (0, 0, None, None)
        yield Sign("store", f"{store.name}: {rows} / {people} / {first}-{last}")
        yield Sign("encrypted", store.name, "ok") if is_encrypted(store) else Sign("plain", store.name, "look")
        broken = check_store(store, schemas=schemas).query("violations > 0")["invariant"]
        yield Sign("invariants", ", ".join(broken) or "0", "wrong" if len(broken) else "ok")
    except KeyMissing:
        raise
    except CpmsError as error:
        yield Sign("store", say(error.message_id, language, **error.values), "wrong")


def _spark(language: Language) -> Sign:
    """Which Java there is, and whether it fits; it is wrong only for those who installed pyspark."""
    java, pyspark = installed_java(), installed_pyspark()
    of_java = say("doctor_no_java", language)
    if java is not None:
        of_java = say("doctor_java_fits" if java.fits else "doctor_java_unfit", language, java=java.shown)
    of_spark = say("doctor_no_pyspark", language) if pyspark is None else f"pyspark {pyspark}"
    runs = java is not None and java.fits
    return Sign("spark", f"{of_java}; {of_spark}", "ok" if runs or pyspark is None else "look")


def diagnose(
    store: str | Path | None = None, *, schemas: Path | None = None, language: Language = FALLBACK
) -> Diagnosis:
    """Look at the installation, and at a store where one is given; nothing is written, nothing leaves the machine.

    Raises KeyMissing for an encrypted store where there is no key; what else is wrong with a store is a sign.
    """
    written = programme_languages().headed
    fonts = list(dict.fromkeys(path.stem for path in fonts_of(written)))
    ours = metadata.version(DISTRIBUTION)
    encoding = getattr(sys.stdout, "encoding", None) or "-"
    signs = [
        Sign("version", f"cpms {ours}, Python {platform.python_version()}, {platform.platform()}"),
        *_packages(),
        _encryption(),
        _definition(schemas, language),
        _spark(language),
        Sign("fonts", ", ".join(fonts[:5]) or "-", "ok" if fonts else "look"),
        Sign("console", encoding, "ok" if _prints(traits_of(written).name, encoding) else "look"),
        *(_store(Path(store), schemas, language) if store is not None else ()),
    ]
    return Diagnosis(tuple(signs))


def _prints(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
