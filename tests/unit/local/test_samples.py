"""The landing page's chat: what is written is what a show says, and every name finds its file."""

import json
from itertools import pairwise

import pytest
from chatsim import builtin, names

from local import samples


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    samples.write(folder)
    return folder


@pytest.fixture(scope="module")
def index(folder):
    return json.loads((folder / "games.json").read_text("utf-8"))


def read(folder, lang, name):
    return json.loads((folder / lang / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_name_leads_to_a_sample_in_both_languages(folder, index, lang):
    by_word = [sample for sample, _ in index["keywords"]]
    for name in {*index["games"].values(), *index["titles"].values(), *by_word, "generic"}:
        assert read(folder, lang, name)["lines"]


@pytest.mark.parametrize(("typed", "sample"), [("rdr2", "red-dead-redemption-2"), ("Minecraft", "minecraft")])
def test_an_alias_leads_to_its_game(index, typed, sample):
    assert index["games"][names.plain(typed)] == sample


def test_a_title_leads_to_the_genre_or_subgenre_the_doors_give_it(index):
    assert (index["titles"]["sekiro"], index["titles"]["stardew"]) == ("soulslike", "farm")
    for title, sample in index["titles"].items():
        assert builtin.genre_of(names.Name("game", title, title)).split("/")[-1] == sample


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_sample_is_a_natural_chat_that_can_begin_again(folder, lang):
    for file in (folder / lang).glob("*.json"):
        sample = json.loads(file.read_text("utf-8"))
        due = [line["due"] for line in sample["lines"]]
        assert 90 <= len(due) <= 120
        assert due[0] == 0
        assert all(earlier < later for earlier, later in pairwise([*due, sample["lasts"]]))
        assert 4_000 < sample["lasts"] / len(due) < 6_000, "about twelve lines a minute"
        for line in sample["lines"]:
            assert line.keys() == {"due", "author", "color", "badges", "text"}
            assert line["text"].strip()
            assert line["author"]


def test_a_title_that_is_typed_has_its_places(folder):
    for lang in ("es", "en"):
        assert "{game}" not in (folder / lang / "minecraft.json").read_text("utf-8")
        for name in ("generic", "soulslike"):
            sample = read(folder, lang, name)
            assert sample["title"] == "{game}"
            seen_first = [line["text"] for line in sample["lines"][: samples.AT_ONCE]]
            assert any("{game}" in text for text in seen_first)
            assert samples.TITLE not in str(sample)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_same_file_comes_of_the_same_engine(folder, lang):
    again = samples.excerpt(lang, builtin.find(builtin.named("Minecraft", "game"), lang), "Minecraft")
    assert json.loads(json.dumps(again)) == read(folder, lang, "minecraft")
