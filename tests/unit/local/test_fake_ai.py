"""The fake AI: what it says, each way it fails, and what it counts."""

import json
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice

import httpx
import pytest
from cerebras.cloud.sdk import Cerebras
from groq import Groq

from local import fake_pack, launch

PATHS = {"groq": "/openai/v1/chat/completions", "cerebras": "/v1/chat/completions"}
_games = count(1)


@pytest.fixture(scope="module")
def ai():
    with launch.fake_ai(seconds=0) as started:
        yield started


@pytest.fixture
def game():
    """A game no other test asks for: the fake's behaviour and counts are told apart by it."""
    return f"Juego {next(_games)}"


def asked(game, system="Answer in Spanish, lines such as g|phrase"):
    messages = [{"role": "system", "content": system}, {"role": "user", "content": json.dumps({"game": game})}]
    return {"model": "any", "messages": messages, "stream": True}


def answer(ai, game, provider="groq", **system):
    return httpx.post(ai.url + PATHS[provider], json=asked(game, **system), timeout=5)


def lines(body):
    """The lines of an answer's body, whole or cut."""
    chunks = [json.loads(data) for data in re.findall(r"^data: (\{.*\})$", body, re.MULTILINE)]
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    return "".join(delta.get("content", "") for delta in deltas).splitlines()


def read(ai, game, silence_s=5):
    """What comes, and how it ended: None, or the exception, also after a silence of so long."""
    body = b""
    try:
        with stream(ai, game, timeout=httpx.Timeout(5, read=silence_s)) as response:
            for part in response.iter_raw():
                body += part
    except httpx.HTTPError as exc:
        return body.decode(), exc
    return body.decode(), None


def stream(ai, game, timeout=5):
    return httpx.stream("POST", ai.url + PATHS["groq"], json=asked(game), timeout=timeout)


@pytest.mark.parametrize("provider", PATHS)
def test_an_answer_is_a_whole_pack_in_distinct_lines_that_name_the_game_now_and_then(ai, game, provider):
    said = answer(ai, game, provider)
    assert said.headers["content-type"].startswith("text/event-stream")
    assert said.text.endswith("data: [DONE]\n\n")
    found = lines(said.text)
    assert Counter(line[0] for line in found) == {"g": 150, "r": 60, "q": 80, "e": 30, "n": 80}
    assert len(set(found)) == len(found)
    assert 10 < sum(game in line for line in found) < 100
    assert {line[0] for line in found[:40]} == set("grqen")


def test_a_topic_gets_comments_and_english_is_spoken_when_asked_for(ai, game):
    found = lines(answer(ai, game, system="Write English chat, lines such as c|phrase").text)
    assert Counter(line[0] for line in found)["c"] == 150
    assert not any(line.startswith("g|") for line in found)
    assert any(" the " in line for line in found)
    assert not any(re.search("[áéíóúñ]", line) for line in found)


@pytest.mark.parametrize("path", PATHS.values())
def test_the_end_says_why_and_what_it_cost(ai, game, path):
    events = httpx.post(ai.url + path, json=asked(game)).text.split("\n\n")
    last = json.loads(events[-3].removeprefix("data: "))
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["usage"] == last["x_groq"]["usage"]
    assert last["usage"]["completion_tokens"] > 400


def test_what_is_no_game_is_refused(ai):
    assert lines(answer(ai, "Esto no es un juego").text) == ["x|"]


def test_an_answer_takes_the_time_it_is_told_to(ai, game):
    ai.behave("groq", "slow", seconds=0.6, game=game)
    body, began_s, half_s = "", time.monotonic(), 0.0
    with stream(ai, game) as response:
        for part in response.iter_text():
            body += part
            if not half_s and len(lines(body)) >= 200:
                half_s = time.monotonic() - began_s
    # A busy machine makes it longer, and nothing shorter.
    assert half_s > 0.25
    assert time.monotonic() - began_s > 0.5
    assert len(lines(body)) == 400


@pytest.mark.parametrize("mode", ["401", "404", "429", "500", "503"])
def test_errors_have_their_status_and_a_body_the_sdks_know(ai, game, mode):
    ai.behave("cerebras", mode, game=game)
    said = answer(ai, game, "cerebras")
    assert said.status_code == int(mode)
    assert said.json()["error"]["message"]
    assert "retry-after" not in said.headers


@pytest.mark.parametrize("seconds", [2, 45])
def test_a_429_says_when_to_come_back(ai, game, seconds):
    ai.behave("groq", "429", retry_after=seconds, game=game)
    assert answer(ai, game).headers["retry-after"] == str(seconds)


def test_a_hang_sends_nothing_and_ends_with_its_client(ai, game):
    ai.behave("groq", "hang", game=game)
    body, end = read(ai, game, silence_s=0.3)
    assert (body, type(end)) == ("", httpx.ReadTimeout)


