"""Pseudonyms of several stores as one series: the key that they share, and names that tell keys apart and not more."""

from __future__ import annotations

import hashlib
import hmac

from cpms_cli.keys import key_value

SERIES_KEY = "CPMS_PSEUDONYM_KEY"
"""The variable with the secret that stores share whose pseudonyms are to be of one series."""
_STORE, _SERIES = "cpms store", "cpms series"


def series_key(own: bytes) -> bytes:
    """Return the key of the pseudonyms: made of the secret that stores share, else the store's own."""
    shared = key_value(SERIES_KEY)
    return own if shared is None else hashlib.sha256(shared.encode()).digest()


def name_of_store(own: bytes) -> str:
    """Return a name for a store, by its own key, that does not tell the key."""
    return _name_of_key(own, _STORE)


def name_of_series(key: bytes, audience: str) -> str:
    """Return a name for the series of an audience's pseudonyms that does not tell their key."""
    return _name_of_key(key, f"{_SERIES} {audience}")


def _name_of_key(key: bytes, purpose: str) -> str:
    return hmac.new(key, purpose.encode(), hashlib.sha256).hexdigest()[:16]
