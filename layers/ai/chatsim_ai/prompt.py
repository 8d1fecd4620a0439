"""What the AI is told: the instructions of a mode and language, and apart from them, as data, the name."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from chatsim import data
from chatsim.builtin import speech_of
from chatsim.names import Lang, Mode, Name

# So many lines are asked for, category by category as in `chatsim.packs.categories`, and so many names. They come in
# rounds: an answer cut anywhere has some of each.
ASKED = (150, 60, 80, 30)
ASKED_NAMES = 80
ROUNDS = 10

_FOLDER = Path(__file__).parent / "prompts"
_SUBJECT = {"game": "game", "justchatting": "topic"}
_PARTS = ("main", "reactions", "questions", "emotes", "names")


def messages(name: Name, lang: Lang) -> list[dict[str, str]]:
    """The instructions as the system's message, the name alone in the user's."""
    return [
        {"role": "system", "content": instructions(name.mode, lang)},
        {"role": "user", "content": json.dumps({_SUBJECT[name.mode]: name.display}, ensure_ascii=False)},
    ]


@cache
def instructions(mode: Mode, lang: Lang) -> str:
    """The text of `prompts/<mode>.<language>.txt`, its places filled: amounts, amounts a round, voice."""
    template = (_FOLDER / f"{mode}.{speech_of(lang)}.txt").read_text("utf-8")
    voices, _ = data.sections((_FOLDER / "voices.txt").read_text("utf-8"))
    amounts = dict(zip(_PARTS, (*ASKED, ASKED_NAMES), strict=True))
    a_round = {f"round_{part}": amount // ROUNDS for part, amount in amounts.items()}
    return template.format(voice=voices[lang], rounds=ROUNDS, **amounts, **a_round)
