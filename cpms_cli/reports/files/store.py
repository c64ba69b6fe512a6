"""A store's history and its proof, as text."""

from __future__ import annotations

import pandas as pd
from rich.console import Console

from cpms_cli.reports.terminal import NARROW, Layout, show_table, stacked
from cpms_cli.store.tables.dispute_tables import DISPUTE
from cpms_cli.store.tables.response_tables import RESPONSE
from cpms_cli.survey.era import shown_moment
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language

_SMALL = 72  # letters: in a narrower window counts stand below each other


def show_history(console: Console, tables: dict[str, pd.DataFrame], language: Language) -> None:
    """Print the merged files with their counts, and what else was done."""
    kinds = {RESPONSE: f" ({say('history_responses', language)})", DISPUTE: f" ({say('history_disputes', language)})"}
    batches = tables["batches"].assign(
        file=tables["batches"]["file"].astype("str") + tables["batches"]["kind"].map(kinds).fillna(""),
        when=[shown_moment(moment, language) for moment in tables["batches"]["merged_at"]],
        digest=tables["batches"]["sha256"].str[:12],
    )
    names = {
        "batch_id": "batch",
        "when": "when",
        "merged_by": "who",
        "file": "file",
        "digest": "sha256",
        "rows_in": "rows",
        "rows_stored": "stored",
        "rows_unchanged": "unchanged",
        "rows_quarantined": "quarantined",
    }
    headings = {name: say(f"col_{key}", language) for name, key in names.items()}
    if console.width < NARROW:
        # A file's name has no spaces to break it at: what is short stands below it.
        batches, headings = stacked(batches, headings, {"file": ("when", "merged_by", "digest")})
    if console.width < _SMALL:
        counts = ("rows_stored", "rows_unchanged", "rows_quarantined")
        headings["rows_in"] = ""
        row_counts = say("col_rows", language) + ": " + batches["rows_in"].astype("str")
        batches, headings = stacked(batches.assign(rows_in=row_counts), headings, {"rows_in": counts}, named=counts)
    show_table(
        console,
        batches,
        headings,
        Layout(
            tight=("when", "merged_by"),
            right=("batch_id", "rows_in", "rows_stored", "rows_unchanged", "rows_quarantined"),
        ),
        title=say("history_batches", language),
    )
    _show_runs(console, tables["runs"], language)
    if tables["events"].empty:
        return
    events = tables["events"].assign(
        when=[shown_moment(moment, language) for moment in tables["events"]["done_at"]],
        event=[say(f"event_{what.replace(' ', '_')}", language) for what in tables["events"]["what"]],
        batch=tables["events"]["batch_id"].astype("Int64"),
    )
    names = {"when": "when", "who": "who", "event": "event", "batch": "batch", "detail": "detail"}
    show_table(
        console,
        events,
        {name: say(f"col_{key}", language) for name, key in names.items()},
        Layout(tight=("when",), right=("batch",)),
        title=say("history_events", language),
    )


def _show_runs(console: Console, runs: pd.DataFrame, language: Language) -> None:
    if runs.empty:
        return
    shown = runs.assign(
        when=[shown_moment(moment, language) for moment in runs["scored_at"]], digest=runs["definition"].str[:12]
    )
    names = {
        "run": "run",
        "when": "when",
        "scored_by": "who",
        "digest": "definition",
        "last_batch": "last_batch",
        "children": "children",
    }
    headings = {name: say(f"col_{key}", language) for name, key in names.items()}
    if console.width < NARROW:
        shown, headings = stacked(shown, headings, {"when": ("scored_by",)})
    show_table(
        console,
        shown,
        headings,
        Layout(tight=("when", "scored_by", "digest"), right=("run", "last_batch", "children")),
        title=say("history_runs", language),
    )


def show_check(console: Console, store: str, invariants: pd.DataFrame, language: Language) -> None:
    """Print the invariants that do not hold, or that all do."""
    broken = invariants[invariants["violations"] > 0]
    if broken.empty:
        console.print(say("store_sound", language, store=store, count=len(invariants)))
        return
    names = ("invariant", "violations")
    show_table(console, broken, {name: say(f"col_{name}", language) for name in names}, Layout(right=("violations",)))
    console.print(say("store_unsound", language, store=store, count=len(broken)))


def show_audit(console: Console, log: pd.DataFrame, language: Language) -> None:
    """Print which outputs showed whom they are about, when and to whom; or that none did."""
    if log.empty:
        console.print(say("audit_none", language))
        return
    shown = log.assign(when=[shown_moment(moment, language) for moment in log["shown_at"]])
    names = {"when": "when", "who": "who", "what": "command", "children": "children"}
    show_table(
        console,
        shown,
        {name: say(f"col_{key}", language) for name, key in names.items()},
        Layout(tight=("when", "who"), right=("children",)),
        title=say("audit_title", language),
    )
