"""What changes in a store that follows another definition, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from cpms_cli.errors import DefinitionError
from cpms_cli.reports.definitions.definition_changes import definition_changes_document, show_definition_changes
from cpms_cli.reports.files.runs import DIGEST, show_comparison
from cpms_cli.scoring.trials.definition_comparison import Comparison
from cpms_cli.store.definitions.adoption_plan import AdoptionPlan
from cpms_cli.store.definitions.places import Obstacle, Places
from cpms_cli.store.definitions.rounds_asked_again import AskedAgain
from cpms_cli.store.definitions.unasked_rounds import UnaskedRounds
from cpms_cli.store.tables.adoption_tables import tables_of
from cpms_cli.survey.comparing.changes import definition_changes
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import fault_sentence, problem_line, say, sentence
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.writing.files import records


@dataclass(frozen=True)
class Proposal:
    """A definition that a store may follow: what changes in the store, and who moves; None where that is not looked at.

    `problems` are those of the definition's own examples: loading it has proved the rest.
    """

    plan: AdoptionPlan
    compared: Comparison | None
    problems: tuple[Problem, ...]

    @property
    def exit_code(self) -> int:
        """0: the store can follow it; 2: it cannot."""
        return 2 if self.plan.obstacles or self.problems else 0


def proposal_document(proposal: Proposal, language: Language, *, adopted: bool) -> dict[str, Any]:
    """Return the change for scripts: digests, questions, what stands in the way, and the flow between levels."""
    plan, compared = proposal.plan, proposal.compared
    return {
        "schema_version": 1,
        "exit_code": proposal.exit_code,
        "before": plan.before.digest,
        "after": plan.after.digest,
        "adopted": adopted,
        "added": [{"table": table, "question": name} for table, name in plan.added],
        "left": [{"table": table, "question": name, "answers": count} for (table, name), count in plan.left.items()],
        "renamed": [
            {
                "table": change.of_table,
                "kind": change.kind,
                "of": change.field,
                "from": change.former,
                "to": change.name,
            }
            for change in plan.renamings
        ],
        "unasked": [
            {
                "table": part.table,
                "question": part.field.name,
                "code": part.code,
                "answers": {str(year): count for year, count in part.answers.items()},
                "blank": {str(year): count for year, count in part.blank.items()},
            }
            for part in plan.unasked
        ],
        "asked_again": [
            {
                "table": part.table,
                "question": part.field.name,
                "answers": {str(year): count for year, count in part.answers.items()},
                "blank": {str(year): count for year, count in part.blank.items()},
            }
            for part in plan.again
        ],
        "turned_off_in_log": [{"question": name, "answers": count} for name, count in plan.turned_off.items()],
        "obstacles": [
            {
                **{name: value for name, value in obstacle.values.items() if isinstance(value, str | int)},
                "id": obstacle.message_id,
                "message": _sentence_of(obstacle, language),
            }
            for obstacle in plan.obstacles
        ],
        "problems": [
            {"file": problem.file, "line": problem.line, "message": fault_sentence(problem.fault, language)}
            for problem in proposal.problems
        ],
        "changes": definition_changes_document(definition_changes(plan.before, plan.after)),
        "levels": [] if compared is None else records(compared.flow),
    }


def show_adoption(console: Console, store: Path, proposal: Proposal, language: Language) -> None:
    """Print what changes in the store: its questions, and who would be at another level."""
    plan, compared = proposal.plan, proposal.compared
    before, after = plan.before.digest[:DIGEST], plan.after.digest[:DIGEST]
    console.print(say("adoption_title", language, store=store.name, before=before, after=after), style="bold")
    show_definition_changes(console, definition_changes(plan.before, plan.after), (before, after), language)
    lines = _lines(plan, language)
    for line in lines or [say("adoption_no_columns", language)]:
        console.print(line)
    if compared is not None:
        folder = plan.after.folder
        command = f"cpms score --compare --schemas {folder} --store {store} -o changes.xlsx"
        show_comparison(console, compared, language, command)


def _lines(plan: AdoptionPlan, language: Language) -> list[str]:
    lines = []
    if plan.added:
        names = ", ".join(_named(plan.after, table, name, language) for table, name in plan.added)
        lines.append(say("adoption_added", language, names=names))
    for (table, name), count in plan.left.items():
        lines.append(say("adoption_left", language, name=_named(plan.before, table, name, language), count=count))
    for change in plan.renamings:
        message = "adoption_renamed" if change.kind == "field" else "adoption_recoded"
        lines.append(say(message, language, field=change.field, former=change.former, name=change.name))
    lines += [line for part in plan.unasked for line in _unasked_lines(plan, part, language)]
    for name, count in plan.turned_off.items():
        lines.append(
            say("adoption_log_off", language, name=_named(plan.after, "response", name, language), count=count)
        )
    return lines + [_again_line(plan, part, language) for part in plan.again]


def _again_line(plan: AdoptionPlan, part: AskedAgain, language: Language) -> str:
    """Return what becomes of rounds that by the definition asked a question, and so far did not."""
    years = sorted({*part.answers, *part.blank})
    return say(
        "adoption_asked_again",
        language,
        name=_named(plan.after, part.table, part.field.name, language),
        rounds=", ".join(shown_year(year, language) for year in years),
        count=sum(part.answers.values()),
        blank=sum(part.blank.values()),
    )


def _unasked_lines(plan: AdoptionPlan, part: UnaskedRounds, language: Language) -> Iterator[str]:
    """Yield what becomes of the answers of rounds that did not ask, or did not offer one, by the definition."""
    name = _named(plan.after, part.table, part.field.name, language)
    if part.code:
        place = Places(plan.after).of_code(part.field.codelist or "", part.code)
        values = {"name": name, "code": part.code, "count": part.count, **place}
        yield say("adoption_code_unoffered", language, rounds=_rounds(part.answers, language), **values)
        return
    if part.count:
        rounds = _rounds(part.answers, language)
        yield say("adoption_unread", language, name=name, count=part.count, rounds=rounds)
    if part.blank:
        yield say("adoption_blank_unread", language, name=name, rounds=_rounds(part.blank, language))


def _rounds(counts: Mapping[int, int], language: Language) -> str:
    """Return how many there are of each round, in words."""
    faults = (Fault("answers_of_round", year=year, count=count) for year, count in counts.items())
    return ", ".join(fault_sentence(fault, language) for fault in faults)


def _sentence_of(obstacle: Obstacle, language: Language) -> str:
    return sentence(DefinitionError(obstacle.message_id, **obstacle.values), language)


def _named(survey: Survey, table: str, name: str, language: Language) -> str:
    """Return a question's name with its label, where the definition has one."""
    labels = (field.label.in_(language) for field in tables_of(survey)[table].fields if field.name == name)
    label = next(labels, "")
    return f"{name} ({label})" if label else name


def refusal_lines(proposal: Proposal, store: str, folder: str, language: Language) -> list[str]:
    """Return why the store cannot follow the definition, a sentence each; none where it can."""
    obstacles, problems = proposal.plan.obstacles, proposal.problems
    if obstacles:
        heading = say("adoption_refused", language, store=store, count=len(obstacles))
        return [heading, *(_sentence_of(obstacle, language) for obstacle in obstacles)]
    if problems:
        refused = say("adoption_unsound", language, store=store, count=len(problems), folder=folder)
        return [*(problem_line(problem, language) for problem in problems), refused]
    return []
