import pytest
from chatsim_web.viewer import network


@pytest.mark.parametrize(
    ("viewer", "said"),
    [
        ("198.51.100.10:46532", "198.51.100.10"),
        ("2001:db8:0:1:a:b:c:d:46532", "2001:db8:0:1::/64"),
        ("[2001:db8:0:1::9]:46532", "2001:db8:0:1::/64"),
        ("198.51.100.10", ""),
        ("evil", ""),
        (":", ""),
        ("1.2.3.4,198.51.100.10:46532", ""),
        ("ñ\x00:1", ""),
        ("9" * 10_000 + ":1", ""),
    ],
)
def test_the_viewer_as_cloudfront_names_it(viewer: str, said: str) -> None:
    assert network(viewer, "203.0.113.7") == said


@pytest.mark.parametrize("viewer", [None, ""])
def test_without_cloudfront_it_is_who_connects(viewer: str | None) -> None:
    assert network(viewer, "203.0.113.7") == "203.0.113.7"
    assert network(viewer, "2001:db8::1") == "2001:db8::/64"
