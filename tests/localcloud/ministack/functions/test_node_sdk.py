"""A Node function has the AWS SDK, also in a project without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.localcloud.ministack.functions.conftest import NODE, Functions
from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle

pytestmark = [pytest.mark.cloud, pytest.mark.npm]

CODE = """
import { SSM } from '@aws-sdk/client-ssm';
export const handler = async () => {
  const { Parameter } = await new SSM({}).getParameter({ Name: '/greeting' });
  return Parameter.Value;
};
export const told = ['@smithy/no-such', '@aws-sdk/no-such/']; // bundles have such texts
"""


@pytest.fixture
def without_sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    """A local cloud with no ``node_modules`` above it, and an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    target = lifecycle.start(tmp_path / "cloud")
    yield Functions(Clients(target))
    lifecycle.stop(tmp_path / "cloud")


def test_a_package_that_the_project_lacks_is_installed_once(
    without_sdk: Functions, tmp_path: Path
) -> None:
    without_sdk.clients.client("ssm").put_parameter(Name="/greeting", Value="Hi", Type="String")
    assert without_sdk.run(NODE, {"index.mjs": CODE}).told == "Hi"
    cached = tmp_path / "cache" / "amplify-tui" / "lambda-node-sdk" / "node_modules"
    before = (cached / "@aws-sdk" / "client-ssm").stat().st_mtime_ns
    assert without_sdk.run(NODE, {"index.mjs": CODE}).told == "Hi"
    assert (cached / "@aws-sdk" / "client-ssm").stat().st_mtime_ns == before


def test_a_package_that_cannot_be_installed_is_named(without_sdk: Functions) -> None:
    code = "require('@aws-sdk/client-that-does-not-exist')"
    told = without_sdk.run(NODE, code).told
    assert told["errorType"] == "Runtime.ImportModuleError"
    assert "@aws-sdk/client-that-does-not-exist could not be installed: npm" in told["errorMessage"]
