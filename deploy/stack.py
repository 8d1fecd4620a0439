"""The stack in CloudFormation: made or changed by `sam deploy`, asked for its outputs, taken down."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from botocore.exceptions import ClientError

from deploy.build import BUILT, ROOT, SAM
from deploy.stage import Stage
from local.problem import Problem


@dataclass(frozen=True)
class Stack:
    """What a deployed stack says of itself. `address`: where the site is; `cloudfront`: by CloudFront's name."""

    address: str
    cloudfront: str
    distribution: str
    bucket: str
    table: str


def deploy(stage: Stage) -> Stack:
    """Raises Problem when CloudFormation refuses; sam has said why by then."""
    template = BUILT / "template.yaml"
    command = [str(SAM), "deploy", "--config-env", stage.name, "--config-file", str(ROOT / "samconfig.toml")]
    command += ["--template-file", str(template), "--region", stage.region, "--parameter-overrides"]
    command += overrides(template, stage)
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "SAM_CLI_TELEMETRY": "0"}, check=False)
    if done.returncode:
        raise Problem("sam deploy ha fallado: arriba dice por qué.", "sam deploy failed: it says why above.")
    return find(stage)


def overrides(template: Path, stage: Stage) -> Iterator[str]:
    """Every parameter of the built template: one that is left out would keep what the last deployment gave it."""
    for name, parameter in yaml.safe_load(template.read_text("utf-8"))["Parameters"].items():
        value = stage.parameters.get(name, str(parameter["Default"]))
        yield f'{name}="{_escaped(value)}"'


def find(stage: Stage) -> Stack:
    """Raises Problem when there is no such stack."""
    try:
        (found,) = stage.client("cloudformation").describe_stacks(StackName=stage.stack)["Stacks"]
    except ClientError:
        raise Problem(f"No hay ninguna pila {stage.stack}.", f"There is no stack {stage.stack}.") from None
    said = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}
    return Stack(
        said["Address"], said["CloudFrontAddress"], said["DistributionId"], said["SiteBucket"], said["TableName"]
    )


def delete(stage: Stage) -> None:
    """Everything but the table, which the template retains. Waits for the end, up to an hour as CloudFront may take."""
    cloudformation = stage.client("cloudformation")
    cloudformation.delete_stack(StackName=stage.stack)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stage.stack)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
