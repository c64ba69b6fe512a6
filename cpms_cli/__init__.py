"""cpms: the toolkit for the Child Protection Monitoring System.

The public functions; everything the command line does is one of them. Each is imported when it is first used, so that
`import cpms_cli` costs nothing.

>>> import cpms_cli
>>> sorted(cpms_cli.__all__)[:4]
['CpmsError', 'add_response', 'annotate', 'apply_review']
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from cpms_cli.errors import CpmsError as CpmsError

__version__ = "0.1.0"

_PUBLIC = {
    "load_survey": "cpms_cli.survey.opening.loading",
    "copy_shipped_definition": "cpms_cli.survey.files.new_definition",
    "explain": "cpms_cli.survey.typed.explanation",
    "prove_definition": "cpms_cli.scoring.examples.proving",
    "definition_changes": "cpms_cli.survey.comparing.changes",
    "read": "cpms_cli.reading.tables",
    "draft_map": "cpms_cli.checking.drafting.header_map",
    "read_cells": "cpms_cli.reading.cells",
    "validate": "cpms_cli.checking.validation",
    "changes": "cpms_cli.checking.mending.read_otherwise",
    "annotate": "cpms_cli.checking.mending.annotation",
    "validate_against_store": "cpms_cli.merging.compare",
    "merge": "cpms_cli.merging.merge",
    "merge_folder": "cpms_cli.merging.folder_merge",
    "history": "cpms_cli.store.history",
    "audit_log": "cpms_cli.store.history",
    "undo": "cpms_cli.merging.undo",
    "check_store": "cpms_cli.store.invariants",
    "backup": "cpms_cli.store.safety.copies",
    "restore": "cpms_cli.store.safety.copies",
    "compact": "cpms_cli.store.safety.copies",
    "encrypt": "cpms_cli.store.safety.copies",
    "forget": "cpms_cli.store.safety.erasure",
    "bundle": "cpms_cli.store.bundles",
    "score": "cpms_cli.scoring.scores",
    "score_tables": "cpms_cli.scoring.scores",
    "score_and_record": "cpms_cli.scoring.runs",
    "score_again": "cpms_cli.scoring.runs",
    "compare_definitions": "cpms_cli.scoring.trials.definition_comparison",
    "list_children": "cpms_cli.summaries.child.children",
    "find_children": "cpms_cli.summaries.child.child_search",
    "child_history": "cpms_cli.summaries.child.child_history",
    "export_review": "cpms_cli.linking.review.review",
    "apply_review": "cpms_cli.linking.review.review",
    "dispute_answer": "cpms_cli.merging.disputing",
    "settle_disputes": "cpms_cli.merging.disputing",
    "split_child": "cpms_cli.linking.review.by_hand",
    "join_children": "cpms_cli.linking.review.by_hand",
    "link_report": "cpms_cli.linking.link_quality",
    "link_frames": "cpms_cli.linking.tables.linked_tables",
    "link_provinces": "cpms_cli.linking.provinces.province_links",
    "link_files": "cpms_cli.linking.tables.file_pairs",
    "summarise_area": "cpms_cli.summaries.area.areas",
    "plan_area": "cpms_cli.summaries.area.plans",
    "leaflet": "cpms_cli.reports.composing.leaflet",
    "plan_document": "cpms_cli.reports.composing.plan",
    "render": "cpms_cli.reports.documents.rendering",
    "set_mending": "cpms_cli.exercises",
    "mending_marked": "cpms_cli.exercises",
    "decisions_marked": "cpms_cli.exercises",
    "set_visits": "cpms_cli.exercises",
    "visits_marked": "cpms_cli.exercises",
    "child_records": "cpms_cli.summaries.records.child_records",
    "published_figures": "cpms_cli.disclosure.release.published_figures",
    "export_dataset": "cpms_cli.datasets.folder.exporting",
    "push_store": "cpms_cli.publishing.pushing",
    "score_dataset": "cpms_cli.datasets.scoring",
    "summarise_country": "cpms_cli.datasets.country",
    "codebook": "cpms_cli.reports.composing.codebook",
    "diagnose": "cpms_cli.diagnosing",
    "import_responses": "cpms_cli.merging.respond",
    "import_lists": "cpms_cli.merging.filled_lists",
    "import_answers": "cpms_cli.merging.today_answers",
    "add_response": "cpms_cli.merging.respond",
    "assign_cases": "cpms_cli.summaries.response.assigning",
    "due_responses": "cpms_cli.summaries.response.due",
    "summarise_responses": "cpms_cli.summaries.response.response_counts",
    "summarise_case_work": "cpms_cli.summaries.response.case_work",
    "summarise_indicator": "cpms_cli.summaries.area.indicator",
    "summarise_rights": "cpms_cli.summaries.area.rights",
    "summarise_migration": "cpms_cli.summaries.migration.area_migration",
    "why_child": "cpms_cli.summaries.child.why",
    "why_children": "cpms_cli.summaries.child.why",
    "list_today": "cpms_cli.summaries.today.today_list",
    "plan_visits": "cpms_cli.summaries.response.visits",
    "area_change": "cpms_cli.summaries.rounds.change",
    "indicator_change": "cpms_cli.summaries.area.indicator",
    "rights_change": "cpms_cli.summaries.area.rights",
    "migration_change": "cpms_cli.summaries.migration.area_migration",
    "response_change": "cpms_cli.summaries.response.response_counts",
    "overlap": "cpms_cli.summaries.rounds.overlap",
    "overlap_change": "cpms_cli.summaries.rounds.overlap_change",
    "report_area": "cpms_cli.reports.composing.area.area_report",
    "report_child": "cpms_cli.reports.composing.child_report",
    "load_office": "cpms_cli.office.settings",
    "make_office": "cpms_cli.office.new_office",
    "run_office": "cpms_cli.office.office_run",
    "write_samples": "cpms_cli.samples.file_layouts",
    "write_template": "cpms_cli.forms.template",
    "write_today": "cpms_cli.reports.children.today",
    "write_xlsform": "cpms_cli.forms.phone.xlsform",
    "write_next_form": "cpms_cli.forms.next_round",
}
__all__ = sorted(["CpmsError", *_PUBLIC])  # noqa: PLE0605


def _in_words(error: CpmsError) -> str:
    messages = import_module("cpms_cli.survey.messages")
    choice = import_module("cpms_cli.survey.speech.language_choice")
    return str(messages.sentence(error, choice.chosen_language()))


CpmsError.in_words = staticmethod(_in_words)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'cpms_cli' has no attribute '{name}'")
    return getattr(import_module(_PUBLIC[name]), name)
