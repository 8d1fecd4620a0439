"""The AI's keys in SSM, encrypted: asked for here, read by the two functions that write packs, and nowhere else."""

from __future__ import annotations

import sys
from getpass import getpass

from botocore.exceptions import ClientError
from chatsim_ai.settings import VENDORS

from deploy.stage import Stage

REMOVE = "-"


def ask(stage: Stage) -> None:
    """One question a provider: a key to keep, nothing to leave it as it is, - to remove it."""
    ssm = stage.client("ssm")
    kept = {item["Name"] for item in ssm.describe_parameters(ParameterFilters=[_under(stage)])["Parameters"]}
    for vendor in VENDORS.values():
        name = f"/{stage.stack}/{vendor.key_setting}"
        state = "guardada · kept" if name in kept else "no hay · none"
        answer = _secret(f"{vendor.key_setting} ({state}; Enter: igual · as it is, {REMOVE}: quitar · remove): ")
        if answer == REMOVE and name in kept:
            ssm.delete_parameter(Name=name)
        elif answer and answer != REMOVE:
            ssm.put_parameter(Name=name, Value=answer, Type="SecureString", Overwrite=True)


def forget(stage: Stage) -> None:
    ssm = stage.client("ssm")
    for vendor in VENDORS.values():
        try:
            ssm.delete_parameter(Name=f"/{stage.stack}/{vendor.key_setting}")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterNotFound":
                raise


def _under(stage: Stage) -> dict[str, object]:
    return {"Key": "Path", "Option": "OneLevel", "Values": [f"/{stage.stack}"]}


def _secret(question: str) -> str:
    """Typed unseen; a line of the input where nobody types."""
    if sys.stdin.isatty():
        return getpass(question).strip()
    print(question.partition(" (")[0])
    return sys.stdin.readline().strip()
