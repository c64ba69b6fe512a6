"""What a pair of rows agrees in, and what not, in words."""

from __future__ import annotations

from collections.abc import Mapping

from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

# Levels that speak against a pair, and those that say nothing; the others agree.
_DIFFERING = frozenset({"differs", "none", "elsewhere", "clash", "slip", "close", "near", "other"})
_SILENT = frozenset({"unknown", "clear"})


def level_words(settings: LinkingSettings, levels: Mapping[str, str], language: Language, *, differing: bool) -> str:
    """Return the labels of the levels (by comparison) that agree, or of those that differ."""
    labels = settings.comparisons
    return "; ".join(
        labels[name][level].label.in_(language)
        for name, level in levels.items()
        if level not in _SILENT and (level in _DIFFERING) == differing
    )
