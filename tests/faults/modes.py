"""The ways in which a provider fails, as the fake AI plays them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """A mode of the fake AI, and the `kind` of failure it is to be known as."""

    mode: str
    kind: str
    how: dict[str, float] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return "-".join([self.mode, *(f"{value:g}" for value in self.how.values())])


# Nothing, or too little, comes of these.
FATAL = [
    Fault("401", "auth"),
    Fault("404", "model"),
    Fault("429", "rate_limited", {"retry_after": 2}),
    Fault("429", "rate_limited", {"retry_after": 45}),
    Fault("500", "server"),
    Fault("503", "server"),
    Fault("hang", "timeout"),
    Fault("drip", "timeout"),
    Fault("thinking", "timeout"),
    Fault("slow", "timeout", {"seconds": 300}),
    Fault("reset", "connection"),
    Fault("broken_json", "malformed"),
    Fault("empty", "empty"),
]
# What came before these is worth keeping.
SALVAGED = [
    Fault("slow", "deadline", {"seconds": 20}),
    Fault("cut", "connection"),
    Fault("cut_before_done", "cut"),
    Fault("endless", "ok"),
    Fault("hostile", "ok"),
]
