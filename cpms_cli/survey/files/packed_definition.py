"""A definition packed into bytes, to be kept beside what was worked out with it, and read from them again."""

from __future__ import annotations

import json
import shutil
import tempfile
import zlib
from functools import lru_cache
from pathlib import Path, PurePosixPath

from cpms_cli.errors import DefinitionError
from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.loading import load_survey
from cpms_cli.survey.files.located_yaml import limit_values
from cpms_cli.survey.files.location import shipped
from cpms_cli.survey.files.quoting import written_out
from cpms_cli.survey.files.schema_files import ENDINGS, digest, read_linking
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.limits import FILE as LIMITS
from cpms_cli.survey.model.linking_settings import FILE, NAMES
from cpms_cli.survey.proof.definition_proof import proved_for_scoring
from cpms_cli.survey.proof.linking_proof import linking_problems

_LIMIT = 50_000_000  # bytes; the shipped definition has one
# Maps are drawn from the files of a definition: they stay as long as the program runs.
_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []
_OUTLINES = "areas/outlines"


@lru_cache(maxsize=4)
def packed_definition(survey: Survey) -> bytes | None:
    """Return the files of a definition, packed; None where they are no longer those that it was read from."""
    folder = survey.folder
    texts = {
        path.relative_to(folder).as_posix(): path.read_bytes().replace(b"\r\n", b"\n").decode("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.suffix in ENDINGS and path.is_file()
    }
    unchanged = digest(folder) == survey.digest
    return zlib.compress(json.dumps(texts, ensure_ascii=False).encode("utf-8")) if unchanged else None


@lru_cache(maxsize=8)
def unpacked_definition(packed: bytes, expected: str) -> Survey:
    """Return the definition in these bytes; a file that it has not and the shipped one has is taken from there.

    It may come from another's store, so what scoring takes from it is proved first. Raises DefinitionError where it is
    damaged, is not the one of this digest, or has a rule that is not allowed.
    """
    if load_survey().digest == expected:
        return load_survey()
    try:
        opened = zlib.decompressobj()
        texts = json.loads(opened.decompress(packed, _LIMIT))
        named = {PurePosixPath(name): str(text) for name, text in texts.items()}
    except (zlib.error, ValueError, AttributeError):
        raise DefinitionError("definition_kept_damaged", digest=expected[:12]) from None
    if any(path.is_absolute() or ".." in path.parts or ":" in str(path) or "\\" in str(path) for path in named):
        raise DefinitionError("definition_kept_damaged", digest=expected[:12])
    _FOLDERS.append(tempfile.TemporaryDirectory(prefix="cpms-definition-"))
    folder = Path(_FOLDERS[-1].name)
    for path, text in named.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode("utf-8"))
    if digest(folder) != expected:
        raise DefinitionError("definition_kept_damaged", digest=expected[:12])
    _fill_up(folder)
    survey, problems = proved_for_scoring(folder)
    if survey is None or problems:
        raise DefinitionError("definition_kept_broken", digest=expected[:12], first=problems[0])
    # What this version finds in files, and an earlier one did not, needs words.
    column_checks = {**load_survey().column_checks, **survey.column_checks}
    return survey.model_copy(update={"digest": expected, "column_checks": column_checks})


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
    # Rows were linked by the settings of the tool itself then; those of another version may not fit this one.
    reader = Reader(folder)
    settings = read_linking(reader)
    if settings is None or reader.problems or linking_problems(reader, settings, lambda _words, _name: ()):
        shutil.rmtree(folder / NAMES, ignore_errors=True)
        shutil.copytree(shipped("schemas") / NAMES, folder / NAMES)
        shutil.copyfile(shipped("schemas") / FILE, folder / FILE)
