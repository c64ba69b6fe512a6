"""A small form player for the tests: runs what pyxform made of our XLSForm with libxml2's XPath, as a phone would."""

from __future__ import annotations

import copy
import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

TODAY = datetime.date(2026, 12, 31)
Media = Mapping[str, Sequence[Mapping[str, str]]]
_FORMATS = {"%Y": "{0.year:04d}", "%m": "{0.month:02d}", "%d": "{0.day:02d}", "%n": "{0.month}", "%e": "{0.day}"}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "" if not value else (value[0].text or "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return str(value)


def _format_date(_: Any, value: Any, pattern: str) -> str:
    if not _text(value):
        return ""
    date = datetime.date.fromisoformat(_text(value))
    return re.sub("%.", lambda match: _FORMATS[match[0]].format(date), pattern)


class Interview:
    """One household with one child. Names of fields stand for their places in the form."""

    def __init__(self, xform: str, media: Media | None = None) -> None:
        tree = etree.fromstring(xform.encode())
        for node in tree.iter():
            if isinstance(node.tag, str):
                node.tag = etree.QName(node).localname
                for name in [name for name in node.attrib if name.startswith("{")]:
                    node.set(etree.QName(name).localname, node.attrib.pop(name))
        self.tree, self.media = tree, media or {}
        self.data = etree.ElementTree(copy.deepcopy(tree.find(".//model/instance")[0]))
        for template in self.data.getroot().xpath("//*[@template]"):
            template.getparent().remove(template)
        self.binds = {bind.get("nodeset"): dict(bind.attrib) for bind in tree.iter("bind")}
        self.answers: dict[str, str] = {}
        self._functions()
        self.settle()

    def _functions(self) -> None:
        functions = etree.FunctionNamespace(None)
        functions["if"] = lambda _, test, then, other: _text(then) if test else _text(other)
        functions["format-date"] = _format_date
        functions["substr"] = lambda _, text, start, end: _text(text)[int(start) : int(end)]
        functions["today"] = lambda _: TODAY.isoformat()
        functions["regex"] = lambda _, text, pattern: re.search(pattern, _text(text)) is not None
        functions["selected"] = lambda _, text, code: code in _text(text).split()
        functions["count-selected"] = lambda _, text: float(len(_text(text).split()))
        functions["pulldata"] = self._pulldata

    def _pulldata(self, _: Any, file: str, wanted: str, key: str, value: Any) -> str:
        return next((str(row[wanted]) for row in self.media[file] if row[key] == _text(value)), "")

    def path(self, name: str) -> str:
        [bound_path] = [path for path in self.binds if path.rsplit("/", 1)[1] == name]
        return str(bound_path)

    def _node(self, path: str) -> Any:
        return self.data.xpath(path)[0]

    def evaluate(self, expression: str, path: str) -> Any:
        # The place of a repeat is told by its own position, which the engine has no function for.
        rewritten = expression.replace("position(..)", "(count(../preceding-sibling::child) + 1)")
        # Dates compare as dates on a phone, and here as numbers of the same order.
        rewritten = rewritten.replace(
            ". <= today()", "number(translate(., '-', '')) <= number(translate(today(), '-', ''))"
        )
        return self._node(path).xpath(rewritten)

    def relevant(self, name: str) -> bool:
        return self._relevant(self.path(name))

    def _relevant(self, path: str) -> bool:
        parts = path.split("/")
        ancestors = ["/".join(parts[: end + 1]) for end in range(2, len(parts))]
        rules = [(self.binds.get(ancestor, {}).get("relevant"), ancestor) for ancestor in ancestors]
        return all(bool(self.evaluate(rule, value_path)) for rule, value_path in rules if rule)

    def settle(self) -> None:
        """Calculate until nothing changes; what is not relevant is blank."""
        for _ in range(10):
            before = etree.tostring(self.data)
            for path, bind in self.binds.items():
                node = self._node(path)
                if len(node):
                    continue
                value = _text(self.evaluate(bind["calculate"], path)) if "calculate" in bind else self.answers.get(path)
                node.text = (value or "") if self._relevant(path) else ""
            if etree.tostring(self.data) == before:
                return
        raise AssertionError("the form goes round in circles")

    def answer(self, **answers: str) -> None:
        """Give these answers in turn, as an interviewer who may only answer what is asked."""
        for name, value in answers.items():
            path = self.path(name)
            assert self._relevant(path), f"{name} is not asked"
            self.answers[path] = value
            self.settle()
            for action in self.tree.xpath(f"//*[@ref='{path}']/setvalue"):
                target, rule = action.get("ref"), action.get("value")
                answer = _text(self.evaluate(rule, path))
                assert answer == _text(self.evaluate(rule, target)), f"{target}: where it looks from matters"
                self.answers[target] = answer
            self.settle()

    def __getitem__(self, name: str) -> str:
        return str(self._node(self.path(name)).text or "")

    def accepts(self, name: str, value: str) -> bool:
        """Whether the form lets this answer through."""
        path = self.path(name)
        kept, self._node(path).text = self._node(path).text, value
        try:
            return bool(self.evaluate(self.binds[path]["constraint"], path))
        finally:
            self._node(path).text = kept
