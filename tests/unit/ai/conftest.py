"""What a generator works with: a clock that is turned, a store, a writer that does as it is told."""

import pytest
from chatsim.store.memory import MemoryStore

from tests.unit.ai.fakes import Clock, FakeWriter


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def writer() -> FakeWriter:
    return FakeWriter()
