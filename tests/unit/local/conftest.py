"""A browser-like client for the gateway without a server between."""

import asyncio

import httpx
import pytest

from local.gateway import Gateway
from local.issuer import Issuer


class _InProcess(httpx.BaseTransport):
    def __init__(self, app):
        self._transport = httpx.ASGITransport(app)

    def handle_request(self, request):
        async def exchange():
            answer = await self._transport.handle_async_request(request)
            return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

        return asyncio.run(exchange())


@pytest.fixture(scope="session")
def issuer(tmp_path_factory):
    return Issuer.load(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
def connect(issuer):
    """connect(site) → a client of a gateway on port 8000 that serves the pages in `site`."""
    clients = []

    def connect_to(site):
        clients.append(
            httpx.Client(transport=_InProcess(Gateway(8000, [], issuer, site)), base_url="http://localhost:8000")
        )
        return clients[-1]

    yield connect_to
    for client in clients:
        client.close()
