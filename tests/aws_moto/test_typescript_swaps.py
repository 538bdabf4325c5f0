"""Hot-swaps of a TypeScript backend, beyond a Python one's: templates in S3, a provider."""

from __future__ import annotations

from tests.aws_moto.aws import Aws
from tests.aws_moto.sandbox import Deployer
from workbench.model.deployment import Method

LANGUAGE = "typescript"


def test_a_resolver_functions_template_is_read_from_disk(
    deployed: Deployer, deployed_aws: Aws
) -> None:
    backend = deployed.edited()
    backend.change_text("## [Start] List Request. **", "## changed\n## [Start] List Request. **")
    prepared = deployed.deploy(backend)
    assert prepared.plan.method is Method.HOTSWAP, prepared.plan.reasons
    (update,) = deployed_aws.calls.of("appsync:UpdateFunction")
    assert update.role == ""
    assert deployed_aws.calls.of("s3:PutObject") == []
    api_id = update.request.parameters["apiId"]
    functions = deployed.clients.appsync.list_functions(apiId=api_id)["functions"]
    (changed,) = [each for each in functions if each["name"] == "QueryListTodosDataResolverFn"]
    assert changed["requestMappingTemplate"].startswith("## changed\n")
    assert "## [Start] List" in changed["requestMappingTemplate"]
    assert changed["responseMappingTemplate"]
    assert changed["dataSourceName"] == "TodoTable"
    assert deployed.prepare(backend).plan.method is Method.NONE


def test_the_models_reach_their_buckets_by_the_provider(
    deployed: Deployer, deployed_aws: Aws
) -> None:
    backend = deployed.edited()
    backend.change_text("type Todo @model", "# changed\ntype Todo @model")
    assert deployed.deploy(backend).plan.method is Method.HOTSWAP
    (invoked,) = deployed_aws.calls.of("lambda:Invoke")
    assert invoked.role == ""
    live = deployed.live()
    assert live is not None
    bucket, key = live.outputs["amplifyApiModelSchemaS3Uri"].removeprefix("s3://").split("/")
    found = deployed.clients.s3.get_object(Bucket=bucket, Key=key)
    assert found["Body"].read().startswith(b"# changed\n")
    assert deployed.prepare(backend).plan.method is Method.NONE
