"""Running local clouds for tests: one that a worker's tests share, and one of a test's own.

A start costs a second of CPU, emptying a shared cloud a tenth of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emptying import NotEmptyError, empty
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle


class SharedCloud:
    """One local cloud for many tests; each finds it as empty as at its first start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._starts = 0
        self._clients: Clients | None = None

    @property
    def state_dir(self) -> Path:
        """The state folder; another one follows when this cloud could not be emptied."""
        return self._folder / str(self._starts)

    @property
    def clients(self) -> Clients:
        """Its clients. Starts it unless it runs."""
        if self._clients is None:
            self._starts += 1
            self._clients = Clients(lifecycle.start(self.state_dir))
        return self._clients

    @property
    def target(self) -> LocalTarget:
        """Where it runs. Starts it unless it runs."""
        target = self.clients.target
        assert isinstance(target, LocalTarget)
        return target

    def empty(self) -> None:
        """Remove what a test made. Where that fails, the next test gets a new cloud."""
        if self._clients is None:
            return
        try:
            empty(self._clients)
        except NotEmptyError:
            self.stop()

    def stop(self) -> None:
        """Stop it; the next test that asks starts another."""
        if self._clients is not None:
            self._clients = None
            lifecycle.stop(self.state_dir)


@pytest.fixture(scope="session")
def shared_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedCloud]:
    cloud = SharedCloud(tmp_path_factory.mktemp("shared-cloud"))
    yield cloud
    cloud.stop()


@pytest.fixture
def local_cloud(shared_cloud: SharedCloud) -> Iterator[LocalTarget]:
    """An empty local cloud. Whoever stops, kills or damages it takes ``own_cloud``."""
    yield shared_cloud.target
    shared_cloud.empty()


@pytest.fixture
def local_cloud_dir(local_cloud: LocalTarget, shared_cloud: SharedCloud) -> Path:
    """The state folder of ``local_cloud``."""
    return shared_cloud.state_dir


@pytest.fixture
def local_clients(local_cloud: LocalTarget, shared_cloud: SharedCloud) -> Clients:
    """Clients of ``local_cloud``, made once: each costs some 30 ms."""
    return shared_cloud.clients


@pytest.fixture
def own_cloud_dir(tmp_path: Path) -> Path:
    """The state folder of ``own_cloud``."""
    return tmp_path / "local-cloud"


@pytest.fixture
def own_cloud(own_cloud_dir: Path) -> Iterator[LocalTarget]:
    """A local cloud that this test alone uses, stopped after it."""
    yield lifecycle.start(own_cloud_dir)
    lifecycle.stop(own_cloud_dir)
