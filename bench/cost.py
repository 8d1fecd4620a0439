"""What a month on AWS costs for 1, 100 and 10,000 streamers: `python -m bench.cost`.

counted     requests of an hour on air, from the constants by which the pages ask
measured    processor time, log and units of the table for each, at the real doors (bench.doors)
listed      prices of us-east-1 without taxes, and what AWS gives every account each month for nothing
assumed     what stands in capitals below
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, prod
from pathlib import Path

from chatsim import stream
from chatsim_ai.settings import AiSettings

from bench.doors import Doors, Taken, measured

PAGES = Path(__file__).resolve().parents[1] / "frontend" / "src"

# Of each streamer: hours on air a month in shows of two hours, with dashboard and overlay open; presses an hour (Play,
# moments, changes), each counted as the dearest of them; games new to everybody, each taking the AI all of its time.
HOURS, SHOW_HOURS, PRESSES, NEW_GAMES = 20, 2, 12, 4
# Of all together: the hours of a month in which somebody is on air; a hundred meet in the evening.
BUSY_HOURS = {1: 20, 100: 180, 10_000: 730}
MONTH_HOURS, DAYS = 730, 30
# Files of the site a show loads at most, dashboard and overlay; each runs the function for clean addresses twice.
FILES = 30
# A DynamoDB call within the region takes this long; a whole vCPU comes with this much memory, and is as fast as ours.
STORE_MS, VCPU_MB = 5, 1769
# Lambda's own three lines for each request, with CloudWatch's 26 bytes for every line and for ours.
LAMBDA_LOG_BYTES = 450
# Pre-warming: a run each three hours, a second of it for nothing; 40 packs, renewed after 85 % of their 30 days.
RUNS, RUN_S, PACKS_A_MONTH, PACKS_A_DAY = 240, 1, 40 / 0.85, 500
PACK_S, PACK_GB = AiSettings.deadline_s, 0.5
# Metrics with each value of what they are told by, and half a dozen codes of errors.
STREAM_METRICS, PREWARM_METRICS = 20, 5
ALARMS = 10


@dataclass(frozen=True)
class Price:
    """`dollars` for one of `unit`; `free`: how many of them a month cost nothing."""

    unit: str
    dollars: float
    free: float = 0


PRICES = {
    "Lambda, time": Price("GB-s", 1.33334e-5, 400_000),
    "Lambda, requests": Price("requests", 2e-7, 1e6),
    "HTTP API": Price("requests", 1e-6),
    "DynamoDB, reads": Price("units", 1.25e-7),
    "DynamoDB, writes": Price("units", 6.25e-7),
    "CloudFront, requests": Price("requests", 1e-6, 10e6),
    "CloudFront, function": Price("runs", 1e-7, 2e6),
    "CloudFront, transfer": Price("GB", 0.085, 1000),
    "CloudWatch, logs": Price("GB", 0.50, 5),
    "CloudWatch, metrics": Price("metric-months", 0.30, 10),
    "CloudWatch, alarms": Price("alarms", 0.10, 10),
    "X-Ray": Price("traces", 5e-6, 100_000),
}


def main() -> None:
    taken, asked = measured(requests), asked_an_hour()
    print(f"{'request':20}{'an hour':>8}{'CPU ms':>8}{'ms':>6}{'reads':>7}{'writes':>7}{'log B':>7}{'bytes':>7}")
    for name, took in taken.items():
        units = f"{took.reads:>7.1f}{took.writes:>7.0f}{took.log_bytes:>7}{took.answer_bytes:>7}"
        print(f"{name:20}{asked[name]:>8.1f}{took.cpu_ms:>8.2f}{lambda_ms(took):>6}{units}")
    print(f"{'together':20}{sum(asked.values()):>8.1f}\n")
    used = [month(streamers, busy_h, asked, taken) for streamers, busy_h in BUSY_HOURS.items()]
    print(f"{'dollars a month':24}" + "".join(f"{streamers:>12,}" for streamers in BUSY_HOURS))
    for name, price in PRICES.items():
        print(f"{name:24}" + "".join(f"{use[name] * price.dollars:>12.4f}" for use in used))
    print(f"{'by the list':24}" + "".join(f"{bill(use):>12.2f}" for use in used))
    print(f"{'less what is free':24}" + "".join(f"{bill(use, free=True):>12.2f}" for use in used))


def requests(doors: Doors) -> dict[str, Taken]:
    """One of each that is made again and again on air: by the pages while they are read, and by the streamer's hand."""
    # Twelve lines a minute, as at the natural pace of 60 viewers, but the same number in every minute.
    wish = {"gameName": "Elden Ring", "mode": "game", "lang": "es", "min": 3000, "max": 7000}
    doors.ask("Generate", "POST", "/api/generate-phrases", {"gameName": "Elden Ring"})
    _, key = doors.ask("Api", "POST", "/api/stream-key", {})
    pressed, page = doors.ask("Api", "POST", "/api/chat-ticket", wish)
    kept, _ = doors.ask("Api", "GET", "/api/chat-ticket")
    shown, overlay = doors.ask("Api", "GET", "/api/chat-ticket", x_stream_key=key["key"])
    from_start = f"&last={page['show']['first']}"
    # The key that signs tickets is read once in five minutes, and not counted.
    doors.ask("ChatStream", "GET", "/api/chat-stream?horizon=1", x_ticket=page["ticket"])
    read, _ = doors.ask("ChatStream", "GET", f"/api/chat-stream?horizon=60{from_start}", x_ticket=page["ticket"])
    drawn, _ = doors.ask("ChatStream", "GET", f"/api/chat-stream?horizon=17{from_start}", x_ticket=overlay["ticket"])
    return {
        "dashboard: batch": read,
        "dashboard: ticket": kept,
        "overlay: batch": drawn,
        "overlay: ticket": shown,
        "press": pressed,
    }


