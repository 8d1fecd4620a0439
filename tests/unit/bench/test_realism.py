"""The judge's verdict on one show; `make realism` gives it on sixty."""

import pytest

from bench.realism.shows import Case, judged, report


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_show_is_not_told_from_a_real_chat(lang):
    verdict = judged(Case("Nioh", lang, 301), lines=1000)
    assert verdict.word == "PASS", (verdict.broken, verdict.outside)
    assert verdict.of >= 35
    assert "1 PASS" in report([verdict], [], [])


def test_an_even_pace_is_told_from_a_real_chat():
    verdict = judged(Case("Minecraft", "es", 302, pace="3-7"), lines=1000)
    assert verdict.broken == ["timing"]
