"""The clock of the country: which day it is, whatever time zone the computer keeps.

The store keeps moments in UTC. Days are those of Thailand, which is seven hours ahead and has no summer time: what is
done at two in the morning in Ranong is done on that day, on a laptop there and on a server in another zone.
"""

from __future__ import annotations

import datetime

MINUTES_AHEAD = 7 * 60  # of UTC
_ZONE = datetime.timezone(datetime.timedelta(minutes=MINUTES_AHEAD))


def country_today() -> datetime.date:
    """Return the day that it is in the country now."""
    return datetime.datetime.now(_ZONE).date()


def country_day_sql(moment: str) -> str:
    """Return the SQL for the day in the country of a moment that is kept in UTC.

    >>> country_day_sql("b.merged_at")
    '(b.merged_at + INTERVAL 420 MINUTE)::DATE'
    """
    return f"({moment} + INTERVAL {MINUTES_AHEAD} MINUTE)::DATE"
