"""What ``Fn::GetAtt`` gives for a deployed resource, from its physical id alone.

CloudFormation lists physical ids and no attributes. For the types that swaps refer to, the
attributes follow from the id (AWS CloudFormation template reference, "Return values" of each type).
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.deploy.live.models import DeployedResource, LiveStack

_Make = Callable[[str, LiveStack], str]


def attribute_of(resource: DeployedResource, attribute: str, stack: LiveStack) -> str | None:
    """The attribute's value, or None if only the service knows it."""
    if attribute in resource.attributes:
        return resource.attributes[attribute]
    if resource.type == "AWS::IAM::Role" and not _has_plain_path(resource, stack):
        return None
    make = _ATTRIBUTES.get((resource.type, attribute))
    return make(resource.physical_id, stack) if make and resource.physical_id else None


def _has_plain_path(resource: DeployedResource, stack: LiveStack) -> bool:
    """Whether the role's ARN has no path that its name does not tell."""
    role = stack.effective_template.resources.get(resource.logical_id)
    return role is not None and role.properties.get("Path") in {None, "/"}


def _queue_arn(url: str, stack: LiveStack) -> str:
    return f"arn:{stack.partition}:sqs:{stack.region}:{stack.account}:{url.rpartition('/')[2]}"


def _after_slash(position: int) -> _Make:
    def part(physical_id: str, _stack: LiveStack) -> str:
        return physical_id.split("/")[position]

    return part


def _same(physical_id: str, _stack: LiveStack) -> str:
    return physical_id


def _arn(service: str, resource: str, *, region: bool = True, account: bool = True) -> _Make:
    def make(physical_id: str, stack: LiveStack) -> str:
        if physical_id.startswith("arn:"):
            return physical_id
        where = stack.region if region else ""
        owner = stack.account if account else ""
        return f"arn:{stack.partition}:{service}:{where}:{owner}:{resource}{physical_id}"

    return make


_ATTRIBUTES: dict[tuple[str, str], _Make] = {
    # The GraphQL API's physical id is its ARN, ….:apis/ID; a function's …/functions/ID.
    ("AWS::AppSync::GraphQLApi", "ApiId"): _after_slash(-1),
    ("AWS::AppSync::GraphQLApi", "Arn"): _same,
    ("AWS::AppSync::FunctionConfiguration", "FunctionId"): _after_slash(-1),
    ("AWS::AppSync::FunctionConfiguration", "FunctionArn"): _same,
    ("AWS::AppSync::DataSource", "Name"): _after_slash(-1),
    ("AWS::AppSync::DataSource", "DataSourceArn"): _same,
    ("AWS::Lambda::Function", "Arn"): _arn("lambda", "function:"),
    ("AWS::S3::Bucket", "Arn"): _arn("s3", "", region=False, account=False),
    ("AWS::DynamoDB::Table", "Arn"): _arn("dynamodb", "table/"),
    ("Custom::AmplifyDynamoDBTable", "TableArn"): _arn("dynamodb", "table/"),
    ("Custom::AmplifyDynamoDBTable", "TableName"): _same,
    ("AWS::Cognito::UserPool", "Arn"): _arn("cognito-idp", "userpool/"),
    ("AWS::Cognito::UserPool", "UserPoolId"): _same,
    ("AWS::Cognito::UserPoolClient", "ClientId"): _same,
    ("AWS::Events::EventBus", "Name"): _same,
    ("AWS::Events::Rule", "Arn"): _arn("events", "rule/"),
    ("AWS::IAM::Role", "Arn"): _arn("iam", "role/", region=False),
    ("AWS::SQS::Queue", "Arn"): _queue_arn,
    ("AWS::SNS::Topic", "TopicArn"): _same,
    ("AWS::StepFunctions::StateMachine", "Arn"): _same,
}
