"""The sentences of the definition, proved: all of them there, in both languages."""

from __future__ import annotations

import re

from cpms_cli.survey.files.located_yaml import Problem
from cpms_cli.survey.files.location import shipped
from cpms_cli.survey.files.schema_files import Reader, read_messages
from cpms_cli.survey.proof.proof_notes import PLACEHOLDER, Proof, filled, languages


def _shipped_messages(proof: Proof) -> None:
    """A folder of one's own must have the sentences that the code says, with the same things filled in."""
    messages = read_messages(Reader(shipped("schemas")))
    for file, document in proof.reader.documents.items():
        if file.startswith("messages/"):
            for name in document.content:
                if name not in messages:
                    proof.note(file, (name,), [f"cpms never says '{name}'"])
                elif filled(proof.survey.messages[name]) != filled(messages[name]):
                    fillings = ", ".join(sorted(filled(messages[name]))) or "nothing"
                    proof.note(file, (name,), [f"'{name}' must fill in {fillings}"])
    lacking = sorted(set(messages) - set(proof.survey.messages))
    proof.problems += [Problem("messages/", 1, f"the sentence '{name}' is missing") for name in lacking]


def prove_messages(proof: Proof) -> None:
    """Note what is wrong with the sentences: ids that cpms does not know, and words of one language in the other."""
    _shipped_messages(proof)
    for file, document in proof.reader.documents.items():
        if file.startswith("messages/"):
            for name in document.content:
                words = proof.survey.messages[name]
                problems = [
                    problem
                    for problem in languages(words, name)
                    if "no Thai letter" not in problem or _has_words(words.en)
                ]
                proof.note(file, (name,), problems)


def _has_words(text: str) -> bool:
    """Whether a sentence has words of its own, beyond what is filled in: a name alone needs no translation."""
    return bool(re.search(r"[a-z]{4,}", PLACEHOLDER.sub("", text)))
