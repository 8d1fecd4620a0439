"""Read what the local stack needs from template.yaml: the doors with their routes, and the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TABLE_NAME = "chatsim"


@dataclass(frozen=True)
class Function:
    """One door.

    `routes`: (method or ANY, path or $default) of its HTTP API events. `url_path`: where CloudFront has its function
    URL on the site's one address, None without one.
    """

    name: str
    folder: Path
    handler: str
    timeout_s: float
    memory_mb: int
    environment: Mapping[str, str]
    routes: tuple[tuple[str, str], ...]
    url_path: str | None

    @property
    def served(self) -> bool:
        """Whether anybody can ask it by HTTP; a door of the scheduler's nobody can."""
        return bool(self.routes or self.url_path)


@dataclass(frozen=True)
class Template:
    """`table`: arguments of DynamoDB's CreateTable."""

    functions: tuple[Function, ...]
    table: Mapping[str, Any]


@dataclass(frozen=True)
class _Tag:
    """A CloudFormation short form such as `!Ref Table`."""

    name: str
    value: Any


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags, kept as `_Tag`."""


def _construct_tag(loader: _Loader, name: str, node: yaml.Node) -> _Tag:
    if isinstance(node, yaml.MappingNode):
        return _Tag(name, loader.construct_mapping(node, deep=True))
    if isinstance(node, yaml.SequenceNode):
        return _Tag(name, loader.construct_sequence(node, deep=True))
    return _Tag(name, node.value)


_Loader.add_multi_constructor("!", _construct_tag)


def read(path: Path) -> Template:
    """Parse the template at `path`; code folders are taken relative to it."""
    document = _Loader(path.read_text("utf-8")).get_single_data()
    resources: dict[str, dict[str, Any]] = document["Resources"]
    refs = {name: parameter.get("Default", "") for name, parameter in document.get("Parameters", {}).items()}
    tables = {name: resource for name, resource in resources.items() if resource["Type"] == "AWS::DynamoDB::Table"}
    refs |= dict.fromkeys(tables, TABLE_NAME)
    (table,) = tables.values()
    shared = document.get("Globals", {}).get("Function", {})
    return Template(
        functions=tuple(
            _function(name, resource, shared, refs, path.parent, _url_path(name, resources))
            for name, resource in resources.items()
            if resource["Type"] == "AWS::Serverless::Function"
        ),
        table={
            "TableName": TABLE_NAME,
            **{key: table["Properties"][key] for key in ("BillingMode", "AttributeDefinitions", "KeySchema")},
        },
    )


def _function(
    name: str,
    resource: Mapping[str, Any],
    shared: Mapping[str, Any],
    refs: Mapping[str, Any],
    root: Path,
    url_path: str | None,
) -> Function:
    own = resource["Properties"]
    variables = {**_variables(shared), **_variables(own)}
    return Function(
        name=name,
        folder=(root / own["CodeUri"]).resolve(),
        handler=own.get("Handler", shared.get("Handler")),
        timeout_s=float(_chosen(own.get("Timeout", shared.get("Timeout", 3)))),
        memory_mb=own.get("MemorySize", shared.get("MemorySize", 128)),
        # There is no SSM here: a function that looks for keys there gets the laptop's own.
        environment=dict(_resolved(variables, refs)) | ({"AI_KEYS": ""} if "AI_KEYS" in variables else {}),
        routes=tuple(_routes(own.get("Events", {}))),
        url_path=url_path,
    )


def _chosen(value: Any) -> Any:
    """`value`, or the first branch of an !If: what a deployment may switch on is on here."""
    return value.value[1] if isinstance(value, _Tag) and value.name == "If" else value


def _url_path(name: str, resources: Mapping[str, Mapping[str, Any]]) -> str | None:
    for resource in resources.values():
        if resource["Type"] == "AWS::CloudFront::Distribution":
            config = resource["Properties"]["DistributionConfig"]
            origins = [origin["Id"] for origin in config["Origins"] if _mentions(origin, f"{name}Url.FunctionUrl")]
            for behaviour in config["CacheBehaviors"]:
                if behaviour["TargetOriginId"] in origins:
                    return str(behaviour["PathPattern"]).rstrip("*")
    return None


def _mentions(value: Any, attribute: str) -> bool:
    """Whether a !GetAtt of `attribute` is anywhere in `value`."""
    if isinstance(value, _Tag):
        return (value.name, value.value) == ("GetAtt", attribute) or _mentions(value.value, attribute)
    if isinstance(value, Mapping):
        return any(_mentions(member, attribute) for member in value.values())
    return isinstance(value, list) and any(_mentions(member, attribute) for member in value)


def _variables(properties: Mapping[str, Any]) -> dict[str, Any]:
    return dict(properties.get("Environment", {}).get("Variables", {}))


def _resolved(variables: Mapping[str, Any], refs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The variables as text. One that only AWS can resolve (!GetAtt, a !Ref to a resource) is left out."""
    for name, value in variables.items():
        known = refs.get(value.value) if isinstance(value, _Tag) and value.name == "Ref" else value
        if isinstance(known, bool):
            yield name, str(known).lower()
        elif isinstance(known, str | int | float):
            yield name, str(known)


def _routes(events: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for event in events.values():
        if event["Type"] == "HttpApi":
            properties = event.get("Properties", {})
            yield properties.get("Method", "ANY").upper(), properties.get("Path", "$default")
