import pytest

from workbench.backend.constructs.data.access import chunks, role_paths
from workbench.backend.constructs.data.modes import every_mode, key_expiry, provider
from workbench.backend.constructs.data.templates import logical_id, pipeline_resolver, table
from workbench.backend.definitions.schema import DataDefinition, Model, Modes, Rule, Schema
from workbench.backend.definitions.source_location import DefinitionError
from workbench.backend.resolvers.records import IndexPlan, ResolverPlan, TablePlan

DAY = 86_400


def test_a_table_has_its_keys_indexes_and_stream() -> None:
    index = IndexPlan("byRank", "chatId", "rank", "INCLUDE", ("text",))
    attributes = (("id", "S"), ("chatId", "S"), ("rank", "N"))
    made = table(TablePlan("Message", "id", "", attributes, (index,)))
    assert made["TableName"] == {"Fn::Sub": "Message-${ApiId}-NONE"}
    assert made["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert {"AttributeName": "rank", "AttributeType": "N"} in made["AttributeDefinitions"]
    (gsi,) = made["GlobalSecondaryIndexes"]
    assert gsi["KeySchema"][1] == {"AttributeName": "rank", "KeyType": "RANGE"}
    assert gsi["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["text"]}
    assert made["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_other_keys_are_another_table() -> None:
    def name(partition: str, sort: str = "") -> object:
        return table(TablePlan("Order", partition, sort, ((partition, "S"),)))["TableName"]

    assert len({str(name("id")), str(name("number")), str(name("id", "number"))}) == 3


def test_pipelines_name_their_api_and_environment_in_the_stash() -> None:
    code = pipeline_resolver("Mutation", "batchRows", ["F"])["Code"]["Fn::Sub"]
    assert "ctx.stash.awsAppsyncApiId = '${ApiId}';" in code
    # What tables are named by.
    assert "ctx.stash.amplifyApiEnvironmentName = 'NONE';" in code


def test_logical_ids_stay_unique_without_their_marks() -> None:
    assert logical_id("Chat", "Table") == "ChatTable"
    assert logical_id("a_b") != logical_id("ab")
    assert logical_id("a_b").isalnum()


def test_a_key_ends_at_a_midnight_within_what_appsync_takes() -> None:
    now = 1_700_000_000.0
    for days in (1, 7, 365):
        end = key_expiry(days, now)
        assert end % DAY == 0
        assert DAY <= end - now <= 365 * DAY or days == 365
    assert key_expiry(365, now) - now <= 365 * DAY
    assert key_expiry(7, now) == key_expiry(7, now + 3600)


def data(**modes: object) -> DataDefinition:
    return DataDefinition(Schema(), Modes(**modes))  # type: ignore[arg-type]


def test_the_default_mode_follows_auth() -> None:
    assert every_mode(data(), has_auth=True) == ("userPool", "identityPool")
    assert every_mode(data(), has_auth=False) == ("apiKey", "identityPool")
    both = every_mode(data(default="apiKey", oidc_issuer="https://x"), has_auth=True)
    assert both == ("apiKey", "userPool", "oidc", "identityPool")


def test_a_default_without_auth_is_an_error() -> None:
    with pytest.raises(DefinitionError, match="no auth"):
        every_mode(data(default="userPool"), has_auth=False)


def test_open_id_times_are_in_milliseconds() -> None:
    modes = Modes(oidc_issuer="https://x", oidc_auth_ttl_seconds=60)
    assert provider("oidc", modes, "", "")["openIdConnectConfig"] == {
        "issuer": "https://x",
        "authTtl": 60_000,
    }


def test_roles_reach_what_rules_give_them() -> None:
    schema = Schema(
        (
            Model("Open", (), rules=(Rule("public", "identityPool"),)),
            Model("Signed", (), rules=(Rule("private", "identityPool"),)),
            Model("Pool", (), rules=(Rule("private", "userPools"),)),
        )
    )
    plans = [ResolverPlan("Query", f"get{name}", (), name) for name in ("Open", "Signed", "Pool")]
    assert role_paths(schema, plans, guest=True) == ("types/Open/*", "types/Query/fields/getOpen")
    assert set(role_paths(schema, plans, guest=False)) == {
        "types/Open/*",
        "types/Signed/*",
        "types/Query/fields/getOpen",
        "types/Query/fields/getSigned",
    }
    assert role_paths(Schema((schema.models[2],)), plans, guest=False) == ()


def test_many_fields_become_one_wildcard() -> None:
    model = Model("Open", (), rules=(Rule("public", "identityPool"),))
    plans = [ResolverPlan("Query", f"q{number}", (), "Open") for number in range(400)]
    assert role_paths(Schema((model,)), plans, guest=True) == ("types/*",)
    assert [len(part) for part in chunks(["x"] * 80)] == [35, 35, 10]
