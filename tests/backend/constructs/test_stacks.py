import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.backend.constructs.conftest import STACK, Made, Synth
from tests.backend.constructs.wide import wide
from workbench.deploy.outputs import sections


@pytest.fixture(scope="module")
def made(synth: Synth, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    def define() -> None:
        from aws_cdk import aws_iam, aws_sns

        backend = wide(tmp_path_factory.mktemp("functions"))
        maps = backend.create_stack("maps")
        aws_sns.Topic(maps, "Topic")
        reader = aws_iam.Role(
            maps, "Reader", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com")
        )
        backend.auth.resources.cfn_resources.cfn_identity_pool.allow_unauthenticated_identities = (
            False
        )
        table = backend.data.resources.cfn_resources.cfn_tables["Chat"]
        table.add_property_override("DeletionProtectionEnabled", True)
        backend.data.resources.tables["Chat"].grant_read_data(reader)

    yield synth(define)


def payload(made: Made, key: str) -> dict[str, str]:
    """A feature's outputs, with a mark in the place of what CloudFormation fills in."""
    root = made.templates[""]
    names = root["Metadata"][key]["stackOutputs"]
    values = {name: root["Outputs"][name]["Value"] for name in names}
    return {name: value if isinstance(value, str) else "?" for name, value in values.items()}


def test_stacks_are_named_and_nested_as_in_gen_2(made: Made) -> None:
    assert (made.folder / f"{STACK}.template.json").exists()
    root = made.templates[""]["Resources"]
    nested = {name for name, each in root.items() if each["Type"] == "AWS::CloudFormation::Stack"}
    assert nested == {
        "auth179371D7",
        "data7552DF31",
        "function1351588B",
        "storage0EC3F24A",
        "mapsF7CAFAA2",
    }
    assert {"Chat", "Message", "ConnectionStack"} <= set(made.templates)


def test_everything_of_a_sandbox_goes_and_is_tagged(made: Made) -> None:
    for name in ("auth", "data", "storage", "function", "maps"):
        for resource in made.templates[name]["Resources"].values():
            assert resource["DeletionPolicy"] == "Delete", resource
    (topic,) = made.of_type("maps", "AWS::SNS::Topic")
    assert topic["Tags"] == [
        {"Key": "amplify:deployment-type", "Value": "sandbox"},
        {"Key": "created-by", "Value": "amplify"},
    ]


def test_metadata_says_which_outputs_belong_together(made: Made) -> None:
    metadata = made.templates[""]["Metadata"]
    assert set(metadata) == {
        f"AWS::Amplify::{name}"
        for name in ("Platform", "Auth", "GraphQL", "Storage", "Function", "Custom")
    }
    outputs = set(made.templates[""]["Outputs"])
    for each in metadata.values():
        assert each["version"] == "1"
        assert set(each["stackOutputs"]) <= outputs


def test_auth_section(made: Made) -> None:
    auth = sections.auth_section(payload(made, "AWS::Amplify::Auth"))["auth"]
    oauth = auth.pop("oauth")
    assert set(auth["standard_required_attributes"]) == {"email", "phone_number", "birthdate"}
    assert auth["username_attributes"] == ["email", "phone_number"]
    assert auth["mfa_configuration"] == "OPTIONAL"
    assert auth["mfa_methods"] == ["SMS", "TOTP"]
    assert auth["groups"] == [{"ADMINS": {"precedence": 0}}, {"EDITORS": {"precedence": 1}}]
    assert auth["password_policy"] == {
        "min_length": 12,
        "require_lowercase": True,
        "require_numbers": True,
        "require_symbols": False,
        "require_uppercase": True,
    }
    assert auth["unauthenticated_identities_enabled"] is False
    assert oauth["identity_providers"] == [
        "GOOGLE",
        "FACEBOOK",
        "LOGIN_WITH_AMAZON",
        "SIGN_IN_WITH_APPLE",
    ]
    assert oauth["redirect_sign_in_uri"] == ["http://localhost:3000/"]
    assert oauth["scopes"] == ["email", "openid"]
    assert oauth["response_type"] == "code"


def test_data_and_custom_sections(made: Made) -> None:
    data = sections.data_section(payload(made, "AWS::Amplify::GraphQL"), None)["data"]
    assert data["default_authorization_type"] == "AMAZON_COGNITO_USER_POOLS"
    assert data["authorization_types"] == ["API_KEY", "AWS_IAM"]
    custom = sections.custom_section(payload(made, "AWS::Amplify::Custom"))
    assert custom == {"version": "1.4", "custom": {"hello": "x"}}


def test_storage_outputs_name_every_bucket_and_its_paths(made: Made) -> None:
    value = json.dumps(made.templates[""]["Outputs"]["buckets"]["Value"])
    assert r"own/${cognito-identity.amazonaws.com:sub}/*" in value
    assert "groupsADMINS" in value
    assert "more" in value


def test_users_overrides_are_in_the_templates(made: Made) -> None:
    table = made.templates["Chat"]["Resources"]["ChatTable"]["Properties"]
    assert table["DeletionProtectionEnabled"] is True
    (pool,) = made.of_type("auth", "AWS::Cognito::IdentityPool")
    assert pool["AllowUnauthenticatedIdentities"] is False
    policies = json.dumps(made.of_type("maps", "AWS::IAM::Policy"))
    assert "dynamodb:GetItem" in policies


def test_secrets_stand_in_no_template(made: Made) -> None:
    (fetcher,) = made.of_type("auth", "Custom::AmplifySecretFetcherResource")
    assert fetcher["secretLastUpdated"] == 7
    assert {"G_ID", "P_PK", "O_SECRET"} <= set(fetcher["secretNames"])
    providers = made.of_type("auth", "AWS::Cognito::UserPoolIdentityProvider")
    google = next(each for each in providers if each["ProviderType"] == "Google")
    secret = google["ProviderDetails"]["client_secret"]["Fn::GetAtt"]
    assert secret == ["AmplifySecretFetcherResource", "G_SECRET"]


def test_a_functions_environment_is_amplifys(made: Made) -> None:
    (shout,) = made.of_type("function", "AWS::Lambda::Function")
    variables = shout["Environment"]["Variables"]
    folder = "oracle/me-sandbox-18608ee572"
    references = f"/amplify/resource_reference/{folder}"
    assert variables["PLAIN"] == "b"
    assert variables["KEY"] == "<value will be resolved during runtime>"
    config = json.loads(variables["AMPLIFY_SSM_ENV_CONFIG"])
    assert config["KEY"] == {
        "path": f"/amplify/{folder}/API_KEY",
        "sharedPath": "/amplify/shared/oracle/API_KEY",
    }
    for name in (
        "AMPLIFY_AUTH_USERPOOL_ID",
        "AMPLIFY_DATA_GRAPHQL_ENDPOINT",
        "FILES_BUCKET_NAME",
    ):
        assert config[name] == {"path": f"{references}/{name}"}
    assert shout["Handler"] == "amplify_start.handler"
    assert (shout["Timeout"], shout["MemorySize"]) == (30, 256)
    assert len(shout["Layers"]) == 1
    expressions = [
        each["ScheduleExpression"] for each in made.of_type("function", "AWS::Scheduler::Schedule")
    ]
    assert expressions == ["rate(5 minutes)", "cron(0 9 ? * 2 *)"]
    (logs,) = made.of_type("function", "AWS::Logs::LogGroup")
    assert logs["RetentionInDays"] == 7


def test_what_functions_refer_to_is_published(made: Made) -> None:
    names: list[Any] = []
    for stack in ("auth", "data", "storage"):
        names += [each["Name"] for each in made.of_type(stack, "AWS::SSM::Parameter")]
    assert [name.rsplit("/", 1)[1] for name in names] == [
        "AMPLIFY_AUTH_USERPOOL_ID",
        "AMPLIFY_DATA_GRAPHQL_ENDPOINT",
        "AMPLIFY_DATA_DEFAULT_NAME",
        "FILES_BUCKET_NAME",
    ]


def test_a_models_stack_has_its_table_source_and_resolvers(made: Made) -> None:
    resources = made.templates["Chat"]["Resources"]
    assert resources["ChatTable"]["Type"] == "AWS::DynamoDB::Table"
    fields = {
        f"{each['TypeName']}.{each['FieldName']}"
        for each in made.of_type("Chat", "AWS::AppSync::Resolver")
    }
    assert {"Query.getChat", "Query.listChats", "Mutation.createChat"} <= fields
    connections = {
        f"{each['TypeName']}.{each['FieldName']}"
        for each in made.of_type("ConnectionStack", "AWS::AppSync::Resolver")
    }
    assert connections == {"Chat.messages", "Message.chat"}


def test_templates_are_valid(made: Made) -> None:
    from cfnlint.api import lint
    from cfnlint.config import ManualArgs

    # CDK itself writes dependencies that a reference implies already (W3005).
    settings = ManualArgs(regions=["us-east-1"], ignore_checks=["W3005"])
    for file in made.folder.glob("*.template.json"):
        assert lint(file.read_text(), config=settings) == [], file.name


def test_an_unchanged_backend_is_the_same_assembly(synth: Synth, tmp_path: Path) -> None:
    first, again = (synth(lambda: wide(tmp_path)) for _ in range(2))
    assert first.templates == again.templates
