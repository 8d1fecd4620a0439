"""What a line of a chat may be. Every line of an AI passes here, and every name, before anybody sees it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path

from chatsim import data, harm
from chatsim.spelling import apart, plain, readings, together, unjoined

from chatsim_ai import learned

MAX_LENGTH = 120
# So many words in the order of our own instructions are no chance.
QUOTED_WORDS = 5
# From these lengths on a blocked word counts wherever it stands in a text, or in the short text of a name: shorter ones
# may be a part of others.
IN_A_WORD = 6
IN_A_NAME = 4

_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_]{3,25}", re.ASCII)

# Marks that show nothing and hide text: joiner, Khmer vowels, Mongolian and most variation selectors.
_HIDDEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0e\uffa0\U000e0100-\U000e01ef]"
)
_PILED_UP = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3}")

_MARKUP = re.compile(
    r"[<>{}\\`|]|\]\s*\(|\[/?\w+[\]=]|&#?\w{1,10};|\*\*|~~|__\w+__|^/\w|^\s*#+\s|^\s*#{2,}"
    # JSON, a list, a template that nobody has filled.
    r"|\"\w+\"\s*:|\w:\s*\[|^\s*(?:\d{1,2}[.)]|•)\s+\S|%\w\b(?<!\d%\w)|%\(\w|%20"
    r"|\[(?:insert|your|tu|nombre|name|viewer|user|game|juego|streamer|object)\w*\s[^\]]*\]|\$[a-z]{3,}\b"
    r"|^\W*(?:undefined|null|lorem ipsum.*)\W*$"
)
_NUMBER = re.compile(r"(?<!\w)\d{2,}(?!\w)")
_LEET = str.maketrans("013457", "oieast")
# Hearts, faces and a shrug are no markup.
_FACES = re.compile(r"</?3+(?!\w)|[<>]?[:;=][-'o^]?[()\[\]|/\\<>](?!\w)|[<>][._-]+[<>]|\\_\(.{1,3}\)_/|\\o/")

_DOT = r"(?:\s*[.。․]\s*|\s*[\[(]\s*(?:\.|dot|punto)\s*[\])]\s*|\s+(?:dot|punto)\s+)"
# What follows a full stop without a space, and is no top-level domain.
_NO_DOMAIN = r"(?!(?:exe|pero|que|porque|entonces|ahora|but|and|then|wait|what|why|this|that|no|si|so|ok|ya)\b)"
_CONTACTS = {
    "url": re.compile(
        r"\w+:/|/{2,}\w|\bhxxps?\b|\bhttps?\b|\bwww\b(?=\W*\w)|\b(?:javascript|vbscript|data|mailto|tel|sms):"
        rf"|\w[.。․]{_NO_DOMAIN}[a-z]{{2,}}|\b\d{{1,3}}(?:\.\d{{1,3}}){{3}}\b|\[::|(?:[0-9a-f]{{1,4}}:){{3}}"
        rf"|\w{_DOT}(?:com|net|org|io|xyz|ru|link|shop|site|club|store|info|biz|bet)\b"
        r"|\s(?:dot|punto)\s(?:gg|tv|me|ly|app|vip|online|mx)\b|\bdot co\b|\w[•·∙,](?:com|net|org)\b|\w\sdot\s?com\b"
        r"|\b(?:doble u|double u|uve doble)\b|\b(?:triple|tres) w\b|(?:\b\d{1,3} (?:dot|punto) ){3}"
    ),
    "handle": re.compile(
        r"@|\barroba\b|\b[ur]/\w|\w#\d{4}\b"
        r"|\b(?:snap|insta|ig|kik|psn|steam|discord?|ttv|yt|tw|skype|gamertag)\s*:\s*\w"
        r"|\b(?:ig|insta|snap|kik|skype|psn|steam|twitch|tiktok)\W+(?:\w+\W+){0,2}[a-z]+_?\d{2,}\b"
        r"|\b(?:add|agrega\w*|follow|sigan?(?:me)?)\s+(?:me\s+)?[a-z_]{3,}\d{2,}\b"
    ),
    "e-mail": re.compile(r"\b(?:g\s?mail|hotmail|outlook|yahoo|icloud|proton\s?mail)\b"),
    # Where somebody lives.
    "address": re.compile(
        r"\b(?:calle|avenida|avda|carrer|pasaje)\s+(?:[a-z]+\s+){1,4}(?:num\w*\s+)?\d{1,4}\b"
        r"|\b(?:at|lives?|on|address is)\s+\d{1,5}\s+[a-z]+(?:\s[a-z]+)?"
        r"\s(?:street|st|avenue|ave|boulevard|blvd|road|drive)\b"
    ),
    "invite": re.compile(
        r"discord(?:app|gg|s)?\b(?! (?:between|among))|telegram|whats\s?app|(?<!para )(?<!for )\btik\s?tok\b"
        r"|\b(?:wh?asap|insta(?:gram)?|snapchat|only\s?fans|paypal|cash\s?app|twitter|facebook|venmo|bizum)\b"
        r"|\b(?:twitch|kick|youtube|discord)\s*[./]"
    ),
}
_PHONE = re.compile(r"(?:\d[\s().\-/_+*·]*){7,}")
# A million of something is no phone number.
_ROUND = re.compile(r"(?<!\d)\d{1,3}(?:[.,]?\d{3})*[.,]?000(?!\d)")
# What hides its letters has something to hide: `b4ll3n4`, `d*mb`, `c.u.t.e`, `t e t a`. R.E.P.O. is a game.
_HIDING = r"(?:[013457]+|[@$€#%*!]{1,3})"
_DISGUISED = re.compile(
    rf"\b(?!left4dead)(?:[^\W\d_]{{2,}}{_HIDING}[^\W\d_]|(?:[^\W\d_]{_HIDING})+[^\W\d_]{{2}})"
    r"|(?<!\w)[^\W\d_A-Z](?:([.\-_·*])[^\W\d_A-Z]){2,}\1[^\W\d_A-Z]\b"
)
_APART = re.compile(r"(?<!\S)(?:[^\W\d_] ){3,}[^\W\d_](?!\S)")
_HARMLESS_APART = re.compile(r"(?:[gwpfl ]|o)+|(?:n|s|y)[oie s]+|l e t s g o[o ]*|v a m o s|p o g.*|o m g|w o w")
# Words for one digit, and for two.
_DIGIT = (
    r"cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|zero|oh|one|two|three|four|five|six|seven|eight|nine|\d"
    r"|double|triple|doble"
)
_DIGITS = (
    r"diez|once|doce|trece|catorce|quince|dieci\w+|veint\w+|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa"
    r"|\w+cient[oa]s|quinient[oa]s|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred"
    r"|\d{2,}"
)
_NUMBER_WORDS = re.compile(rf"(?:\b(?:{_DIGIT}|{_DIGITS}|(?<=\W)y|(?<=\W)and)\b\W*){{4,}}")
_TWO_DIGITS = re.compile(rf"\b(?:{_DIGITS})\b")
# From so many digits on a number in words is a phone number.
PHONE_DIGITS = 7
_ROLE = re.compile(
    r"\W*(?:system|assistant|developer|human|ai|bot|model|prompt|sistema|asistente|humano|ia|modelo"
    r"|output|response|answer|salida|respuesta|tone|tono"
    r"|(?:chat|frases|mensajes|messages|lines)(?: (?:de|del|for) \w+)?"
    r"|(?:user|viewer|chatter|usuario|espectador\w*|message|mensaje|line|linea|frase|comment|comentario)\s*\d*)\s*:"
)


def offensive(text: str) -> bool:
    """Slurs, sex and insults in Spanish and English, also spelled with digits, symbols or spaces between."""
    words = " ".join(word for word in plain(text).translate(_LEET).split() if word not in _lists()["allowed"])
    if any(blocked in words for blocked in _blocked(IN_A_WORD)):
        return True
    # To the library an accent ends a word (it would find one in `espectáculo`), and 85 is a spelling of `bs`.
    return _is_profane()(_NUMBER.sub(" ", _without_accents(text).replace("_", " ")))


def name_fault(name: str) -> str:
    """Why this is no name of a chatter; empty when it is one: 3-25 ASCII letters, digits and underscores."""
    if not _NAME.fullmatch(name):
        return "form"
    if _PHONE.search(name):
        return "phone"
    run_together = name.replace("_", "").casefold().translate(_LEET)
    if any(blocked in run_together for blocked in _blocked(IN_A_NAME)):
        return "offensive"
    words = apart(name)
    return harm.harm_in(words) or ("offensive" if offensive(words) else "")


def line_fault(text: str) -> str:
    """Why this is no line of a chat; empty when it is one."""
    if not 1 <= len(text) <= MAX_LENGTH:
        return "length"
    # Not printable: control, format (bidi, zero width), surrogate, private, unassigned, and all blanks but the space.
    if not unjoined(text).isprintable() or _HIDDEN.search(text) or _PILED_UP.search(text):
        return "characters"
    seen = unicodedata.normalize("NFKC", text).casefold()
    bare = _without_accents(seen)
    if _MARKUP.search(_FACES.sub("", bare)):
        return "markup"
    read = {bare, together(bare), *readings(text)}
    for reason, pattern in _CONTACTS.items():
        if any(map(pattern.search, read)):
            return reason
    if _PHONE.search(_ROUND.sub("", bare)) or any(map(_is_phone, _NUMBER_WORDS.findall(bare))):
        return "phone"
    if _ROLE.match(bare):
        return "instructions"
    if _DISGUISED.search(text) or any(not _HARMLESS_APART.fullmatch(run) for run in _APART.findall(bare)):
        return "disguised"
    if offensive(text):
        return "offensive"
    return harm.harm_in(text) or ("learned" if learned.is_harmful(readings(text)) else "")


class Sieve:
    """Lets through each good line once. `instructions`: what the AI was told, which no line may quote."""

    def __init__(self, instructions: str = "") -> None:
        self._told = _runs(instructions)
        self._phrases: set[str] = set()
        self._names: set[str] = set()

    def phrase(self, text: str) -> bool:
        key = plain(text) or text.casefold()
        if key in self._phrases or line_fault(text) or not self._told.isdisjoint(_runs(text)):
            return False
        self._phrases.add(key)
        return True

    def name(self, text: str) -> bool:
        key = text.casefold()
        if key in self._names or name_fault(text):
            return False
        self._names.add(key)
        return True


def _is_phone(number: str) -> bool:
    """Whether a number in words has the digits of a phone number."""
    words = [word for word in plain(number).split() if word not in {"y", "and"}]
    return len(words) + len(_TWO_DIGITS.findall(number)) >= PHONE_DIGITS


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFKD", text) if unicodedata.category(char)[0] != "M")


def _runs(text: str) -> set[tuple[str, ...]]:
    words = plain(text).split()
    return {tuple(words[start : start + QUOTED_WORDS]) for start in range(len(words) - QUOTED_WORDS + 1)}


@cache
def _is_profane() -> Callable[[str], bool]:
    """Loading takes 100 ms and 6 MB, a check of one line 0.4 ms (Python 3.11, wall)."""
    from glin_profanity import Filter  # type: ignore[import-untyped]

    check: Callable[[str], bool] = Filter(
        {
            "languages": ["english", "spanish"],
            "detect_leetspeak": True,
            "leetspeak_level": "moderate",
            "custom_words": list(harm.words()),
            "ignore_words": list(_lists()["allowed"]),
            "whitelist": list(_lists()["phrases"]),
        }
    ).is_profane
    return check


@cache
def _blocked(least: int) -> tuple[str, ...]:
    return tuple(word for word in harm.words() if len(word) >= least)


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    return data.sections((Path(__file__).parent / "offensive.txt").read_text("utf-8"))[1]
