"""Connecting what exists, and backends that are wrong only as a whole."""

from pathlib import Path
from typing import Any

import pytest

from amplify_tui import define_auth, define_storage, grant, reference_auth
from tests.backend.constructs.conftest import Made, Synth
from workbench.backend.definitions.source_location import DefinitionError

ROLE = "arn:aws:iam::123456789012:role/"


@pytest.fixture(scope="module")
def made(synth: Synth) -> Made:
    def define() -> None:
        from workbench.backend.backend import define_backend

        auth = reference_auth(
            user_pool_id="us-east-1_pool",
            user_pool_client_id="client",
            identity_pool_id="us-east-1:identity",
            auth_role_arn=f"{ROLE}signed-in",
            unauth_role_arn=f"{ROLE}guest",
            groups={"Admins": f"{ROLE}admins"},
        )
        photos = define_storage(
            "photos",
            existing_bucket="my-photos",
            access={"all/*": [grant.authenticated("get"), grant.groups(["Admins"], "write")]},
        )
        define_backend(auth=auth, photos=photos)

    return synth(define)


def test_an_existing_pool_is_in_the_outputs_and_is_not_made(made: Made) -> None:
    root = made.templates[""]
    outputs = {name: each["Value"] for name, each in root["Outputs"].items()}
    assert outputs["userPoolId"] == "us-east-1_pool"
    assert outputs["webClientId"] == "client"
    assert outputs["bucketName"] == "my-photos"
    assert made.of_type("storage", "AWS::S3::Bucket") == []


def test_existing_roles_are_granted_paths_of_an_existing_bucket(made: Made) -> None:
    policies = made.of_type("storage", "AWS::IAM::Policy")
    assert [each["Roles"] for each in policies] == [["signed-in"], ["admins"]]


@pytest.mark.parametrize(
    ("names", "settings", "says"),
    [
        (("one", "two"), {}, "No default storage"),
        (("one", "two"), {"is_default": True}, "More than one default storage"),
        (("same", "same"), {}, "Two buckets are named same"),
    ],
)
def test_buckets_that_are_wrong_together(
    synth: Synth, names: tuple[str, ...], settings: dict[str, Any], says: str
) -> None:
    def define() -> None:
        from workbench.backend.backend import define_backend

        first, second = (define_storage(name, **settings) for name in names)
        define_backend(first=first, second=second)

    with pytest.raises(DefinitionError, match=says) as caught:
        synth(define)
    assert caught.value.place.file == __file__
    assert "first, second =" in Path(__file__).read_text().splitlines()[caught.value.place.line - 1]


def test_users_of_storage_need_auth(synth: Synth) -> None:
    def define() -> None:
        from workbench.backend.backend import define_backend

        define_backend(one=define_storage("one", access={"a/*": [grant.guest("get")]}))

    with pytest.raises(DefinitionError, match="no auth") as caught:
        synth(define)
    assert Path(caught.value.place.file).name == Path(__file__).name


def test_a_group_of_storage_is_one_of_auth(synth: Synth) -> None:
    def define() -> None:
        from workbench.backend.backend import define_backend

        files = define_storage("one", access={"a/*": [grant.groups(["Moon"], "get")]})
        define_backend(auth=define_auth(email=True), one=files)

    with pytest.raises(DefinitionError, match="Moon"):
        synth(define)


def test_a_stack_is_created_once(synth: Synth) -> None:
    def define() -> None:
        from workbench.backend.backend import define_backend

        backend = define_backend(auth=define_auth(email=True))
        backend.create_stack("maps")
        with pytest.raises(DefinitionError, match="no data"):
            _ = backend.data
        backend.create_stack("maps")

    with pytest.raises(DefinitionError, match="a stack maps already"):
        synth(define)
