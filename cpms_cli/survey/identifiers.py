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
import pyarrow.compute as pc

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NONE = -1
_VALUES = np.full(256, _NONE, dtype=np.int8)
_VALUES[[ord(letter) for letter in _ALPHABET]] = np.arange(len(_ALPHABET))
THAI_ID_LENGTH = 13
CPMS_ID_LENGTH = 12
_PERIODS = (1, 2, 3, 4, 6)
# Letters that are misread for digits are left out of what is drawn at random.
_DRAWN = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def _characters(texts: pd.Series, width: int) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.bool_]]:
    """Which texts have exactly `width` of 0-9A-Z, and of these the values 0-35 of each character: (found, width)."""
    whole = pa.chunked_array(pa.Table.from_pandas(texts.to_frame("text"), preserve_index=False)["text"])
    # In UTF-8 nothing but a letter or digit of the alphabet has one of their bytes.
    fits = pc.fill_null(pc.equal(pc.binary_length(whole), width), False)
    fitting = whole.filter(fits)
    joined = b"".join(chunk.cast(pa.binary(width)).buffers()[1] or b"" for chunk in fitting.chunks)
    values = _VALUES[np.frombuffer(joined, np.uint8, len(fitting) * width).reshape(-1, width)]
    return _kept(values, fits.to_numpy(zero_copy_only=False).astype(bool), _NONE + 1, len(_ALPHABET))


def _kept(
    values: npt.NDArray[np.int8], is_digit: npt.NDArray[np.bool_], low: int, high: int
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.bool_]]:
    """Only the texts whose characters all lie from `low` to below `high`."""
    if values.size == 0 or (values.min() >= low and values.max() < high):
        return values, is_digit
    kept = ((values >= low) & (values < high)).all(axis=1)
    is_digit[is_digit] = kept
    return values[kept], is_digit


def _digits(texts: pd.Series) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.bool_]]:
    return _kept(*_characters(texts, THAI_ID_LENGTH), 0, 10)


def has_thai_form(texts: pd.Series) -> npt.NDArray[np.bool_]:
    """Which texts are 13 digits, whatever the last of them."""
    return _digits(texts)[1]


def has_thai_check_digit(texts: pd.Series) -> npt.NDArray[np.bool_]:
    """Which texts are 13 digits whose last fits the first twelve (weights 13 ... 2, modulo 11).

    Any first digit may be valid: 0 belongs to people without registration status, who matter most here.
    """
    values, is_digit = _digits(texts)
    total = values[:, :-1].astype(np.float32) @ np.arange(THAI_ID_LENGTH, 1, -1, dtype=np.float32)
    is_digit[is_digit] = (11 - total.astype(np.int16) % 11) % 10 == values[:, -1]
    return is_digit


def is_placeholder_number(texts: pd.Series) -> npt.NDArray[np.bool_]:
    """Which texts are 13 digits that somebody made up to fill the cell: 9999999999999, 1234567890121, 1212121212121.

    All digits but the last are one digit, two, three, four or six again and again, or each follows the one before, up
    or down. Some of these have a right check digit; of the numbers that are given out one in a million looks so.
    """
    values, is_digit = _digits(texts)
    body = values[:, :-1]
    made_up = np.zeros(len(body), dtype=bool)
    for period in _PERIODS:
        made_up |= (body[:, period:] == body[:, :-period]).all(axis=1)
    step = (body[:, 1:] - body[:, :-1]) % 10
    is_digit[is_digit] = made_up | (step == 1).all(axis=1) | (step == 9).all(axis=1)
    return is_digit


def is_thai_id(texts: pd.Series) -> npt.NDArray[np.bool_]:
    """Which texts are a national ID by which somebody can be known: its check digit holds and it is nobody's filler."""
    return has_thai_check_digit(texts) & ~is_placeholder_number(texts)


def thai_number_sql(cell: str) -> str:
    """SQL for whether a cell holds 13 digits that nobody made up, as `is_placeholder_number` says."""
    body = f"{cell}[1:{THAI_ID_LENGTH - 1}]"
    periods = [
        f"{cell}[{period + 1}:{THAI_ID_LENGTH - 1}] = {cell}[1:{THAI_ID_LENGTH - 1 - period}]" for period in _PERIODS
    ]
    up = "0123456789" * 3
    steps = [f"contains('{digits}', {body})" for digits in (up, up[::-1])]
    return f"(regexp_full_match({cell}, '[0-9]{{{THAI_ID_LENGTH}}}') AND NOT ({' OR '.join([*periods, *steps])}))"


def thai_id_sql(cell: str) -> str:
    """SQL for whether a cell holds a national ID, as `is_thai_id` says."""
    number = f"TRY_CAST({cell} AS BIGINT)"
    total = " + ".join(
        f"{number} // {10 ** (THAI_ID_LENGTH - 1 - place)} % 10 * {THAI_ID_LENGTH - place}"
        for place in range(THAI_ID_LENGTH - 1)
    )
    return f"({thai_number_sql(cell)} AND (11 - ({total}) % 11) % 10 = {number} % 10)"


def has_cpms_check_letter(texts: pd.Series) -> npt.NDArray[np.bool_]:
    """Which texts are well-formed CPMS identifiers: C or H, ten characters, and an ISO 7064 mod 37,36 check."""
    values, is_character = _characters(texts, CPMS_ID_LENGTH)
    product = np.full(len(values), 36)
    for position in range(CPMS_ID_LENGTH - 1):
        total = (product + values[:, position]) % 36
        product = (np.where(total == 0, 36, total) * 2) % 37
    kind = np.isin(values[:, 0], [_ALPHABET.index("C"), _ALPHABET.index("H")])
    is_character[is_character] = kind & ((product + values[:, -1]) % 36 == 1)
    return is_character


def new_identifier(kind: str) -> str:
    """A new permanent identifier for a child ("C") or a household ("H"); random, so it says nothing about anyone."""
    from stdnum.iso7064 import mod_37_36  # noqa: PLC0415 - loads what web services need

    body = kind + "".join(secrets.choice(_DRAWN) for _ in range(CPMS_ID_LENGTH - 2))
    return body + mod_37_36.calc_check_digit(body)
