"""``amplify_outputs.json``: the same as ampx writes for the same stack, and written atomically."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.ampx_outputs import Wanted, ampx_outputs
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.deploy.outputs.outputs import (
    outputs_path,
    read_outputs,
    render_outputs,
    write_outputs,
)
from workbench.model.user_problem import UserProblem
from workbench.project.node_runtime import NodeRuntime

if TYPE_CHECKING:
    from tests.deploy.conftest import Backend, Deployer


RICH_STORAGE = """
import { defineStorage } from '@aws-amplify/backend';
export const storage = defineStorage({
  name: 'photos',
  isDefault: true,
  access: (allow) => ({
    'public/*': [allow.guest.to(['read']), allow.authenticated.to(['read', 'write'])],
    'private/{entity_id}/*': [allow.entity('identity').to(['read', 'write', 'delete'])],
  }),
});
export const archive = defineStorage({ name: 'archive' });
"""
RICH_BACKEND = """
import { defineBackend } from '@aws-amplify/backend';
import { auth } from './auth/resource.js';
import { data } from './data/resource.js';
import { storage, archive } from './storage/resource.js';

const backend = defineBackend({ auth, data, storage, archive });
backend.addOutput({ custom: { greeting: 'hello', nested: { list: [1, 2] } } });
backend.addOutput({ version: '1.1', custom: { more: true } });
"""
RICH_AUTH = """
import { defineAuth } from '@aws-amplify/backend';
export const auth = defineAuth({
  loginWith: {
    email: { otpLogin: true },
    phone: true,
    webAuthn: true,
    externalProviders: {
      callbackUrls: ['http://localhost:3000/in', 'http://localhost:3001/in'],
      logoutUrls: ['http://localhost:3000/out'],
      domainPrefix: 'outputs-test',
      scopes: ['EMAIL', 'OPENID'],
    },
  },
  groups: ['ADMINS', 'EDITORS'],
  multifactor: { mode: 'OPTIONAL', totp: true, sms: true },
  passwordlessOptions: { preferredChallenge: 'EMAIL_OTP' },
  userAttributes: { nickname: { required: true } },
});
"""


def theirs_of(deployer: Deployer, node: NodeRuntime, *wanted: Wanted) -> list[Path]:
    """What ampx's code writes for the deployed stack."""
    target, backend = deployer.clients.target, deployer.backend
    assert isinstance(target, LocalTarget)
    return ampx_outputs(backend.root, target, node, backend.stack_name, *wanted)


@pytest.mark.npm
def test_quickstart_outputs_equal_those_of_ampx_and_name_a_reachable_address(
    deployed: Deployer, node_runtime: NodeRuntime, tmp_path: Path
) -> None:
    as_json, as_dart = theirs_of(
        deployed,
        node_runtime,
        Wanted(tmp_path / "json"),
        Wanted(tmp_path / "dart", format="dart"),
    )
    assert deployed.outputs() == json.loads(as_json.read_text("utf-8"))
    assert as_json.name == deployed.outputs_file.name

    theirs = as_dart.read_text("utf-8")
    ours = render_outputs(deployed.outputs(), "dart")
    head, tail = "const amplifyConfig = r'''", "''';"
    assert ours.startswith(head)
    assert ours.endswith(tail)
    assert json.loads(ours[len(head) : -len(tail)]) == json.loads(theirs[len(head) : -len(tail)])
    assert theirs[: len(head)] == head
    assert outputs_path(tmp_path, "dart").name == as_dart.name

    url = deployed.outputs()["data"]["url"]
    # Its scheme is in capitals: see workbench/localcloud/ministack/patches/appsync/endpoints.py.
    target = deployed.clients.target
    assert isinstance(target, LocalTarget)
    assert url.lower().startswith(f"{target.endpoint}/")
    answer = httpx.post(url, json={"query": "{ __typename }"}, trust_env=False)
    assert answer.status_code in {200, 401}
    assert "application/json" in answer.headers["content-type"]


@pytest.mark.npm
def test_rich_outputs_equal_those_of_ampx_in_every_version(
    deployer: Deployer, backend: Backend, node_runtime: NodeRuntime, tmp_path: Path
) -> None:
    backend.write("backend.ts", RICH_BACKEND)
    backend.write("storage/resource.ts", RICH_STORAGE)
    backend.write("auth/resource.ts", RICH_AUTH)
    deployer.deploy(backend.synth())
    versions = ("1.5", "1.3", "1.2", "1.1", "1", "0")
    wanted = [Wanted(tmp_path / version, version) for version in versions]
    for version, theirs in zip(versions, theirs_of(deployer, node_runtime, *wanted), strict=True):
        ours = read_outputs(
            deployer.clients, backend.stack_name, backend.introspect, version=version
        )
        assert json.loads(render_outputs(ours, version=version)) == json.loads(theirs.read_text())
        assert outputs_path(tmp_path, "json", version).name == theirs.name


@pytest.mark.parametrize("fmt", ["ts", "mjs", "json-mobile"])
def test_formats_without_a_meaning_are_refused(fmt: Any) -> None:
    with pytest.raises(UserProblem, match="cannot be written"):
        render_outputs({"version": "1.5"}, fmt)


def no_models(schema: str) -> dict[str, Any]:
    raise AssertionError(schema)


def test_a_stack_that_is_not_there(clients: Clients) -> None:
    with pytest.raises(UserProblem, match="no deployed backend"):
        read_outputs(clients, "amplify-nobody-me-sandbox-0000000000", no_models)


def test_an_unknown_version(clients: Clients) -> None:
    with pytest.raises(UserProblem, match=r"no outputs version 2\.0"):
        read_outputs(clients, "any", no_models, version="2.0")


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    file = tmp_path / "amplify_outputs.json"
    contents = [{"version": "1.5", "custom": {"fill": letter * 200_000}} for letter in "ab"]
    write_outputs(file, contents[0])
    stop = threading.Event()
    seen: list[str] = []

    def read() -> None:
        while not stop.is_set():
            seen.append(json.loads(file.read_text("utf-8"))["custom"]["fill"][0])

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(60):
        write_outputs(file, contents[turn % 2])
    stop.set()
    reader.join()
    assert set(seen) <= {"a", "b"}
    assert [path.name for path in tmp_path.iterdir()] == ["amplify_outputs.json"]


def test_unchanged_outputs_are_not_written_again(tmp_path: Path) -> None:
    file = tmp_path / "amplify_outputs.json"
    assert write_outputs(file, {"version": "1.5"})
    before = file.stat().st_mtime_ns
    assert not write_outputs(file, {"version": "1.5"})
    assert file.stat().st_mtime_ns == before
