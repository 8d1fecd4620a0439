"""What is said: shares, repeats, titles, replies, hands. Over shows of the built-in packs."""

import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter
from itertools import groupby, islice
from random import Random

import pytest
from chatsim import data, pace
from chatsim.names import short_of
from chatsim.packs import Pack
from chatsim.regions import speaker_of
from chatsim.repertoire import Repertoire, small_talk
from chatsim.show import Script
from chatsim.talk import APART, QUESTION, SAYING
from chatsim.voice import HANDS, Phrase, hand_of, write

from local.simulate import script
from tests.conftest import ROOT
from tests.unit.core.make import PACK, a_script, a_show

GAMES = ["Minecraft", "Nioh", "Subnautica", "Some Game Nobody Knows"]


def show(game: str = "Minecraft", lang: str = "es", viewers: int = 60, seed: int = 4) -> Script:
    return script(game, "game", lang, pace.natural(viewers), seed)  # type: ignore[arg-type]


def spoken(text: str) -> str:
    """Without case, accents, punctuation and drawn-out letters."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = " ".join("".join(c if c.isalnum() else " " for c in bare).split())
    return "".join(c for c, _ in groupby(words)) or text


# ── Shares and repeats ──


@pytest.mark.parametrize("viewers", pace.VIEWERS)
def test_the_shares_hold_exactly_in_each_hundred_lines(viewers):
    found = Counter(line.category for line in islice(show(viewers=viewers).lines(300), 100))
    assert found == {"gameplay": 40, "reactions": 30, "questions": 20, "emotes": 10}


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("seed", range(3))
def test_in_an_hour_no_phrase_comes_three_times_or_within_20_minutes(lang, seed):
    """720 lines at 3-7 s; compared as the pack has them, which is stricter than as they are written."""
    played = script("Minecraft", "game", lang, pace.fixed(3000, 7000), seed)
    at: dict[str, list[int]] = {}
    for k in range(720):
        turn = played.turn(k)
        if turn.kind in (SAYING, QUESTION):
            at.setdefault(spoken(turn.said.plain), []).append(played.due(k))
    assert max(map(len, at.values())) <= 2
    assert min((b - a for a, b in (dues for dues in at.values() if len(dues) > 1)), default=10**9) >= 20 * 60_000


def test_a_small_deck_is_not_played_out_of_order():
    """A deck too small to choose from plays card after card."""
    phrases = {**PACK.phrases, "gameplay": PACK.phrases["gameplay"][:3]}
    turns = [Script(a_show(), Pack(PACK.ref, phrases)).turn(k) for k in range(200)]
    counts = Counter(re.search(r"jugada \d", turn.said.plain)[0] for turn in turns if turn.kind == SAYING)
    assert max(counts.values()) - min(counts.values()) <= 12


# ── What is said to whom ──


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_title_is_in_three_to_eight_lines_of_a_hundred(game, lang):
    played = show(game, lang)
    name = played.show.display_name.lower()
    names = (name, played._setting.words._short)
    lines = [line.text.lower() for line in islice(played.lines(0), 1000)]
    assert 0.03 <= sum(any(n in text for n in names) for text in lines) / 1000 <= 0.08


@pytest.mark.parametrize("viewers", pace.VIEWERS)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_mentions_go_to_somebody_else_who_just_spoke(viewers, lang):
    names: list[str] = []
    mentions = 0
    for line in islice(show(lang=lang, viewers=viewers).lines(0), 2000):
        for name in re.findall(r"@(\w+)", line.text):
            mentions += 1
            assert name in names[-60:]
            assert name != line.chatter.username
        names.append(line.chatter.username)
    assert 0.02 <= mentions / 2000 <= 0.08


def test_an_answer_to_a_choice_is_one_of_the_two():
    words = Repertoire(PACK, "game", "es", "Elden Ring")
    for question, choice in [
        ("¿perro o gato?", ("perro", "gato")),
        ("java o bedrock", ("java", "bedrock")),
        ("online u offline?", ("online", "offline")),
    ]:
        found = words.asked(question)
        assert (found.one, found.other) == choice
    for question, kind in [
        ("¿cuántas horas llevas?", "reply count"),
        ("por que no usas escudo?", "reply open"),
        ("te esta gustando?", "reply yes"),
        ("prefieres jugar solo o con gente?", "reply any"),
        ("juegas en pc o en consola?", "reply any"),
    ]:
        assert words.asked(question) == kind


def test_a_show_begins_with_greetings_and_goes_on_without():
    talk = small_talk("es")
    greetings = {spoken(text) for name in ("openings", "greetings") for text in talk[name]}
    heads, later = 0, 0
    for seed in range(10):
        played = show(seed=seed)
        said = [spoken(played.turn(k).said.plain) in greetings for k in range(200)]
        heads += sum(said[:16])
        later += sum(said[184:])
    assert heads >= 15
    assert later < heads / 2


@pytest.mark.parametrize("viewers", pace.VIEWERS)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_while_a_show_begins_nobody_greets_who_has_spoken_before(viewers, lang):
    """Hellos to somebody, by name or by saying the same, are answers."""
    talk = small_talk(lang)
    greetings = {spoken(text) for name in ("openings", "greetings") for text in talk[name]}
    heard = 0
    for seed in range(50):
        met: set[str] = set()
        lately: list[str] = []
        for turn in map(show("Subnautica", lang, viewers, seed).turn, range(40)):
            said = spoken(turn.said.plain)
            if said in greetings and said not in lately[-5:] and not turn.text.startswith("@"):
                assert turn.chatter.username not in met, (seed, turn.text)
                heard += 1
            met.add(turn.chatter.username)
            lately.append(said)
    assert heard > 20


def test_a_fast_chat_echoes_more():
    def repeated(viewers: int) -> float:
        texts = [line.text.casefold() for line in islice(show(viewers=viewers).lines(0), 2000)]
        return sum(text in texts[max(0, i - 30) : i] for i, text in enumerate(texts)) / 2000

    assert repeated(5) < repeated(200)
    assert repeated(200) > 0.02


# ── Hands ──


def test_casing_is_a_habit_of_the_person():
    capitals: dict[str, list[bool]] = {}
    for line in islice(show(viewers=15).lines(0), 1500):
        if line.text[0].isalpha() and " " in line.text and not line.text.isupper():
            capitals.setdefault(line.chatter.username, []).append(line.text[0].isupper())
    shares = [sum(found) / len(found) for found in capitals.values() if len(found) >= 10]
    assert min(shares) < 0.15
    assert max(shares) > 0.7
    assert sum(0.25 < share < 0.65 for share in shares) <= len(shares) * 0.2


@pytest.mark.parametrize("lang", ["es", "es-ES", "es-MX", "en"])
@pytest.mark.parametrize("game", GAMES)
def test_no_line_is_broken_by_a_hand(lang, game):
    for line in islice(show(game, lang).lines(0), 1500):
        text = line.text
        assert text == text.strip()
        assert text
        assert "  " not in text
        assert not re.search(r"[{}¿¡]|\?\.|,$|^,", text), text
        assert len(text) <= 160, text
        assert len(re.findall(r"\b(?:[jJ][aA]){2,}\w*\b", text)) <= 2, text


@pytest.mark.parametrize("lang", ["es", "en"])
def test_what_goes_on_in_the_next_line_has_nothing_behind_it(lang):
    phrase = Phrase("look at that", lang)
    for turn in range(HANDS):
        said = write(Random(turn), hand_of(lang, turn), phrase, tail=False)
        assert said[-1].isalpha()
        assert said.count(" ") == 2


def test_a_title_is_said_as_it_was_typed_in_half_a_phrase_too():
    """Words of a region are put in for those of the pack, not for those of the streamer."""
    phrase = "quiero llegar a ver de una vez el final, el de {game} con vosotros"
    phrases = {**PACK.phrases, "gameplay": (phrase, *PACK.phrases["gameplay"][:5])}
    played = Script(a_show(display_name="Coche Loco", lang="es-MX"), Pack(PACK.ref, phrases))
    texts = [played.turn(k).text.lower() for k in range(1500)]
    assert any(text.startswith("el de coche loco") for text in texts)
    assert not any("carro" in text for text in texts)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_blocks_begin_at_every_place_of_a_list(lang):
    assert all(len(cards) % APART for cards in small_talk(lang).values())
    assert all(APART % factor for factor in range(2, APART))


def test_marks_are_rare_and_laughter_is_not():
    lines = [line.text for line in islice(show().lines(0), 2000)]
    assert 0.02 < sum("?" in text for text in lines) / 2000 < 0.13
    assert sum(text.endswith(".") for text in lines) < 20
    laughs = Counter(found.lower() for text in lines for found in re.findall(r"\b[jas]*j[jas]{2,}\b", text.lower()))
    assert len(laughs) >= 8


# ── Regions and titles ──


@pytest.mark.parametrize(
    ("lang", "said", "there"),
    [
        ("es-ES", "el celular y la computadora", "el móvil y el ordenador"),
        ("es-ES", "Carro nuevo, ESTÁ CHIDO", "Coche nuevo, MOLA"),
        ("es-MX", "el móvil y el coche", "el celular y el carro"),
        ("es-MX", "mola un coche así", "está chido un carro así"),
        ("es-MX", "vale oro", "vale oro"),
        ("es-MX", "al lado del ordenador", "al lado de la compu"),
        ("es-ES", "cerca de la cubeta", "cerca del cubo"),
        ("es", "el coche", "el coche"),
        ("en", "the car", "the car"),
    ],
)
def test_regional_words(lang, said, there):
    assert speaker_of(lang)(said) == there


@pytest.mark.parametrize("lang", ["es-ES", "es-MX"])
def test_a_region_has_words_enough_and_none_twice(lang):
    pairs = [line.split(" = ") for line in data.sections(data.read(f"regions/{lang}.txt"))[1]["words"]]
    assert len(pairs) >= 60
    assert len({said for said, _ in pairs}) == len(pairs)
    assert all(said == said.lower() for said, _ in pairs)


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Hollow Knight: Silksong", "silksong"),
        ("The Witcher 3: Wild Hunt", "witcher"),
        ("Dark Souls III", "ds3"),
        ("Baldur's Gate 3", "bg3"),
        ("Red Dead Redemption 2", "rdr2"),
        ("Elden Ring", "elden"),
        ("Nier II", "nier"),
        ("Dead Cells", "dead cells"),
        ("League of Legends", "lol"),
        ("Cyberpunk 2077", "cyberpunk"),
        ("Minecraft", "minecraft"),
        ("1942", "1942"),
        ("ゼルダ", "ゼルダ"),
    ],
)
def test_what_a_chat_calls_a_game(title, short):
    assert short_of(title) == short


def test_a_pack_may_say_what_its_game_is_called():
    played = Script(a_show(), Pack(PACK.ref, PACK.phrases, short="er"))
    assert any(re.search(r"\ber\b", line.text) for line in islice(played.lines(0), 200))
    assert short_of("Mi viaje: Japón", "justchatting") == "Mi viaje: Japón"


# ── The same everywhere ──


def interpreters() -> list[str]:
    found = shutil.which("python3.13")
    runs = found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0
    return [sys.executable, *([found] if found and runs else [])]


@pytest.mark.parametrize("python", interpreters())
def test_the_command_line_says_the_same_in_any_process(python):
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'layers' / 'core'}:{ROOT}", "PYTHONHASHSEED": "random"}
    command = [python, "-m", "local.simulate", "--game", "Nioh", "--lang", "es-MX", "--n", "250", "--seed", "9"]
    said = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, check=True, timeout=30).stdout
    again = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, check=True, timeout=30).stdout
    assert said == again
    texts = [line.text for line in islice(show("Nioh", "es-MX", seed=9).lines(0), 250)]
    assert said.decode().count("\n") == 250
    assert all(text in said.decode().replace('\\"', '"') for text in texts)


def test_a_line_of_any_show_is_the_same_cold(monkeypatch):
    from chatsim import repertoire

    warm = a_script(pace=pace.natural(15))
    lines = [warm.line(k) for k in range(500)]
    repertoire.repertoire_of.cache_clear()
    for k in (499, 3, 250, 100, 99):
        assert a_script(pace=pace.natural(15)).line(k) == lines[k]
