"""DynamoDB's verbs, as many as the product needs, over a small client of our own.

Requests and answers have boto3's own shapes, and `exceptions` is where boto3 keeps them: the store takes either.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from chatsim.aws import AwsClient, AwsError
from chatsim.errors import Unavailable


class ConditionalCheckFailedException(Exception):
    """The condition of a write did not hold; nothing was written."""


class SignedClient(AwsClient):
    """Raises Unavailable where the store gives no good answer; a call ends within 2 s."""

    exceptions = SimpleNamespace(ConditionalCheckFailedException=ConditionalCheckFailedException)

    def __init__(self, env: Mapping[str, str]) -> None:
        super().__init__(env, "dynamodb", "DynamoDB_20120810")

    def get_item(self, **request: Any) -> dict[str, Any]:
        return self._call("GetItem", request)

    def query(self, **request: Any) -> dict[str, Any]:
        return self._call("Query", request)

    def put_item(self, **request: Any) -> dict[str, Any]:
        return self._call("PutItem", request)

    def update_item(self, **request: Any) -> dict[str, Any]:
        return self._call("UpdateItem", request)

    def delete_item(self, **request: Any) -> dict[str, Any]:
        return self._call("DeleteItem", request)

    def _call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self.call(operation, request)
        except AwsError as error:
            if error.kind == ConditionalCheckFailedException.__name__:
                raise ConditionalCheckFailedException from None
            why = error.kind
        print(json.dumps({"level": "WARNING", "message": "store unavailable", "operation": operation, "why": why}))
        raise Unavailable
