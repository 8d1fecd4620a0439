"""Cerebras, by its own SDK."""

from __future__ import annotations

from chatsim_ai.account import Account, Vendor
from chatsim_ai.chat_completions import ChatCompletions, Connection
from chatsim_ai.provider import Provider


def connect(account: Account) -> Connection:
    from cerebras.cloud import sdk

    client = sdk.Cerebras(
        api_key=account.key,
        base_url=account.base_url,
        max_retries=0,
        # HTTP/2, its default, would lead all streams over one line, and hanging up on one would end the others.
        http_client=sdk.DefaultHttpxClient(follow_redirects=False, http2=False),
        warm_tcp_connection=False,  # it would call the service while being made: 4.3 s when that hangs
    )
    return Connection(client, sdk)


def provider(account: Account) -> Provider:
    return ChatCompletions("cerebras", account, connect)


VENDOR = Vendor("cerebras", "api.cerebras.ai", "gpt-oss-120b", provider)