def asked_an_hour() -> dict[str, float]:
    """How often each of `requests` is made while a show runs."""
    page_s = stream.again_ms(constant("dashboard/show.ts", "HORIZON_S"), 0.5) / 1000
    overlay_s = stream.again_ms(constant("overlay/follow-user.ts", "HORIZON_S"), 0.5) / 1000
    # A ticket is asked for with the first batch after this time.
    renew_s = ceil(constant("overlay/follow-user.ts", "RENEW_MS") / 1000 / overlay_s) * overlay_s
    return {
        "dashboard: batch": 3600 / page_s,
        "dashboard: ticket": 3_600_000 / constant("dashboard/show.ts", "KEEP_ALIVE_MS"),
        "overlay: batch": 3600 / overlay_s,
        "overlay: ticket": 3600 / renew_s,
        "press": PRESSES,
    }


def constant(file: str, name: str) -> int:
    """A whole number of the page's source, or a product of some."""
    found = re.search(rf"^(?:export )?const {name} = ([\d_ *]+)$", (PAGES / file).read_text("utf-8"), re.MULTILINE)
    if not found:
        raise ValueError(f"{file} has no {name}")
    return prod(int(factor) for factor in found[1].split("*"))


def lambda_ms(took: Taken) -> int:
    """What is billed for a request: our processor time at the share its memory gives, and waiting for the store."""
    return ceil(took.cpu_ms * VCPU_MB / took.memory_mb + took.calls * STORE_MS)


def month(streamers: int, busy_h: float, asked: Mapping[str, float], taken: Mapping[str, Taken]) -> dict[str, float]:
    """What all streamers use in a month, by the names of PRICES; `busy_h`: the hours over which it is spread."""
    on_air = streamers * HOURS
    asking = {name: on_air * used for name, used in hour(asked, taken).items()}
    requests, streamed = asking["Lambda, requests"], asking["Lambda, requests"] - asking["HTTP API"]
    files = on_air / SHOW_HOURS * FILES
    packs = min(streamers * NEW_GAMES, PACKS_A_DAY * DAYS) + PACKS_A_MONTH
    return asking | {
        "Lambda, time": asking["Lambda, time"] + packs * PACK_S * PACK_GB + RUNS * RUN_S * PACK_GB,
        "CloudFront, requests": requests + files,
        "CloudFront, function": 2 * files,
        "CloudWatch, metrics": STREAM_METRICS * busy_h / MONTH_HOURS + PREWARM_METRICS * RUNS / MONTH_HOURS,
        "CloudWatch, alarms": ALARMS,
        "X-Ray": traced(streamed, busy_h) + traced(requests - streamed, busy_h),
    }


def hour(asked: Mapping[str, float], taken: Mapping[str, Taken]) -> dict[str, float]:
    """What asking so often uses in an hour on air, by the names of PRICES."""

    def every(of: Mapping[str, float]) -> float:
        return sum(asked[name] * each for name, each in of.items())

    requests = sum(asked.values())
    return {
        "Lambda, time": every({name: lambda_ms(taken[name]) / 1000 * taken[name].memory_mb / 1024 for name in asked}),
        "Lambda, requests": requests,
        "HTTP API": sum(times for name, times in asked.items() if not name.endswith("batch")),
        "DynamoDB, reads": every({name: taken[name].reads for name in asked}),
        "DynamoDB, writes": every({name: taken[name].writes for name in asked}),
        "CloudFront, requests": requests,
        "CloudFront, transfer": every({name: taken[name].answer_bytes for name in asked}) / 1e9,
        "CloudWatch, logs": every({name: taken[name].log_bytes + LAMBDA_LOG_BYTES for name in asked}) / 1e9,
    }


def traced(requests: float, busy_h: float) -> float:
    """Of one function's requests, evenly spread: the first of each second and 5 % of the others."""
    first = min(requests, busy_h * 3600)
    return first + 0.05 * (requests - first)


def bill(use: Mapping[str, float], *, free: bool = False) -> float:
    """Dollars for `use`; `free`: less what costs nothing each month."""
    return sum(max(0.0, used - PRICES[name].free * free) * PRICES[name].dollars for name, used in use.items())


if __name__ == "__main__":
    main()
