"""Which children moved from one province to another, for people at a terminal and for scripts."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from cpms_cli.linking.provinces.province_links import BEFORE, NOW, MovedChildren
from cpms_cli.reports.files.linked_files import in_words
from cpms_cli.reports.terminal import show_table
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.files import records

_SHOWN = {
    "kind": "column_pairs_kind",
    "reason": "column_reason_moved",
    **{
        f"{name}_{side}": f"column_{name}_{side}"
        for side in ("before", "now")
        for name in ("province", "round", "child")
    },
    "differs": "column_differs",
}
_YEARS = (f"round_{BEFORE}", f"round_{NOW}")
_MOST = 40  # pairs on a screen; the file has them all


def document(moved: MovedChildren) -> dict[str, Any]:
    """Return the JSON document of children who moved."""
    return {
        "schema_version": 1,
        "exit_code": 0,
        "error": None,
        "stores": moved.stores,
        "children": moved.children,
        "automatic": moved.automatic,
        "review": len(moved.pairs) - moved.automatic,
        "pairs": records(moved.pairs),
    }


def show(console: Console, moved: MovedChildren, survey: Survey, language: Language) -> None:
    """Print the pairs, and how many there are of each kind."""
    console.print(say("moved_compared", language, stores=moved.stores, children=moved.children))
    shown = in_words(moved.pairs.head(_MOST), language)
    if len(shown):
        headings = {name: say(message, language) for name, message in _SHOWN.items()}
        for name in moved.cells:
            for side in (BEFORE, NOW):
                label = survey.fields[name].label.in_(language)
                headings[f"{name}_{side}"] = say(f"moved_{side}", language, field=label)
        years = {name: shown[name].map(lambda year: shown_year(int(year), language)) for name in _YEARS}
        show_table(console, shown.assign(**years), headings)
    if len(moved.pairs) > _MOST:
        console.print(say("link_more_pairs", language, count=len(moved.pairs) - _MOST))
    console.print(say("moved_pairs", language, automatic=moved.automatic, review=len(moved.pairs) - moved.automatic))
