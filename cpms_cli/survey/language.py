"""Which language this run speaks. Apart from the sentences, so that `--help` need not load them."""

from __future__ import annotations

import locale
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cpms_cli.survey.model.definition import Language


def chosen_language(asked: str | None = None) -> Language:
    """The language asked for, or that of CPMS_LANG, or of the locale; English where neither says Thai."""
    wanted = asked or os.environ.get("CPMS_LANG") or locale.getlocale()[0] or ""
    return "th" if wanted.lower().startswith(("th", "thai")) else "en"
