"""A second AWS for the tests: moto in this process, on loopback, with its gaps filled.

How to write a test on it::

    def test_a_function_swap(deployed: Deployer, deployed_aws: Aws) -> None:
        backend = deployed.edited()                   # tests/aws_moto/backends.py
        backend.change_asset("handler.py", "def handler(event, context): return 1")
        deployed.deploy(backend)                      # the product's engine, by the profile "moto"
        (call,) = deployed_aws.calls.of("lambda:UpdateFunctionCode")
        assert call.role == ""                        # the user's own key

The fixtures:

- ``aws``: the AWS of this test, bootstrapped, empty. ``aws.calls`` has every request since the test
  began: ``.actions``, ``.counts()``, ``.of("s3:PutObject")``, ``.own`` (the user's key),
  ``.wait_for(action)``; a ``Call`` has ``request`` (service, operation, key, parameters, headers),
  ``status`` and ``role``.
- ``aws.faults``: ``deny("lambda:GetFunction")``, ``expire("*")``, ``throttle("cloudformation:*",
  30)``, ``html(…, 502)``, ``delay``, ``hold``, ``appears_after(…, reads)``, ``error(action, code,
  message)``, ``add(action, respond)``; all take ``times=``, ``skip=`` and ``when=`` (of the
  request). ``aws.faults.clock_offset`` moves the service's clock; beyond 300 s it refuses.
- ``aws.fail_resource("*Table*", "CREATE", "reason")`` lets CloudFormation fail;
  ``aws.hold_stacks()`` keeps stack operations IN_PROGRESS until the returned event is set.
- ``aws.extra``: answers for services that moto does not have (SSO's device login, say).
- ``profile``: a profile in files of its own, which alone the environment names.
  ``write_profile(…, settings={"role_arn": …})`` makes others.
- ``target``, ``clients``: the product's, by that profile.
- ``deployer``: deploys stage by stage. ``deployed`` is another one, with the Python backend
  deployed once for the module, on ``deployed_aws``: what a test changes there stays for the next
  one, which goes on from ``deployed.edited()``. ``LANGUAGE = "typescript"`` in a module chooses
  the other backend.
- ``Loop(root, target, backend)`` (``sandbox.py``) runs the whole loop in a thread, watcher too.

``aws.bootstrap(qualifier=…, version=…, roles={"deploy": "my-role"})`` sets up further accounts,
regions and qualifiers; ``bare_aws`` is an account without any.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.aws_moto.aws import Aws, Profile, write_profile
from tests.aws_moto.backends import Backend
from tests.aws_moto.sandbox import Deployer, aws_target
from workbench.aws.clients import Clients
from workbench.aws.target import AwsTarget


@pytest.fixture(scope="session")
def moto_server() -> Iterator[Aws]:
    """The server of this process; use ``aws``."""
    aws = Aws().start()
    yield aws
    aws.stop()


@pytest.fixture
def bare_aws(moto_server: Aws) -> Aws:
    """An AWS where nobody ever bootstrapped anything."""
    moto_server.reset()
    return moto_server


@pytest.fixture
def aws(bare_aws: Aws) -> Iterator[Aws]:
    """An AWS with a CDK bootstrap, and nothing else."""
    bare_aws.bootstrap()
    yield bare_aws
    bare_aws.clear()


@pytest.fixture
def profile(moto_server: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    """The profile ``moto``; nothing else of AWS is in the environment."""
    made = write_profile(tmp_path / "aws", moto_server.endpoint)
    enter(made, monkeypatch)
    return made


def enter(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the environment name this profile's files and nothing else of AWS."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower() in {"http_proxy", "https_proxy", "all_proxy"}:
            monkeypatch.delenv(name)
    for name, value in profile.env.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def target(profile: Profile) -> AwsTarget:
    """The target of the profile."""
    return aws_target(profile.name)


@pytest.fixture
def clients(aws: Aws, target: AwsTarget) -> Clients:
    """The product's clients by the profile."""
    return Clients(target)


@pytest.fixture
def deployer(aws: Aws, target: AwsTarget, tmp_path: Path) -> Deployer:
    """A sandbox of which nothing is deployed."""
    return Deployer(tmp_path / "project", target)


@dataclass
class Shared:
    """One deployment for all tests of a module, and the AWS that it is on."""

    aws: Aws
    folder: Path
    deployer: Deployer | None = None
    resets: int = 0

    def of(self, language: str) -> Deployer:
        """The sandbox with the backend deployed; once again only if everything was forgotten."""
        if self.deployer is None or self.resets != self.aws.resets:
            self.aws.reset()
            self.aws.bootstrap()
            self.resets = self.aws.resets
            project = self.folder / f"project-{self.resets}"
            self.deployer = Deployer(project, aws_target("moto"))
            self.deployer.deploy(Backend.load(language))
        self.aws.clear()
        self.deployer.events.clear()
        return self.deployer


@pytest.fixture(scope="module")
def shared(moto_server: Aws, tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """What the tests of a module share; use ``deployed``."""
    return Shared(moto_server, tmp_path_factory.mktemp("deployed"))


@pytest.fixture
def deployed(
    shared: Shared, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployer]:
    """The module's sandbox, deployed; nothing is recorded yet, and no fault ordered.

    A module's ``LANGUAGE = "typescript"`` chooses the backend.
    """
    enter(write_profile(shared.folder / "aws", shared.aws.endpoint), monkeypatch)
    yield shared.of(getattr(request.module, "LANGUAGE", "python"))
    shared.aws.clear()


@pytest.fixture
def deployed_aws(deployed: Deployer, shared: Shared) -> Aws:
    """The AWS that ``deployed`` is on."""
    return shared.aws
