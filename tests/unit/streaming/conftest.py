from collections.abc import Iterator

import pytest

from tests.unit.streaming.fake_runtime_api import FakeRuntimeApi, fake_runtime_api


@pytest.fixture
def api() -> Iterator[FakeRuntimeApi]:
    with fake_runtime_api() as fake:
        yield fake
