"""A definition packed into bytes, to be kept beside what was worked out with it, and read from them again."""

from __future__ import annotations

import json
import shutil
import tempfile
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath

from cpms_cli.errors import DefinitionError
from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.identity import digest_of, digest_with_words, files_of
from cpms_cli.survey.files.schema_files import read_linking
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.settings.linking_settings import FILE, NAMES
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.yaml_files.limits import FILE as LIMITS
from cpms_cli.survey.yaml_files.located_yaml import limit_values
from cpms_cli.survey.yaml_files.location import shipped
from cpms_cli.survey.yaml_files.quoting import written_out

_LIMIT = 50_000_000  # bytes; the shipped definition has one
# Maps are drawn from the files of a definition: they stay as long as the program runs.
_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []
_OUTLINES = "areas/outlines"


@lru_cache(maxsize=4)
def packed_definition(survey: Survey) -> bytes | None:
    """Return the files of a definition, packed; None where they are no longer those that it was read from."""
    files = files_of(survey.folder)
    texts = {name: content.decode("utf-8") for name, content in files.items()}
    unchanged = digest_of(files) == survey.digest
    return zlib.compress(json.dumps(texts, ensure_ascii=False).encode("utf-8")) if unchanged else None


@lru_cache(maxsize=8)
def unpacked_definition(packed: bytes, expected: str) -> Survey:
    """Return the definition in these bytes; a file that it has not and the shipped one has is taken from there.

    `expected` is its digest, or the one that earlier versions gave it. It may come from another's store, so what
    scoring takes from it is proved first. Raises DefinitionError where it is damaged, is not the one of this digest, or
    has a rule that is not allowed.
    """
    if load_survey().digest == expected:
        return load_survey()
    digest, files = _known_files(packed, expected)
    if load_survey().digest == digest:
        return load_survey()
    from cpms_cli.survey.proof.definition_proof import proved_for_scoring  # noqa: PLC0415 - heavy, for others' alone

    try:
        folder = _unpacked_folder(files)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DefinitionError("definition_no_room", folder=tempfile.gettempdir(), reason=reason) from None
    survey, problems = proved_for_scoring(folder)
    if survey is None or problems:
        raise DefinitionError("definition_kept_broken", digest=expected[:12], first=problems[0])
    # What this version finds in files, and an earlier one did not, needs words.
    column_checks = {**load_survey().column_checks, **survey.column_checks}
    return survey.model_copy(update={"digest": digest, "column_checks": column_checks})


def digest_of_packed(packed: bytes, expected: str) -> str:
    """Return the digest that a packed definition has by now: earlier versions gave it another, `expected`.

    Raises DefinitionError where it is damaged, or is not the one of this digest.
    """
    return _known_files(packed, expected)[0]


def _known_files(packed: bytes, expected: str) -> tuple[str, dict[str, bytes]]:
    """Return the digest of a packed definition, and its files by path."""
    try:
        opened = zlib.decompressobj()
        texts = json.loads(opened.decompress(packed, _LIMIT))
        files = {PurePosixPath(name): str(text).encode("utf-8") for name, text in texts.items()}
    except (zlib.error, ValueError, AttributeError):
        raise DefinitionError("definition_kept_damaged", digest=expected[:12]) from None
    strange = any(path.is_absolute() or ".." in path.parts or ":" in str(path) or "\\" in str(path) for path in files)
    contents = {path.as_posix(): content for path, content in files.items()}
    digest = digest_of(contents)
    if strange or expected not in (digest, digest_with_words(contents)):
        raise DefinitionError("definition_kept_damaged", digest=expected[:12])
    return digest, contents


def _unpacked_folder(files: Mapping[str, bytes]) -> Path:
    """Return a folder with these files, and with those of the shipped definition that they lack. Raises OSError."""
    made = tempfile.TemporaryDirectory(prefix="cpms-definition-")
    _FOLDERS.append(made)
    folder = Path(made.name)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    _fill_up(folder)
    return folder


def _fill_up(folder: Path) -> None:
    """Add the shipped files that a definition has not, which was kept before there were any such.

    The numbers of the shipped limits are written out in them: the definition may lack one, or have another number. The
    limits themselves are not added: its own rules do not quote them.
    """
    limits = limit_values(shipped("schemas"))
    for file in shipped("schemas").glob("*.yaml"):
        if file.name != LIMITS and not (folder / file.name).exists():
            (folder / file.name).write_text(written_out(file.read_text("utf-8"), limits), "utf-8")
    # Outlines are no part of what is kept.
    shutil.copytree(shipped("schemas") / _OUTLINES, folder / _OUTLINES, dirs_exist_ok=True)
    from cpms_cli.survey.proof.linking_proof import linking_problems  # noqa: PLC0415

    # Rows were linked by the settings of the tool itself then; those of another version may not fit this one.
    reader = Reader(folder)
    settings = read_linking(reader)
    if settings is None or reader.problems or linking_problems(reader, settings, lambda _words, _name: ()):
        shutil.rmtree(folder / NAMES, ignore_errors=True)
        shutil.copytree(shipped("schemas") / NAMES, folder / NAMES)
        shutil.copyfile(shipped("schemas") / FILE, folder / FILE)
