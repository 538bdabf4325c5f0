"""The unmodified ``aws-amplify`` client in Node, with the preload and its outputs alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.front_end.backends import BUCKET, Backend
from workbench.front_end.written import write_front_end
from workbench.project.node_runtime import NodeRuntime
from workbench.users.outbound_messages import read_inbox

SCRIPT = Path(__file__).with_name("amplify_client.mjs")
USER, PASSWORD = "ann@example.com", "Correct-horse-1"

pytestmark = [pytest.mark.npm, pytest.mark.cloud]


def run(
    backend: Backend, node: NodeRuntime, script: Path, *arguments: str, preload: bool = True
) -> Any:
    """What a script printed, as JSON."""
    first = ["--import", str(backend.root / ".amplify/front-end/node.cjs")] if preload else []
    ran = subprocess.run(
        [str(node.executable), *first, str(script), *arguments],
        cwd=backend.root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def test_sign_up_sign_in_and_files(
    backend: Backend, npm_modules: Path, node_runtime: NodeRuntime
) -> None:
    def client(step: str, *more: str) -> Any:
        return run(backend, node_runtime, SCRIPT, str(npm_modules.parent), step, *more)

    assert client("signUp", USER, PASSWORD) == "CONFIRM_SIGN_UP"
    (message,) = read_inbox(backend.target, backend.outputs["auth"]["user_pool_id"])
    assert client("storage", USER, PASSWORD, message.code) == {
        "hasKeys": True,
        "items": [["public/large", 6 * 1024 * 1024], ["public/ü 1+2.txt", 5]],
        "hosts": ["127.0.0.1"],
        "opened": ["hello"],
        "range": [206, "el"],
        "large": 6 * 1024 * 1024,
        "content": "hello",
        "left": ["public/large"],
    }


def test_a_users_addresses_by_the_codes_that_were_sent(
    backend: Backend, npm_modules: Path, node_runtime: NodeRuntime
) -> None:
    preload = str(backend.root / ".amplify/front-end/node.cjs")
    user, other = "bob@example.com", "zoe@example.com"
    asked = [str(npm_modules.parent), "account", user, PASSWORD, other]
    process = subprocess.Popen(
        [str(node_runtime.executable), "--import", preload, str(SCRIPT), *asked],
        cwd=backend.root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        line = process.stdout.readline()
        while line == "code\n":
            inbox = read_inbox(backend.target, backend.outputs["auth"]["user_pool_id"])
            process.stdin.write(f"{inbox[0].code}\n")
            process.stdin.flush()
            line = process.stdout.readline()
    assert json.loads(line) == {
        "signUp": "b***@e***",
        "taken": "UsernameExistsException: An account with the given email already exists.",
        "change": "CONFIRM_ATTRIBUTE_WITH_CODE",
        "before": user,
        "wrong": "CodeMismatchException: Invalid verification code provided, please try again.",
        "after": [other, "true"],
        "reset": "z***@e***",
    }


def test_every_form_of_a_body_and_cancelling(
    backend: Backend, npm_modules: Path, node_runtime: NodeRuntime
) -> None:
    pool = backend.outputs["auth"]["user_pool_id"]
    found = run(backend, node_runtime, SCRIPT, str(npm_modules.parent), "bodies", pool)
    assert found.pop("aborted") == ["AbortError", "AbortError"]
    assert found.pop("keys") == 2
    assert set(found.values()) == {"ResourceNotFoundException"}
    assert len(found) == 6


def test_the_aws_sdk_with_an_identity_pools_keys(
    backend: Backend, npm_modules: Path, node_runtime: NodeRuntime
) -> None:
    assert run(backend, node_runtime, SCRIPT, str(npm_modules.parent), "sdk", BUCKET) == {
        "text": "one two",
        "keys": ["a b/+ü.txt"],
        "role": "front-end-unauthenticated",
        "refused": "NoSuchKey",
    }


def test_openid_connect_is_told_aws_own_addresses(
    backend: Backend, npm_modules: Path, node_runtime: NodeRuntime
) -> None:
    pool = backend.outputs["auth"]["user_pool_id"]
    found = run(backend, node_runtime, SCRIPT, str(npm_modules.parent), "discovery", pool)
    domain = "https://front-end-test.auth.us-east-1.amazoncognito.com"
    assert found["issuer"] == f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"
    assert found["jwks_uri"] == f"{found['issuer']}/.well-known/jwks.json"
    assert found["authorization_endpoint"] == f"{domain}/oauth2/authorize"
    assert found["token_endpoint"] == f"{domain}/oauth2/token"
    asked = [found["token_endpoint"], found["userinfo_endpoint"], found["revocation_endpoint"]]
    assert all(addresses(backend, node_runtime, *asked).values())


def test_a_local_cloud_that_is_not_there_is_named(
    backend: Backend, npm_modules: Path, node_runtime: NodeRuntime
) -> None:
    (backend.root / "amplify_outputs.json").write_text(json.dumps(backend.outputs))
    gone = "http://127.0.0.1:9"
    write_front_end(backend.root, gone, "us-east-1", backend.outputs_file)
    (said,) = run(backend, node_runtime, SCRIPT, str(npm_modules.parent), "gone")
    assert gone in said
    assert "amplify-tui local start" in said


def test_addresses_of_this_backend_alone(backend: Backend, node_runtime: NodeRuntime) -> None:
    outputs = {**backend.outputs, "custom": {"url": "http://127.0.0.1:1/_aws/lambda-url/abc123/"}}
    outputs["storage"] = {**outputs["storage"], "buckets": [{"aws_region": "eu-west-1"}]}
    backend.write(outputs)
    ours = (
        "https://cognito-idp.us-east-1.amazonaws.com/",
        "https://cognito-identity.us-east-1.amazonaws.com",
        "https://sts.amazonaws.com/?Action=x",
        "https://dynamodb.eu-west-1.amazonaws.com/",
        "https://maps.geo.us-east-1.amazonaws.com/maps/v0/x",
        "https://front-end-files.s3.us-east-1.amazonaws.com/a%20b?x=1#y",
        "https://front-end-files.s3.amazonaws.com/",
        "https://front-end-files.s3.dualstack.us-east-1.amazonaws.com/",
        "https://front-end-files.s3-accelerate.amazonaws.com/a",
        "http://front-end-files.s3-website-us-east-1.amazonaws.com/",
        "https://s3.us-east-1.amazonaws.com/front-end-files/a",
        "https://s3.us-east-1.amazonaws.com/",
        "https://abc123.lambda-url.us-east-1.on.aws/x",
        "https://abc123.execute-api.us-east-1.amazonaws.com/prod",
        "https://Front-End-Test.auth.us-east-1.amazoncognito.com/oauth2/authorize?a=b",
    )
    others = (
        "https://somebody.s3.us-east-1.amazonaws.com/a",
        "https://s3.us-east-1.amazonaws.com/somebody/a",
        "https://cognito-idp.eu-north-1.amazonaws.com/",
        "https://xyz789.lambda-url.us-east-1.on.aws/",
        "https://somebody.auth.us-east-1.amazoncognito.com/login",
        "https://aws.amazon.com/",
        "https://cognito-idp.us-east-1.amazonaws.com.evil.example/",
        "https://evil.example/https://cognito-idp.us-east-1.amazonaws.com/",
        "https://user@cognito-idp.us-east-1.amazonaws.com/",
        "/relative",
        "data:text/plain,x",
    )
    found = addresses(backend, node_runtime, *ours, *others)
    prefix = f"{backend.target.endpoint}/_amplify_tui/aws/"
    for address in ours:
        host, slash, rest = address.partition("://")[2].partition("/")
        assert found.pop(address) == f"{prefix}{host.lower()}/{rest}", (address, slash)
    assert set(found.values()) == {None}


def test_outputs_of_another_target_are_left_alone(
    backend: Backend, node_runtime: NodeRuntime
) -> None:
    address = "https://cognito-idp.us-east-1.amazonaws.com/"
    assert addresses(backend, node_runtime, address)[address]
    elsewhere = {**backend.outputs["auth"], "user_pool_id": "us-east-1_OnAwsItself"}
    backend.outputs_file.write_text(json.dumps({**backend.outputs, "auth": elsewhere}))
    assert addresses(backend, node_runtime, address) == {address: None}
    backend.outputs_file.unlink()
    assert addresses(backend, node_runtime, address) == {address: None}


def test_a_hosted_sign_in_with_a_domain_of_its_own(
    backend: Backend, node_runtime: NodeRuntime
) -> None:
    auth = backend.outputs["auth"]
    own = {**auth, "oauth": {**auth["oauth"], "domain": "login.example.com"}}
    backend.write({**backend.outputs, "auth": own})
    address, other = "https://login.example.com/oauth2/token", "https://login.example.com.evil/"
    found = addresses(backend, node_runtime, address, other)
    host = "custom.auth.us-east-1.amazoncognito.com"
    assert found[address] == f"{backend.target.endpoint}/_amplify_tui/aws/{host}/oauth2/token"
    assert found[other] is None


def addresses(backend: Backend, node: NodeRuntime, *asked: str) -> dict[str, str | None]:
    """Where each address would be sent, by the preload's own rule."""
    script = backend.root / "addresses.cjs"
    script.write_text(
        "const { localAddress } = require('./.amplify/front-end/node.cjs');"
        "const found = process.argv.slice(2).map(each => [each, localAddress(each) ?? null]);"
        "console.log(JSON.stringify(Object.fromEntries(found)));"
    )
    found: dict[str, str | None] = run(backend, node, script, *asked)
    return found
