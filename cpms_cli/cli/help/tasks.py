"""The commands by what one wants to do: so they stand in the help of `cpms` and in the reference."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

# The commands of each task, in the order of the work. A command stands in one of them (tests/docs/test_docs.py).
TASKS: dict[str, tuple[str, ...]] = {
    "Start here": ("demo", "samples", "doctor", "help", "explain"),
    "Work in an office's folder": ("init", "run"),
    "Check a file, and mend it": ("validate", "map", "areas"),
    "Make the form": ("template", "codebook"),
    "Store files": ("merge", "history", "undo"),
    "Decide which rows are one child": (
        *(
            "review export",
            "review apply",
            "child split",
            "child join",
            "link report",
            "link files",
            "link provinces",
            "link rebuild",
        ),
    ),
    "Find the children who need help": ("today", "score show", "children", "find", "child show", "visits"),
    "Record what was done": (
        *("response due", "response import", "response add", "response assign", "response summary", "child dispute"),
    ),
    "Summarise an area": ("community", "province", "indicator", "rights", "migration", "overlap", "country"),
    "Report, plan and hand on": (
        *("report community", "report province", "report site", "report child", "report leaflet"),
        *("plan community", "plan province"),
        *("export records", "export figures", "export dataset", "bundle-key", "bundle"),
    ),
    "Keep the store": (
        *("store check", "store backup", "store restore", "store compact", "store encrypt", "store audit"),
        *("store push", "child forget"),
    ),
    "Change the rules": (
        *("schema new", "schema diff", "schema check", "schema use", "schema undo"),
        *("score fairness", "score validate"),
    ),
}


def task_of(name: str) -> str | None:
    """The task of a command, or of a group of commands; None where it has none.

    A group stands with what it shows where none of its commands is named, else with the first of them.

    >>> task_of("merge"), task_of("child"), task_of("review")
    ('Store files', 'Find the children who need help', 'Decide which rows are one child')
    """
    for wanted in (name, f"{name} show"):
        for task, commands in TASKS.items():
            if wanted in commands:
                return task
    return next((task for task, commands in TASKS.items() if any(of.split()[0] == name for of in commands)), None)


class CommandsByTask(TyperGroup):
    """The group of all commands, whose help lists them by task."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, those of each task under its heading; what has no task comes last."""
        width = max(map(len, self.commands))
        order = [command.split()[0] for commands in TASKS.values() for command in commands]
        for task in (*TASKS, None):
            names = [name for name in self.commands if task_of(name) == task]
            rows = [
                (name.ljust(width), self.commands[name].get_short_help_str(formatter.width - 6 - width))
                for name in sorted(names, key=lambda name: order.index(name) if name in order else len(order))
            ]
            if rows:
                with formatter.section(task or "Commands"):
                    formatter.write_dl(rows)
