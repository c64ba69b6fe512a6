"""Hours with a part of an hour, as people write them: 20,5 hours, 3 ชม. 30 นาที, 20 ชั่วโมงครึ่ง, 90 นาที."""

from __future__ import annotations

import re

_HOURS = r"(?:ชั่วโมง|ชม\.?|hours?|hrs?\.?|h\.?)"
_MINUTES = r"(?:นาที|น\.|minutes?|mins?\.?|m\.?)"
_WITH_HOURS = re.compile(
    rf"(?P<hours>[0-9]{{1,3}})(?:[.,](?P<part>[0-9]{{1,2}}))? ?{_HOURS}"
    rf"(?: ?(?:กับ|และ|and|,)? ?(?:(?P<minutes>[0-9]{{1,2}}) ?{_MINUTES}|(?P<half>ครึ่ง)))?"
)
_ONLY_MINUTES = re.compile(rf"(?P<minutes>[0-9]{{1,4}}) ?{_MINUTES}")
_IN_AN_HOUR, _LONGEST = 60, 40


def completed_hours(text: str) -> str | None:
    """The hours that a text of 0-9 tells with their unit, without the part of an hour that is not complete; None where
    it tells none, or hours of something else, as of a day.

    >>> [completed_hours(text) for text in ("20,5 hours", "3 ชม. 30 นาที", "90 นาที", "8-10 ชม.", "8 ชม./วัน")]
    ['20', '3', '1', None, None]
    """
    plain = " ".join(text.casefold().split())
    if len(plain) > _LONGEST:
        return None
    if (minutes := _ONLY_MINUTES.fullmatch(plain)) is not None:
        return str(int(minutes["minutes"]) // _IN_AN_HOUR)
    hours = _WITH_HOURS.fullmatch(plain)
    if (
        hours is None
        or int(hours["minutes"] or 0) >= _IN_AN_HOUR
        or (hours["part"] and (hours["minutes"] or hours["half"]))
    ):
        return None
    return str(int(hours["hours"]))
