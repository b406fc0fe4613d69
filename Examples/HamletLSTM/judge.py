#!/usr/bin/env python3
"""Judges generated text against the text that the model was trained on.

    Examples/HamletLSTM/judge.py SAMPLE TRAINING_TEXT

Prints the share of the sample's words of three letters or more that occur in the training text,
and the longest stretch of the sample that stands in the training text letter for letter. Upper and
lower case count as the same. Needs no more than Python 3.
"""

import re
import sys


def words(text):
    """The words of a text, three letters or more; an apostrophe inside belongs to the word."""
    found = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text)
    return [word for word in found if sum(c.isalpha() for c in word) >= 3]


def known_share(sample, training):
    """How many of the sample's words occur in the training text, and how many there are."""
    known = set(words(training))
    spoken = words(sample)
    return sum(word in known for word in spoken), len(spoken)


def longest_copy(sample, training):
    """The longest stretch of the sample that occurs in the training text, the first if several."""
    best = ""
    start = 0
    # Whatever beats the best is longer than it; so try one character more at each start.
    while start + len(best) < len(sample):
        if sample[start : start + len(best) + 1] in training:
            best = sample[start : start + len(best) + 1]
        else:
            start += 1
    return best


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().lower()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} SAMPLE TRAINING_TEXT")
    sample, training = read(sys.argv[1]), read(sys.argv[2])
    known, count = known_share(sample, training)
    share = 100 * known / count if count else 0.0
    copy = longest_copy(sample, training)
    print(f"words of three letters or more: {count}, in the training text: {known} ({share:.1f} %)")
    print(f"longest stretch copied from it: {len(copy)} characters: {copy!r}")
