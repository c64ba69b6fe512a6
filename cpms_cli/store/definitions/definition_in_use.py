"""Which definition a command reads a store by: its own, unless another is asked for."""

from __future__ import annotations

from contextlib import closing
from functools import lru_cache
from pathlib import Path

import duckdb

from cpms_cli.errors import CpmsError, DefinitionError, StoreError
from cpms_cli.store.access.birth import is_unborn, log_of
from cpms_cli.store.access.connection import connect, key_from_environment
from cpms_cli.store.definitions.adoption_plan import plan_adoption
from cpms_cli.store.tables.adoption_tables import adopted_definition
from cpms_cli.store.tables.run_tables import kept_definition
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.speech.languages import use_words_of

_LEFT_WITH: dict[Path, tuple[tuple[tuple[int, ...], ...], str]] = {}
"""Of the stores that this process wrote last: the state of their files, and the digest of the definition followed."""


def definition_in_use(store: str | Path, schemas: Path | None = None) -> Survey:
    """Return the definition in the folder `schemas`; where none is given, the one that the store follows.

    Where there is no store yet, that is the shipped one. Its languages can be spoken from then on, and sentences quote
    its limits. Raises DefinitionError.
    """
    survey = _in_use(store, schemas)
    use_words_of(survey.translations, survey.limits.values)
    return survey


def _in_use(store: str | Path, schemas: Path | None) -> Survey:
    shipped = load_survey(schemas)
    path = Path(store)
    if schemas is not None or not path.is_file() or is_unborn(path):
        return shipped
    # A store that needs a key is opened each time: somebody may have another key by now.
    look_up = _look_up if key_from_environment() is None else _look_up.__wrapped__
    state = _state_of_store(path)
    if look_up is _look_up and _LEFT_WITH.get(path.resolve()) == (state, shipped.digest):
        return shipped
    try:
        return look_up(path.resolve(), state, shipped)
    except duckdb.Error:
        return shipped  # what is wrong with the file is said when it is opened to be worked with


def remember_definition(store: Path, digest: str) -> None:
    """Remember which definition a store follows that was written and closed just now, and is still held."""
    _LEFT_WITH[store.resolve()] = _state_of_store(store), digest


def _state_of_store(path: Path) -> tuple[tuple[int, ...], ...]:
    return _state_of(path), _state_of(log_of(path))


def _state_of(file: Path) -> tuple[int, ...]:
    """Return what is another when a file was written or another one took its place; empty where there is none."""
    try:
        state = file.stat()
    except FileNotFoundError:
        return ()
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


@lru_cache(maxsize=16)
def _look_up(path: Path, state: tuple[tuple[int, ...], ...], shipped: Survey) -> Survey:
    """Return the definition that the store follows, whose files are in this `state`: to open a store takes longer than
    most of what is asked of it."""
    with closing(connect(path, read_only=True)) as connection:
        return _followed(connection, shipped)


def _followed(connection: duckdb.DuckDBPyConnection, shipped: Survey) -> Survey:
    try:
        digest = adopted_definition(connection)
    except duckdb.CatalogException:
        return last_merged_definition(connection, shipped) or shipped
    return shipped if digest == shipped.digest else kept_definition(connection, digest)


def last_merged_definition(connection: duckdb.DuckDBPyConnection, shipped: Survey) -> Survey | None:
    """Return the definition of the last merge into a store of an earlier format; None where it was not kept.

    A store into which nothing was merged follows the shipped one.
    """
    digest = last_merged_digest(connection)
    if digest is None or digest == shipped.digest:
        return shipped
    try:
        return kept_definition(connection, digest)
    except (CpmsError, duckdb.CatalogException):
        return None


def last_merged_digest(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the digest of the definition of the last batch; None where nothing was merged."""
    row = connection.execute("SELECT definition FROM batch ORDER BY batch_id DESC LIMIT 1").fetchone()
    return str(row[0]) if row else None


def check_is_followed(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Raise StoreError where the store, held by now, has begun to follow another definition since it was looked at."""
    if adopted_definition(connection) != survey.digest:
        raise StoreError("definition_changed_meanwhile")


def definition_to_write(store: str | Path, schemas: Path | None = None) -> Survey:
    """Return the definition under which rows are written to a store: the one it follows, and no other.

    Raises DefinitionError where the folder `schemas` holds another one, and what `definition_in_use` raises.
    """
    survey = definition_in_use(store, schemas)
    if schemas is not None and Path(store).is_file() and not is_unborn(Path(store)):
        followed = definition_in_use(store)
        if followed.digest != survey.digest:
            message = "definition_not_followed" if _can_follow(store, followed, survey) else "definition_not_to_follow"
            raise DefinitionError(message, folder=str(schemas), store=str(store))
    return survey


def _can_follow(store: str | Path, before: Survey, after: Survey) -> bool:
    """Whether nothing stands in the way of a store following another definition, as far as can be told now."""
    with closing(connect(Path(store), read_only=True)) as connection:
        try:
            return not plan_adoption(connection, before, after).obstacles
        except duckdb.CatalogException:
            return True  # a store of an earlier format, which is brought up to date when it follows another
