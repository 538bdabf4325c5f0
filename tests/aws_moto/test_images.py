"""Container images: built by a docker that records what it is asked, pushed to ECR's place."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.aws_moto.aws import ACCOUNT, REGION, Aws
from tests.aws_moto.backends import STACK, Backend
from tests.aws_moto.sandbox import Deployer
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.deploy.assembly.assembly import Assembly, read_assembly
from workbench.deploy.execute.bootstrap import bootstrap_of
from workbench.deploy.execute.images.publish import publish_images
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.model.deployment import Method

TAG = "c0ffee" + 58 * "0"
REPOSITORY = f"cdk-hnb659fds-container-assets-{ACCOUNT}-{REGION}"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
_PLACE = "${AWS::AccountId}-${AWS::Region}"
_FAKE = """#!{python}
import json, os, sys
config = os.environ.get("DOCKER_CONFIG")
settings = os.path.join(config, "config.json") if config else ""
call = {{
    "arguments": sys.argv[1:], "cwd": os.getcwd(), "config": config,
    "settings": json.load(open(settings)) if settings and os.path.exists(settings) else None,
    "entries": sorted(os.listdir(config)) if config else [],
    "given": sys.stdin.read() if "--password-stdin" in sys.argv else "",
}}
with open({log!r}, "a") as log:
    log.write(json.dumps(call) + "\\n")
if sys.argv[1] == "inspect":
    sys.exit(1)
if sys.argv[1] == "build":
    print("#1 building \\x1b[2J with AKIAIOSFODNN7EXAMPLE")
if sys.argv[1] == {fails!r}:
    print({output!r})
    sys.exit(1)
"""


class FakeDocker:
    """An executable in a folder of its own, which is alone on PATH."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log = folder / "calls.jsonl"
        self._bin = folder / "bin"
        self._bin.mkdir()
        monkeypatch.setenv("PATH", str(self._bin))
        monkeypatch.delenv("CDK_DOCKER", raising=False)
        monkeypatch.delenv("DOCKER_CONFIG", raising=False)

    def install(self, name: str = "docker", fails: str = "", output: str = "") -> None:
        program = self._bin / name
        log = str(self.log)
        program.write_text(_FAKE.format(python=sys.executable, log=log, fails=fails, output=output))
        program.chmod(0o755)

    @property
    def calls(self) -> list[dict[str, Any]]:
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDocker:
    return FakeDocker(tmp_path, monkeypatch)


def image_of(source: Mapping[str, Any], folder: Path) -> Assembly:
    """The assembly of a backend with a function that is made of an image."""
    with_image(source).write(folder)
    (folder / "asset.image").mkdir()
    return read_assembly(folder, STACK)


def with_image(source: Mapping[str, Any], tag: str = TAG) -> Backend:
    """The Python backend with a function that is made of an image."""
    backend = Backend.load("python")
    function = backend.find("AWS::Lambda::Function", "greeting")
    function["Properties"]["Code"] = {"ImageUri": {"Fn::Sub": f"{REGISTRY}/{REPOSITORY}:{tag}"}}
    assets = backend.assets
    assets["dockerImages"] = {
        tag: {
            "source": source,
            "destinations": {
                "here": {
                    "repositoryName": f"cdk-hnb659fds-container-assets-{_PLACE}",
                    "imageTag": tag,
                    "assumeRoleArn": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/"
                    f"cdk-hnb659fds-image-publishing-role-{_PLACE}",
                }
            },
        }
    }
    backend.set_assets(assets)
    return backend


def publish(assembly: Assembly, clients: Clients, lines: list[str]) -> int:
    images = assembly.images.values()
    roles = bootstrap_of(clients, assembly.roles)
    return publish_images(images, assembly, clients, roles, lines.append)


def test_built_tagged_and_pushed_with_a_sign_in_that_leaves_no_trace(
    clients: Clients, aws: Aws, docker: FakeDocker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / ".docker" / "contexts").mkdir(parents=True)
    theirs = {"auths": {"ghcr.io": {"auth": "eA=="}}, "currentContext": "colima", "credsStore": "x"}
    (home / ".docker" / "config.json").write_text(json.dumps(theirs))
    monkeypatch.setenv("HOME", str(home))
    docker.install()
    clients.client("ecr").create_repository(repositoryName=REPOSITORY)
    source = {
        "directory": "asset.image",
        "dockerFile": "Dockerfile.prod",
        "dockerBuildArgs": {"NODE": "22"},
        "dockerBuildTarget": "run",
        "dockerBuildSecrets": {"npm": "src=.npmrc"},
        "networkMode": "host",
        "platform": "linux/arm64",
        "cacheFrom": [{"type": "registry", "params": {"ref": "cache"}}],
        "cacheDisabled": True,
    }
    assembly = image_of(source, tmp_path / "out")
    lines: list[str] = []
    assert publish(assembly, clients, lines) == 1

    inspect, build, login, tag, push = docker.calls
    local = f"cdkasset-{TAG}"
    assert inspect["arguments"] == ["inspect", local]
    assert " ".join(build["arguments"]) == (
        f"build --build-arg NODE=22 --secret id=npm,src=.npmrc --tag {local} --target run "
        "--file Dockerfile.prod --network host --platform linux/arm64 "
        "--cache-from type=registry,ref=cache --no-cache ."
    )
    assert build["cwd"] == str((tmp_path / "out" / "asset.image").resolve())
    assert build["config"] is None, "a build reads the user's own sign-ins"
    assert login["arguments"] == ["login", "--username", "AWS", "--password-stdin", REGISTRY]
    assert login["given"]
    assert login["settings"] == {"currentContext": "colima"}
    assert login["entries"] == ["config.json", "contexts"]
    address = f"{REGISTRY}/{REPOSITORY}:{TAG}"
    assert tag["arguments"] == ["tag", local, address]
    assert push["arguments"] == ["push", address]
    assert not Path(push["config"]).exists()
    assert json.loads((home / ".docker" / "config.json").read_text()) == theirs
    token = aws.calls.of("ecr:GetAuthorizationToken")
    assert [call.role for call in token] == [
        f"cdk-hnb659fds-image-publishing-role-{ACCOUNT}-{REGION}"
    ]
    told = "\n".join(lines)
    assert "function/greeting" in told
    assert "docker" in told
    assert "\x1b" not in told
    assert "AKIAIOSFODNN7EXAMPLE" not in told
    assert login["given"] not in told


