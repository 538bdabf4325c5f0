from __future__ import annotations

import getpass
import json
import subprocess
from pathlib import Path

import pytest

from workbench.project.identity import (
    cdk_context,
    parse_stack_name,
    resource_reference_path,
    sandbox_identity,
    secret_path,
    shared_secret_path,
    stack_name,
    validate_identifier,
)
from workbench.project.models import BackendIdentity, Project, ProjectProblem
from workbench.project.node_runtime import NodeRuntime

IDENTITIES = [
    BackendIdentity("@acme/my-app", "alice-dev", "sandbox"),
    BackendIdentity("d1abc", "feature/x", "branch"),
    BackendIdentity("quickstart", "me", "sandbox"),
    BackendIdentity("n" * 200, "m" * 80, "sandbox"),
    BackendIdentity("n" * 200, "m", "standalone"),
    BackendIdentity("日本-app", "müller", "sandbox"),
]


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (IDENTITIES[0], "amplify-acmemyapp-alicedev-sandbox-f4cc85a986"),
        (IDENTITIES[1], "amplify-d1abc-featurex-branch-65b08c36ae"),
        (IDENTITIES[2], "amplify-quickstart-me-sandbox-9c60c3d084"),
    ],
)
def test_stack_names_are_those_that_ampx_makes(identity: BackendIdentity, expected: str) -> None:
    assert stack_name(identity) == expected


def test_names_and_paths_equal_the_installed_ampx(
    npm_modules: Path, node_runtime: NodeRuntime, tmp_path: Path
) -> None:
    """Ask the real @aws-amplify/platform-core of the test project for the same answers."""
    (tmp_path / "node_modules").symlink_to(npm_modules, target_is_directory=True)
    script = tmp_path / "ask.mjs"
    script.write_text(
        "import { BackendIdentifierConversions as B, ParameterPathConversions as P }"
        " from '@aws-amplify/platform-core';\n"
        "for (const [namespace, name, type] of JSON.parse(process.argv[2])) {\n"
        "  const id = { namespace, name, type };\n"
        "  console.log(B.toStackName(id));\n"
        "  console.log(P.toParameterFullPath(id, 'KEY'));\n"
        "  console.log(P.toParameterFullPath(namespace, 'KEY'));\n"
        "  console.log(P.toResourceReferenceFullPath(id, 'KEY'));\n"
        "}\n"
    )
    question = json.dumps([[i.namespace, i.name, i.type] for i in IDENTITIES])
    answer = subprocess.run(
        [node_runtime.executable, script, question],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout.splitlines()
    ours = [
        line
        for i in IDENTITIES
        for line in (
            stack_name(i),
            secret_path(i, "KEY"),
            shared_secret_path(i, "KEY"),
            resource_reference_path(i, "KEY"),
        )
    ]
    assert ours == answer


def test_stack_names_stay_within_cloudformations_limit() -> None:
    assert all(len(stack_name(identity)) <= 128 for identity in IDENTITIES)


def test_a_stack_name_reads_back_as_its_sanitised_parts() -> None:
    parsed = parse_stack_name("amplify-acmemyapp-alicedev-sandbox-f4cc85a986")
    assert parsed == BackendIdentity("acmemyapp", "alicedev", "sandbox")
    for foreign in ("CDKToolkit", "amplify-a-b-other-0123456789", "amplify-a-b-sandbox-c-d"):
        assert parse_stack_name(foreign) is None


@pytest.mark.parametrize("good", ["a", "feature-x", "A1-b2", "x" * 15])
def test_good_identifiers_pass(good: str) -> None:
    assert validate_identifier(good) == good


@pytest.mark.parametrize("bad", ["", "x" * 16, "feature/x", "a b", "ä", "a_b", "ok\n"])
def test_bad_identifiers_are_explained(bad: str) -> None:
    with pytest.raises(ProjectProblem) as caught:
        validate_identifier(bad)
    assert "15" in caught.value.next_step


def test_the_sandbox_is_named_after_the_identifier_or_the_user() -> None:
    project = Project(Path("/p"), Path("/p/amplify/backend.ts"), "@acme/my-app")
    named = sandbox_identity(project, "alice-dev")
    assert named == BackendIdentity("@acme/my-app", "alice-dev", "sandbox")
    assert sandbox_identity(project, None).name in {getpass.getuser(), *_login_names()}


def test_the_context_has_ampx_keys_and_the_secret_time_only_where_known() -> None:
    identity = BackendIdentity("app", "me")
    assert cdk_context(identity, None) == {
        "amplify-backend-namespace": "app",
        "amplify-backend-name": "me",
        "amplify-backend-type": "sandbox",
    }
    assert cdk_context(identity, 1700000000000)["secretLastUpdated"] == 1700000000000


def _login_names() -> set[str]:
    done = subprocess.run(["id", "-un"], capture_output=True, text=True, timeout=10, check=True)
    return {done.stdout.strip()}
