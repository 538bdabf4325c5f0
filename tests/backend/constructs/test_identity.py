import pytest

from workbench.backend.constructs.identity import (
    Identity,
    environment_name,
    identity_of,
    nested_logical_id,
)
from workbench.backend.definitions.source_location import DefinitionError
from workbench.project import identity as engine
from workbench.project.models import BackendIdentity


@pytest.mark.parametrize(
    ("namespace", "name", "kind"),
    [
        ("@acme/my-app", "alice-dev", "sandbox"),
        ("d1abc", "feature/x", "branch"),
        ("n" * 200, "m" * 80, "standalone"),
    ],
)
def test_names_are_the_engines(namespace: str, name: str, kind: str) -> None:
    own = identity_of(
        {
            "amplify-backend-namespace": namespace,
            "amplify-backend-name": name,
            "amplify-backend-type": kind,
        }
    )
    theirs = BackendIdentity(namespace=namespace, name=name, type=own.kind)
    assert own.stack_name == engine.stack_name(theirs)
    assert own.secret_path("KEY") == engine.secret_path(theirs, "KEY")
    assert own.shared_secret_path("KEY") == engine.shared_secret_path(theirs, "KEY")
    assert own.reference_path("KEY") == engine.resource_reference_path(theirs, "KEY")


def test_without_a_context_it_is_a_sandbox() -> None:
    assert identity_of({}) == Identity("my-app", "me", "sandbox")


@pytest.mark.parametrize("context", [{"amplify-backend-type": "moon"}, {"amplify-backend-name": 3}])
def test_a_wrong_context_is_said(context: dict[str, object]) -> None:
    with pytest.raises(DefinitionError, match="amplify-backend-"):
        identity_of(context)


# As in a TypeScript backend's templates.
@pytest.mark.parametrize(
    ("name", "logical_id"),
    [("auth", "auth179371D7"), ("data", "data7552DF31"), ("maps", "mapsF7CAFAA2")],
)
def test_nested_stacks_have_amplifys_logical_ids(name: str, logical_id: str) -> None:
    assert nested_logical_id(name) == logical_id


@pytest.mark.parametrize(
    ("parts", "variable"),
    [
        (("amplifyAuth", "USERPOOL_ID"), "AMPLIFY_AUTH_USERPOOL_ID"),
        (("amplifyData", "GRAPHQL_ENDPOINT"), "AMPLIFY_DATA_GRAPHQL_ENDPOINT"),
        (("my-files", "BUCKET_NAME"), "MY_FILES_BUCKET_NAME"),
    ],
)
def test_environment_variables_are_named_as_amplify_does(
    parts: tuple[str, ...], variable: str
) -> None:
    assert environment_name(*parts) == variable
