"""template.yaml as plain data: a short form such as `!Ref Table` is the text after its tag."""

from pathlib import Path
from typing import Any

import yaml

TEXT = (Path(__file__).parents[2] / "template.yaml").read_text("utf-8")


class _Loader(yaml.SafeLoader):
    pass


def _plain(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


_Loader.add_multi_constructor("!", _plain)

DOCUMENT: dict[str, Any] = yaml.load(TEXT, Loader=_Loader)


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Properties by name of the resources of a type."""
    return {name: found["Properties"] for name, found in DOCUMENT["Resources"].items() if found["Type"] == kind}


def doors() -> dict[str, dict[str, Any]]:
    return resources("AWS::Serverless::Function")