def test_a_drip_sends_a_byte_a_second(ai, game):
    ai.behave("groq", "drip", game=game)
    with stream(ai, game) as response:
        parts, started_s = response.iter_raw(), time.monotonic()
        assert [next(parts), next(parts), next(parts)] == [b"d", b"a", b"t"]
        assert time.monotonic() - started_s > 1.8


def test_a_reset_breaks_off_after_a_few_lines(ai, game):
    ai.behave("groq", "reset", game=game)
    _, end = read(ai, game)
    assert isinstance(end, httpx.ReadError)
    assert "reset" in str(end)


def test_a_cut_breaks_off_in_the_middle(ai, game):
    ai.behave("groq", "cut", game=game)
    body, end = read(ai, game)
    assert isinstance(end, httpx.RemoteProtocolError)
    assert 100 < len(lines(body)) < 300


def test_a_cut_before_done_has_all_lines_and_looks_like_a_good_end(ai, game):
    ai.behave("groq", "cut_before_done", game=game)
    body, end = read(ai, game)
    assert end is None
    assert len(lines(body)) == 400
    assert "[DONE]" not in body
    assert '"stop"' not in body


def test_broken_json_comes_after_a_few_lines(ai, game):
    ai.behave("groq", "broken_json", game=game)
    body, _ = read(ai, game)
    assert 1 < len(lines(body)) < 20
    with pytest.raises(json.JSONDecodeError):
        json.loads(body.split("\n\n")[-4].removeprefix("data: "))


def test_an_empty_answer_ends_well_without_a_word(ai, game):
    ai.behave("groq", "empty", game=game)
    body, end = read(ai, game)
    assert (lines(body), end) == ([], None)
    assert "[DONE]" in body


def test_a_refusal_is_told_soon_however_long_a_pack_takes(ai, game):
    ai.behave("groq", "refusal", seconds=60, game=game)
    assert lines(answer(ai, game).text) == ["x|"]


def test_some_answers_never_end(ai, game):
    whole = answer(ai, game).text.count("\n\n")
    ai.behave("groq", "endless", game=game)
    with stream(ai, game) as response:
        said = "\n".join(islice(response.iter_lines(), 2 * (whole + 20)))
    assert len(lines(said)) > 400


def test_some_think_for_ever_and_say_nothing(ai, game):
    ai.behave("groq", "thinking", game=game)
    with stream(ai, game) as response:
        said = list(islice(response.iter_lines(), 40))
    assert len(said) == 40
    assert lines("\n".join(said)) == []


def test_a_hostile_answer_has_every_hostile_line_among_the_good_ones(ai, game):
    ai.behave("groq", "hostile", game=game)
    found = lines(answer(ai, game).text)
    hostile = fake_pack.hostile_lines(game)
    assert set(hostile) < set(found)
    assert len(found) == 400 + len(hostile)


def test_a_behaviour_is_one_providers_and_may_be_one_games(ai, game):
    ai.behave("groq", "500", game=game)
    assert answer(ai, game).status_code == 500
    assert answer(ai, game, "cerebras").status_code == 200
    assert answer(ai, f"{game} 2").status_code == 200


def test_starting_over_forgets_behaviour_and_counts():
    with launch.fake_ai(seconds=0) as own:
        own.behave("groq", "500")
        assert answer(own, "a game").status_code == 500
        own.start_over()
        assert own.calls() == {"groq": 0, "cerebras": 0}
        assert answer(own, "a game").status_code == 200


def test_calls_are_counted_for_each_provider_and_game_however_they_end(ai, game):
    ai.behave("cerebras", "503", game=game)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: answer(ai, game, ("groq", "cerebras", "groq")[n % 3]), range(24)))
    assert ai.calls(game) == {"groq": 16, "cerebras": 8}
    assert ai.calls(game + " nobody asked for") == {"groq": 0, "cerebras": 0}
    assert ai.calls()["groq"] >= 16


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"provider": "openai", "mode": "ok"},
        {"provider": "groq", "mode": "sulk"},
        {"provider": "groq", "mode": "ok", "x": 1},
    ],
)
def test_what_it_cannot_do_is_refused_and_said(ai, told):
    said = httpx.post(f"{ai.url}/control", json=told)
    assert said.status_code == 400
    assert "hang" in said.json()["error"]


@pytest.mark.parametrize("vendor", [Groq, Cerebras])
def test_the_real_sdks_take_it_for_their_own(ai, game, vendor, monkeypatch):
    for name, value in ai.environment.items():
        monkeypatch.setenv(name, value)
    only = {"warm_tcp_connection": False} if vendor is Cerebras else {}
    with vendor(max_retries=0, timeout=5, **only) as client:
        chunks = list(client.chat.completions.create(**asked(game)))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text.splitlines() == fake_pack.answer(asked(game)["messages"])
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.completion_tokens > 400
