"""The add-one bigram model of a text, the baseline that a trained character model must beat.

Run as `python Tests/Fixtures/hamlet/make.py [TEXT]`; it needs no more than Python 3. Without TEXT
it writes `bigram.json` for `sample.txt`; with TEXT it prints the same figures for that file.

Let t[0] ... t[n-1] be the characters of the text and V the number of different ones in all of it.
The last h = n / 10 (rounded down) characters are held out; the first n - h are for training.

    count(a, b) = number of i with 0 < i < n - h, t[i-1] = a, t[i] = b
    count(a)    = sum of count(a, b) over b
    p(b | a)    = (count(a, b) + 1) / (count(a) + V)
    nats        = mean of -ln p(t[i] | t[i-1]) over the h positions n - h <= i < n

so the first held-out character is predicted from the last one for training. `bigram.json` is a
list with one row for the text as it is and one for the text in lower case:

    {text, lowercased, characters: n, heldOut: h, vocabulary: V,
     symbols: the V characters, sorted by code point, as one string,
     bigrams: different pairs seen in training, natsPerCharacter, uniformNats: ln V}
"""

import json
import math
import os
import sys
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))


def bigram_model(text):
    """The figures above of a text."""
    held_out = len(text) // 10
    start = len(text) - held_out
    symbols = sorted(set(text))
    pairs = Counter(zip(text[: start - 1], text[1:start]))
    firsts = Counter(text[: start - 1])
    nats = [
        -math.log((pairs[text[i - 1], text[i]] + 1) / (firsts[text[i - 1]] + len(symbols)))
        for i in range(start, len(text))
    ]
    return {
        "characters": len(text),
        "heldOut": held_out,
        "vocabulary": len(symbols),
        "symbols": "".join(symbols),
        "bigrams": len(pairs),
        "natsPerCharacter": math.fsum(nats) / held_out,
        "uniformNats": math.log(len(symbols)),
    }


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    for lowercased in (False, True):
        figures = bigram_model(text.lower() if lowercased else text)
        yield {"text": os.path.basename(path), "lowercased": lowercased, **figures}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        for row in rows(sys.argv[1]):
            print(json.dumps(row, ensure_ascii=False))
    else:
        lines = ",\n".join(
            json.dumps(row, ensure_ascii=False) for row in rows(os.path.join(HERE, "sample.txt"))
        )
        with open(os.path.join(HERE, "bigram.json"), "w", encoding="utf-8") as file:
            file.write("[\n" + lines + "\n]\n")