def test_a_tag_that_is_there_is_not_built_again(
    clients: Clients, docker: FakeDocker, tmp_path: Path
) -> None:
    docker.install()
    ecr = clients.client("ecr")
    ecr.create_repository(repositoryName=REPOSITORY)
    manifest = json.dumps({"mediaType": "application/vnd.docker.distribution.manifest.v2+json"})
    ecr.put_image(repositoryName=REPOSITORY, imageManifest=manifest, imageTag=TAG)
    assembly = image_of({"directory": "asset.image"}, tmp_path / "out")
    assert publish(assembly, clients, []) == 0
    assert docker.calls == []


def test_a_new_image_is_swapped_in(deployer: Deployer, aws: Aws, docker: FakeDocker) -> None:
    ecr = deployer.clients.client("ecr")
    ecr.create_repository(repositoryName=REPOSITORY)
    other = TAG.replace("0", "1")
    for tag in (TAG, other):
        manifest = {"mediaType": "application/vnd.docker.distribution.manifest.v2+json", "t": tag}
        ecr.put_image(repositoryName=REPOSITORY, imageManifest=json.dumps(manifest), imageTag=tag)
    deployer.deploy(with_image({"directory": "asset.image"}))
    aws.calls.clear()
    prepared = deployer.deploy(with_image({"directory": "asset.image"}, other))
    assert prepared.plan.method is Method.HOTSWAP
    assert prepared.plan.builds_images
    (update,) = aws.calls.of("lambda:UpdateFunctionCode")
    assert update.request.parameters["ImageUri"] == f"{REGISTRY}/{REPOSITORY}:{other}"
    assert len(aws.calls.of("ecr:DescribeImages")) == 1


def test_podman_or_the_chosen_tool_does_as_well(
    clients: Clients, docker: FakeDocker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients.client("ecr").create_repository(repositoryName=REPOSITORY)
    assembly = image_of({"executable": ["make-image", "now"]}, tmp_path / "out")
    docker.install("podman")
    docker.install("make-image")
    program = tmp_path / "bin" / "make-image"
    program.write_text(program.read_text() + "print('warming up')\nprint('made:1')\n")
    lines: list[str] = []
    assert publish(assembly, clients, lines) == 1
    made, _login, tag, _push = docker.calls
    assert made["arguments"] == ["now"]
    assert tag["arguments"][1] == "made:1"
    monkeypatch.setenv("CDK_DOCKER", "nothing-like-that")
    with pytest.raises(DeploymentProblem, match="no tool"):
        publish(assembly, clients, lines)


def test_without_a_tool_the_construct_is_named(
    clients: Clients, docker: FakeDocker, tmp_path: Path
) -> None:
    clients.client("ecr").create_repository(repositoryName=REPOSITORY)
    assembly = image_of({"directory": "asset.image"}, tmp_path / "out")
    with pytest.raises(DeploymentProblem) as refused:
        publish(assembly, clients, [])
    failure = refused.value.failure
    assert "function/greeting" in failure.reason
    assert "Podman" in failure.fix
    local = Clients(LocalTarget("http://127.0.0.1:9"))
    with pytest.raises(DeploymentProblem, match="local cloud does not run") as not_here:
        publish(assembly, local, [])
    assert "function/greeting" in not_here.value.failure.reason


@pytest.mark.parametrize(
    "case",
    [
        ("build", "ERROR: failed to solve: no such file", "`docker build` failed"),
        ("push", "denied: not allowed", "`docker push` failed"),
        ("build", "Cannot connect to the Docker daemon at unix:///x", "does not run"),
    ],
)
def test_what_fails_is_told_with_its_last_lines(
    clients: Clients, docker: FakeDocker, tmp_path: Path, case: tuple[str, str, str]
) -> None:
    fails, output, title = case
    clients.client("ecr").create_repository(repositoryName=REPOSITORY)
    assembly = image_of({"directory": "asset.image"}, tmp_path / "out")
    docker.install(fails=fails, output=output)
    with pytest.raises(DeploymentProblem) as failed:
        publish(assembly, clients, [])
    failure = failed.value.failure
    assert title in failure.title
    assert failure.reason == output
    assert "function/greeting" in (failure.title + failure.fix)


def test_a_missing_repository_asks_for_the_bootstrap(
    clients: Clients, docker: FakeDocker, tmp_path: Path
) -> None:
    docker.install()
    assembly = image_of({"directory": "asset.image"}, tmp_path / "out")
    with pytest.raises(DeploymentProblem, match="repository for container images") as missing:
        publish(assembly, clients, [])
    assert "cdk bootstrap" in missing.value.failure.fix
