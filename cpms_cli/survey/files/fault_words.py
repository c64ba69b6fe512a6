"""What the validator says of a part of a definition, in words of whoever writes one."""

from __future__ import annotations

from pydantic_core import ErrorDetails

_PLAIN = {
    "missing": "this is missing",
    "extra_forbidden": "nothing of this name is read here; correct the spelling, or take it out",
}
_NAME = "^[a-z]"


def fault_words(fault: ErrorDetails) -> str:
    """Return what a part is not, in words of whoever writes a definition: the validator's own speak of its insides."""
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    if fault["type"] == "string_pattern_mismatch" and str(fault["ctx"]["pattern"]).startswith(_NAME):
        return f"'{fault['input']}' cannot be a name here: small letters a to z, digits and _, a letter first"
    return _PLAIN.get(fault["type"], fault["msg"])
