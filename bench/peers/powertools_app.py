"""Powertools' resolver on the managed runtime's own loop, awslambdaric: the batch in one piece."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from chatsim.errors import ApiError

from bench.peers import same_batch

app = LambdaFunctionUrlResolver()


@app.get("/api/chat-stream")
def chat_stream() -> Response[str]:
    event = app.current_event
    horizon_s = int(event.query_string_parameters["horizon"])
    body = b"".join(same_batch.batch(event.headers["x-ticket"], horizon_s))
    return Response(200, same_batch.CONTENT_TYPE, body.decode())


@app.exception_handler(ApiError)  # type: ignore[untyped-decorator]
def refuse(error: ApiError) -> Response[str]:
    return Response(error.status, "application/json", f'{{"error": "{error.code}"}}')


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
