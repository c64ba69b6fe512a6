"""A community's round as one encrypted file: a Frictionless Data Package in a ZIP, encrypted with age.

age (age-encryption.org) authenticates what it encrypts: a bundle that was altered or cut short does not open. Inside,
each table's SHA-256 stands in `datapackage.json` (datapackage.org/standard/data-package), and is checked again.
Everything is decrypted in memory; nothing is written to the disk in plain text.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyrage

from cpms_cli.errors import KeyMissing, UnreadableFile
from cpms_cli.keys import key_value
from cpms_cli.reading.size_limits import LIMITS
from cpms_cli.reading.source import TEXT, SourceTable

SIGNATURE = b"age-encryption.org/v1"
DESCRIPTOR = "datapackage.json"
DISPUTES = "dispute"
"""The name of the table of what families say is wrong; a bundle without such has none."""
Dispute = dict[str, str | None]
"""What a family says is wrong, as a bundle brings it: the cells of a row by their columns."""
PASSPHRASE, IDENTITY_FILE = "CPMS_BUNDLE_KEY", "CPMS_IDENTITY_FILE"
_HEAD = 200  # bytes in which a bundle says how it is encrypted
_TRIES, _TOO_SLOW = 5, "Excessive work"
_KEPT = 100_000_000  # bytes of opened bundles that are kept in memory at most
_opened_bundles: dict[tuple[bytes, str], bytes] = {}  # what is in a bundle, by its SHA-256 and the key that opens it


def _identities(path: Path, file_named: str) -> list[pyrage.x25519.Identity]:
    named = Path(file_named)
    try:
        lines = [line.strip() for line in named.read_text("utf-8").splitlines()]
        return [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError):
        raise UnreadableFile("identity_file_unreadable", file=path.name, identity=named.name) from None


def _key_variable(sealed: bytes) -> str:
    """The variable that has the key of a bundle, by how it begins."""
    return PASSPHRASE if b"-> scrypt " in sealed[:_HEAD] else IDENTITY_FILE


def missing_key(path: Path) -> KeyMissing | None:
    """Return what is to be said where a bundle that can be read has no key to open it; None where it has one."""
    with path.open("rb") as stream:
        variable = _key_variable(stream.read(_HEAD))
    if key_value(variable) is not None:
        return None
    return KeyMissing("bundle_needs_key", file=path.name, variable=variable)


def _opened(path: Path) -> bytes:
    sealed = path.read_bytes()
    variable = _key_variable(sealed)
    key = key_value(variable)
    if key is None:
        raise KeyMissing("bundle_needs_key", file=path.name, variable=variable)
    # A merge reads a bundle for its survey, its log and its disputes, and a passphrase takes half a second to try.
    known = (hashlib.sha256(sealed).digest(), key)
    if known not in _opened_bundles:
        package = _decrypted(path, sealed, key, by_passphrase=variable == PASSPHRASE)
        if sum(map(len, _opened_bundles.values())) + len(package) > _KEPT:
            _opened_bundles.clear()
        _opened_bundles[known] = package
    return _opened_bundles[known]


def _decrypted(path: Path, sealed: bytes, key: str, *, by_passphrase: bool) -> bytes:
    for _ in range(_TRIES):
        try:
            if by_passphrase:
                return bytes(pyrage.passphrase.decrypt(sealed, key))
            return bytes(pyrage.decrypt(sealed, _identities(path, key)))
        except pyrage.DecryptError as error:
            # The speed of this computer is measured each time: on a busy one a sound bundle is too much work at times.
            if _TOO_SLOW not in str(error):
                raise UnreadableFile("bundle_does_not_open", file=path.name) from None
    raise UnreadableFile("bundle_too_slow", file=path.name)


def _resource(path: Path, container: zipfile.ZipFile, resource: dict[str, Any]) -> SourceTable:
    content = container.read(resource["path"])
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != resource["hash"]:
        raise UnreadableFile("bundle_damaged", file=path.name)
    names = [str(field["name"]) for field in resource["schema"]["fields"]]
    data = arrow_csv.read_csv(
        io.BytesIO(content),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: TEXT for name in names},
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=True,
        ),
    )
    plain = data.rename_columns([str(index) for index in range(data.num_columns)])
    rows = np.arange(2, 2 + plain.num_rows, dtype=np.int64)
    return SourceTable(path, str(resource["name"]), tuple(data.column_names), 1, plain, rows)


def is_bundle(path: Path) -> bool:
    """Whether a file that can be read is a bundle."""
    with path.open("rb") as stream:
        return stream.read(len(SIGNATURE)) == SIGNATURE


def read_bundle(path: Path) -> list[SourceTable]:
    """The tables of a bundle that the definition describes. Raises KeyMissing, or UnreadableFile where it does not open
    or is not what it says."""
    return [source for source in _tables(path) if source.sheet != DISPUTES]


def read_disputes(path: Path) -> list[Dispute]:
    """What families say is wrong, as a bundle brings it: a row each. Raises as `read_bundle`."""
    return [
        dict(zip(source.header, row.values(), strict=True))
        for source in _tables(path)
        if source.sheet == DISPUTES
        for row in source.data.to_pylist()
    ]


def _tables(path: Path) -> list[SourceTable]:
    try:
        with zipfile.ZipFile(io.BytesIO(_opened(path))) as container:
            if sum(entry.file_size for entry in container.infolist()) > LIMITS.inflated:
                raise UnreadableFile("workbook_too_large", file=path.name, limit=LIMITS.inflated // 1_000_000)
            descriptor = json.loads(container.read(DESCRIPTOR))
            return [_resource(path, container, resource) for resource in descriptor["resources"]]
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, pa.ArrowInvalid):
        raise UnreadableFile("bundle_damaged", file=path.name) from None
