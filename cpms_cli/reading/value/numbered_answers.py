"""Answers with the number that a form gives them before their words: "1. ชาย", "(2) หญิง", "2-ไม่มี", "1 = yes".

The words are the answer. They are read where the number says nothing else: it is no answer of its own under which
another is known, and within the column it always stands before the same answer, and these words behind no other number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cpms_cli.survey.speech.numbered_words import split_number


def words_of_numbered(spelt: Sequence[str], known: Mapping[str, str]) -> list[str]:
    """Return the spellings of a column, of those with a number the words, where these are `known` and the number
    agrees."""
    pairs = [("", word) if word in known else split_number(word) for word in spelt]
    codes = {pair: known[pair[1]] for pair in pairs if pair[0] and pair[1] in known}
    if not codes:
        return list(spelt)
    of_numbers: dict[str, set[str]] = {}
    of_words: dict[str, set[str]] = {}
    for (number, words), code in codes.items():
        of_numbers.setdefault(number, {known.get(number, code)}).add(code)
        of_words.setdefault(words, set()).add(number)
    return [
        pair[1] if pair in codes and len(of_numbers[pair[0]]) == len(of_words[pair[1]]) == 1 else word
        for pair, word in zip(pairs, spelt, strict=True)
    ]
