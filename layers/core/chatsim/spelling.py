"""What a text reads as, however its letters are drawn: to compare, never to show."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import product


def plain(text: str) -> str:
    """Lower case without accents, all but letters and digits turned into single spaces."""
    folded = text.casefold()
    if folded.isascii():
        return " ".join(_NO_ALNUM.sub(" ", folded).split())
    bare = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


def unmasked(text: str) -> str:
    """Letters that only look like Latin ones (Cyrillic, Greek, small capitals, squares, flags) turned into those."""
    return "".join(char if char < _LAST_PLAIN else _latin(char) for char in unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=4)
def readings(text: str) -> frozenset[str]:
    """The ways to read it, each as `plain` has it, without apostrophes: digits as letters (`m4t4t3`), letters repeated
    (`muereteee`), letters or pieces of a word apart (`k y s`, `k u klux`, `ma.ta.te`) and vowels hidden (`m#erto`)."""
    bare = _SYMBOL.sub(_letter_of_symbol, unmasked(text).casefold()).translate(_APOSTROPHES)
    whole = {bare, _INNER.sub("", bare)}
    shown = {_HIDDEN.sub(vowel, text) for text in whole for vowel in ("aeiou" if _HIDDEN.search(text) else "a")}
    found: set[str] = set()
    for way, leet in product(shown, _LEETS if "1" in bare else _LEETS[:1]):
        words = [word.translate(leet) if _HAS_LETTER.search(word) else word for word in plain(way).split()]
        apart = " ".join(words)
        for spelled in {together(apart), _STRAY.sub("", together(apart))}:
            found |= {spelled, *(_REPEATED.sub(r"\1" * times, spelled) for times in (1, 2))}
    return frozenset(found)


def unjoined(text: str) -> str:
    """The text without the joiners (U+200C, U+200D) that Arabic and Indic scripts need between two of their letters."""
    return _JOINER.sub(lambda found: "" if _joins(found[1]) and _joins(found[2]) else found[0], text)


def together(text: str) -> str:
    """Letters and signs that stand apart, three or more, put together: `. c o m` is `.com`."""
    return _SPELLED.sub(lambda run: run[0].replace(" ", ""), text)


def apart(name: str) -> str:
    """The words of a name that runs them together: `xX_LaReina_77` is xX La Reina 77, `TeVoyAVer` is Te Voy A Ver."""
    return _BORDER.sub(" ", name)


# Digits as letters.
LEET = str.maketrans("013456789", "oieasgtbg")
# Up to here letters are what they seem: Latin with accents.
_LAST_PLAIN = "\u0180"
_LOOK_ALIKES = dict(
    zip(
        "авсԁеёһніїјкӏмопԛрѕтуѵхгԝьαβεηικνορτυχωγɑɡɩօսոց",
        "abcdeehhiijklmonqpstyvxrwbabenikvoptuxwyagioung",
        strict=True,
    )
)
_DRAWN = re.compile(
    "(?:LATIN LETTER SMALL CAPITAL|REGIONAL INDICATOR SYMBOL LETTER"
    "|(?:NEGATIVE )?(?:SQUARED|CIRCLED) LATIN CAPITAL LETTER) ([A-Z])"
)
_JOINER = re.compile("(?<=(.))[\u200c\u200d](?=(.))")
_APOSTROPHES = dict.fromkeys(map(ord, "'’´`"))
# 1 is an i or an l.
_LEETS = (LEET, LEET | {ord("1"): ord("l")})
_SYMBOL = re.compile(r"(?<=\w)[@$!€|+](?=\w)|[@$€](?=\w)|(?<=\w)[@$€]")
_LETTERS = dict(zip("@$!€|+", "asieit", strict=True))
_HIDDEN = re.compile(r"(?<=\w)[#*%&](?=\w)")
# Signs between the letters of a word.
_INNER = re.compile(r"(?<=[^\W\d_])[._\-~^:;,](?=[^\W\d_])")
# After a consonant that is no word: `f uck`.
_STRAY = re.compile(r"(?<=\b[bcdfghjklmnpqrstvwz])\s")
_BORDER = re.compile(r"_+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d{2,}$)")
_NO_ALNUM = re.compile(r"[\W_]+", re.ASCII)
_HAS_LETTER = re.compile(r"[^\W\d_]")
_SPELLED = re.compile(r"(?<!\S)\S(?: \S){2,}(?!\S)")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")


def _letter_of_symbol(found: re.Match[str]) -> str:
    return _LETTERS[found[0]]


@cache
def _latin(char: str) -> str:
    drawn = _DRAWN.fullmatch(unicodedata.name(char, ""))
    return drawn[1].lower() if drawn else _LOOK_ALIKES.get(char.casefold(), char)


def _joins(char: str) -> bool:
    """A letter or vowel sign of the scripts from Arabic to Sinhala."""
    return "\u0600" <= char <= "\u0dff" and unicodedata.category(char)[0] in "LM"
