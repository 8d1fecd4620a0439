"""What importing the layer loads, in a fresh process."""

import subprocess
import sys

HEAVY = ("jwt", "cryptography", "http.client", "ssl", "chatsim_auth.session")


def loaded_after(code: str) -> set[str]:
    report = f"{code}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_looking_for_a_token_loads_no_jwt() -> None:
    code = "from chatsim_auth import AuthSettings, session_token; AuthSettings.from_env({}); session_token({}, [], "
    assert loaded_after(code + "cookie_allowed=True)").isdisjoint(HEAVY)


def test_the_verifier_brings_what_it_needs_at_its_import() -> None:
    assert loaded_after("from chatsim_auth import SessionVerifier") >= {"jwt", "cryptography", "http.client"}
