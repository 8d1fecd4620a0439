"""Groq, by its own SDK."""

from __future__ import annotations

from chatsim_ai.account import Account, Vendor
from chatsim_ai.chat_completions import ChatCompletions, Connection
from chatsim_ai.provider import Provider


def connect(account: Account) -> Connection:
    import groq

    client = groq.Groq(
        api_key=account.key,
        base_url=account.base_url,
        max_retries=0,
        http_client=groq.DefaultHttpxClient(follow_redirects=False),
    )
    return Connection(client, groq)


def provider(account: Account) -> Provider:
    return ChatCompletions("groq", account, connect)


VENDOR = Vendor("groq", "api.groq.com", "openai/gpt-oss-120b", provider)
