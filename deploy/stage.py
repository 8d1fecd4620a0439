"""A stage of the owner's (prod, dev…): its block in samconfig.toml, and what it still needs."""

from __future__ import annotations

import binascii
import tomllib
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.problem import Problem


@dataclass(frozen=True)
class Stage:
    """`parameters`: the template's, by name; the issuer is there as soon as the publishable key is."""

    name: str
    stack: str
    region: str
    parameters: Mapping[str, str]

    @classmethod
    def read(cls, name: str, config: Path) -> Stage:
        """Raises Problem for a stage without a block."""
        try:
            block = tomllib.loads(config.read_text("utf-8"))[name]["deploy"]["parameters"]
        except KeyError:
            raise Problem(
                f"{config.name} no tiene la etapa {name}: copia el bloque [prod.deploy.parameters] con su nombre.",
                f"{config.name} has no stage {name}: copy the block [prod.deploy.parameters] under its name.",
            ) from None
        given = (entry.partition("=") for entry in block.get("parameter_overrides", ()))
        parameters = {key.strip(): value.strip().strip('"') for key, _, value in given if value.strip().strip('"')}
        issuer = issuer_of(parameters.get("ClerkPublishableKey", ""))
        return cls(name, block["stack_name"], block["region"], ({"AuthIssuer": issuer} if issuer else {}) | parameters)

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name=self.region)  # type: ignore[call-overload]

    def check(self) -> None:
        """Raises one Problem that names everything missing, each with how to get it."""
        missing = [*self._missing_settings(), *self._missing_account()]
        if missing:
            spanish, english = zip(*((each.spanish, each.english) for each in missing), strict=True)
            raise Problem("\n".join(spanish), "\n".join(english))

    def _missing_settings(self) -> Iterator[Problem]:
        key = self.parameters.get("ClerkPublishableKey", "")
        if not issuer_of(key):
            yield Problem(
                f"Falta ClerkPublishableKey en samconfig.toml, [{self.name}.deploy.parameters]. Cópiala de "
                "dashboard.clerk.com → tu aplicación → API keys: empieza por pk_.",
                f"ClerkPublishableKey is missing in samconfig.toml, [{self.name}.deploy.parameters]. Copy it from "
                "dashboard.clerk.com → your application → API keys: it begins with pk_.",
            )
        if key.startswith("pk_live_") and "DomainName" not in self.parameters:
            yield Problem(
                "Una clave pk_live_ de Clerk necesita tu dominio: pon DomainName y CertificateArn, o usa pk_test_.",
                "A pk_live_ key of Clerk needs a domain of yours: set DomainName and CertificateArn, or use pk_test_.",
            )
        if ("DomainName" in self.parameters) != ("CertificateArn" in self.parameters):
            yield Problem(
                "DomainName y CertificateArn van juntos: crea el certificado en Certificate Manager, región us-east-1.",
                "DomainName and CertificateArn go together: make the certificate in Certificate Manager, us-east-1.",
            )

    def _missing_account(self) -> Iterator[Problem]:
        try:
            self.client("sts").get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            yield Problem(
                f"AWS no te reconoce ({type(error).__name__}). Crea una clave de acceso en IAM → Users → Security "
                "credentials y define AWS_ACCESS_KEY_ID y AWS_SECRET_ACCESS_KEY.",
                f"AWS does not know you ({type(error).__name__}). Make an access key in IAM → Users → Security "
                "credentials and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
            )


def issuer_of(publishable_key: str) -> str:
    """The issuer that a Clerk publishable key names (`pk_test_` and base64 of its host and `$`), empty if none."""
    encoded = publishable_key.removeprefix("pk_test_").removeprefix("pk_live_")
    try:
        host = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    named = host.removesuffix("$")
    return f"https://{named}" if named != host and "." in named and encoded != publishable_key else ""
