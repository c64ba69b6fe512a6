"""The rounds in the order of their years, each linked to those before it: all of it, or what a change touches."""

from __future__ import annotations

from cpms_cli.linking.link_rows import BY_HOME, BY_NAMES, note_names, numbers_of
from cpms_cli.linking.linking_state import Linking, join_children
from cpms_cli.linking.match_model import Model
from cpms_cli.linking.round_links import decide, pass_of
from cpms_cli.linking.round_models import round_model, shares_by_chance


def rounds_of(linking: Linking) -> list[int]:
    """Return the rounds that have rows, the earliest first."""
    return [int(round_) for round_ in numbers_of(linking.rows, "SELECT DISTINCT round FROM link_row ORDER BY round")]


def link_all_rounds(linking: Linking) -> Model:
    """Link every round anew; returns by what."""
    unnamed = numbers_of(linking.rows, "SELECT row_id FROM link_row WHERE NOT named ORDER BY row_key")
    linking.compare_ready(unnamed)
    note_names(linking.rows, linking.names, unnamed)
    model = shares_by_chance(linking)
    for round_ in rounds_of(linking)[1:]:
        of_round = round_model(linking, model, round_)
        for number in (BY_NAMES, BY_HOME):
            of = pass_of(linking, of_round, number)
            decide(of, of.in_round)
            join_children(linking.rows, round_, str(number))
    return model
