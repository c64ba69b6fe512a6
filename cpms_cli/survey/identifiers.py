"""Numbers and identifiers with a check digit, over whole columns at once.

The algorithms are those of python-stdnum (`th.pin.calc_check_digit`, `iso7064.mod_37_36`), which the tests compare
with; here they work on arrays, since a survey has as many identifiers as children.
"""

from __future__ import annotations

import secrets

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from stdnum.iso7064 import mod_37_36

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = np.zeros(256, dtype=np.int16)
_VALUES[[ord(letter) for letter in _ALPHABET]] = np.arange(len(_ALPHABET))
CPMS_ID_LENGTH = 12
# Letters that are misread for digits are left out of what is drawn at random.
_DRAWN = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def _characters(texts: pd.Series, width: int) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.bool_]]:
    """Values 0-35 of each character, shape (n, width), and which texts have exactly `width` of 0-9A-Z; else zeros."""
    fits = texts.str.fullmatch(f"[0-9A-Z]{{{width}}}").fillna(False).to_numpy(dtype=bool)
    fitting = pa.chunked_array(pa.Table.from_pandas(texts[fits].to_frame("text"), preserve_index=False)["text"])
    joined = b"".join(chunk.cast(pa.binary(width)).buffers()[1] or b"" for chunk in fitting.chunks)
    points = np.frombuffer(joined, np.uint8, len(fitting) * width).reshape(-1, width)
    values = np.zeros((len(texts), width), dtype=np.int16)
    values[fits] = _VALUES[points]
    return values, fits


def has_thai_check_digit(texts: pd.Series) -> npt.NDArray[np.bool_]:
    """Which texts are 13 digits whose last fits the first twelve (weights 13 ... 2, modulo 11).

    Any first digit may be valid: 0 belongs to people without registration status, who matter most here.
    """
    values, fits = _characters(texts, 13)
    fits = fits & (values < 10).all(axis=1)
    total = np.einsum("ij,j->i", values[:, :12], np.arange(13, 1, -1, dtype=np.int16))
    return np.asarray(fits & (((11 - total % 11) % 10) == values[:, 12]), dtype=bool)


def has_cpms_check_letter(texts: pd.Series) -> npt.NDArray[np.bool_]:
    """Which texts are well-formed CPMS identifiers: C or H, ten characters, and an ISO 7064 mod 37,36 check."""
    values, fits = _characters(texts, CPMS_ID_LENGTH)
    fits = fits & np.isin(values[:, 0], [_ALPHABET.index("C"), _ALPHABET.index("H")])
    product = np.full(len(texts), 36)
    for position in range(CPMS_ID_LENGTH - 1):
        total = (product + values[:, position]) % 36
        product = (np.where(total == 0, 36, total) * 2) % 37
    return np.asarray(fits & ((product + values[:, -1]) % 36 == 1), dtype=bool)


def new_identifier(kind: str) -> str:
    """A new permanent identifier for a child ("C") or a household ("H"); random, so it says nothing about anyone."""
    body = kind + "".join(secrets.choice(_DRAWN) for _ in range(CPMS_ID_LENGTH - 2))
    return body + mod_37_36.calc_check_digit(body)
