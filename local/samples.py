"""Excerpts of real shows as static files: the chat of the landing page runs before anybody signs in.

games.json                 which file a typed name means (see `index`)
<language>/<pack>.json     one for each built-in pack of games, genres and subgenres and the generic one (see `excerpt`)

python -m local.samples <folder>
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from chatsim import builtin, data, pace
from chatsim.messages import LANGUAGES
from chatsim.names import Lang, lang_of
from chatsim.packs import Pack
from chatsim.show import ENGINE, Line, Script, Show
from chatsim.spelling import plain

# Ten minutes of a natural chat; enough that nobody on a landing page meets the same line twice.
LINES = 100
# The page begins with AT_ONCE lines. Of the shows of some seeds the one is taken that names the game in these, and
# after them keeps a visitor waiting least.
AT_ONCE, NEXT = 16, 8
SEEDS = range(1, 17)
# Stands for a title that is known only when it is typed: a letter, so that the engine takes it for a name, which no
# chatter writes, and without case, accent or vowel, so that nobody's hand changes it.
TITLE = "題"


def write(folder: Path) -> None:
    for lang in map(lang_of, LANGUAGES):
        for game in {game.id: game for game in builtin.games().values()}.values():
            pack = builtin.find(builtin.named(game.name, "game"), lang)
            _dump(folder / lang / f"{game.id}.json", excerpt(lang, pack, game.name))
        by_genre = [path for folder in ("genres", "subgenres") for path in data.listing(f"packs/{lang}/{folder}")]
        for path in (*by_genre, f"packs/{lang}/{builtin.GENERIC}.txt"):
            pack = builtin.pack_at(path.removesuffix(".txt"))
            _dump(folder / lang / f"{Path(path).stem}.json", excerpt(lang, pack, TITLE))
    _dump(folder / "games.json", index())


def index() -> dict[str, object]:
    """`games`: file of a game with a pack of its own by each of its plain names; `titles`: file of the genre, or of the
    subgenre, by plain title; `keywords`: those of each such file, with the spaces around them.

    What `builtin.genre_of` makes of them is made of them in the page.
    """
    return {
        "games": {name: game.id for name, game in sorted(builtin.games().items())},
        "titles": {title: _file_of(genre) for title, genre in sorted(builtin.genres().items())},
        "keywords": [(_file_of(genre), words) for genre, words in builtin.keywords()],
    }


def excerpt(lang: Lang, pack: Pack, title: str) -> dict[str, Any]:
    """`title` of the game, `{game}` where it is typed; `lasts` ms until it may begin again; `lines`, `due` ms apart
    from the first, with author, color, badges and text. In `text` too `{game}` stands for the title.
    """
    titles = (title, data.header(f"{pack.ref.id}.txt").get("short", title))

    def rank(seed: int) -> tuple[bool, int]:
        lines = _spoken(lang, pack, title, seed, AT_ONCE + NEXT)
        return not _names(titles, lines[:AT_ONCE]), _longest_pause_ms(lines[AT_ONCE - 1 :])

    lines = _spoken(lang, pack, title, min(SEEDS, key=rank), LINES + 1)
    return {
        "title": _typed(title),
        "lasts": lines[-1].due - lines[0].due,
        "lines": [
            {
                "due": line.due - lines[0].due,
                "author": line.chatter.username,
                "color": line.chatter.color,
                "badges": line.chatter.badges,
                "text": _typed(line.text),
            }
            for line in lines[:-1]
        ],
    }


def _spoken(lang: Lang, pack: Pack, title: str, seed: int, count: int) -> list[Line]:
    """The first lines of a show at the usual pace."""
    show = Show(
        id="sample", number=0, engine=ENGINE, seed=seed, cast_seed=seed, game=plain(title), display_name=title,
        mode="game", lang=lang, pace=pace.natural(None), started_at=0, pack=pack.ref,
    )  # fmt: skip
    return list(islice(Script(show, pack).lines(0), count))


def _names(titles: Iterable[str], lines: Iterable[Line]) -> bool:
    said = " ".join(line.text for line in lines).casefold()
    return any(title.casefold() in said for title in titles)


def _longest_pause_ms(lines: list[Line]) -> int:
    return max(later.due - earlier.due for earlier, later in pairwise(lines))


def _typed(text: str) -> str:
    return text.replace(TITLE, "{game}")


def _file_of(genre: str) -> str:
    return genre.rpartition("/")[2]


def _dump(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
