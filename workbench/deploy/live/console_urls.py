"""Where the AWS console shows a resource, by CloudFormation type.

Source: the console's own addresses, and the ARN formats of the AWS service authorization reference.
"""

from __future__ import annotations

from urllib.parse import quote

_PLAIN = {
    "AWS::CloudFormation::Stack": "cloudformation/home?region={region}#/stacks/stackinfo"
    "?stackId={id}",
    "AWS::Lambda::Function": "lambda/home?region={region}#/functions/{id}",
    "AWS::DynamoDB::Table": "dynamodbv2/home?region={region}#table?name={id}",
    "AWS::DynamoDB::GlobalTable": "dynamodbv2/home?region={region}#table?name={id}",
    "Custom::AmplifyDynamoDBTable": "dynamodbv2/home?region={region}#table?name={id}",
    "Custom::ImportedAmplifyDynamoDBTable": "dynamodbv2/home?region={region}#table?name={id}",
    "AWS::Cognito::UserPool": "cognito/v2/idp/user-pools/{id}/info/overview?region={region}",
    "AWS::Cognito::IdentityPool": "cognito/v2/identity/identity-pools/{id}/user-statistics"
    "?region={region}",
    "AWS::AppSync::GraphQLApi": "appsync/home?region={region}#/{last}/v1/home",
    "AWS::S3::Bucket": "s3/buckets/{id}?region={region}",
    "AWS::IAM::Role": "iam/home#/roles/details/{id}",
    "AWS::IAM::ManagedPolicy": "iam/home#/policies/details/{id}",
    "AWS::Logs::LogGroup": "cloudwatch/home?region={region}#logsV2:log-groups/log-group/{id}",
    "AWS::StepFunctions::StateMachine": "states/home?region={region}#/statemachines/view/{id}",
    "AWS::SSM::Parameter": "systems-manager/parameters/{id}/description?region={region}",
    "AWS::SQS::Queue": "sqs/v3/home?region={region}#/queues/{id}",
    "AWS::SNS::Topic": "sns/v3/home?region={region}#/topic/{id}",
    "AWS::Events::Rule": "events/home?region={region}#/rules/{id}",
    "AWS::Scheduler::Schedule": "scheduler/home?region={region}#schedules/default/{id}",
    "AWS::Kinesis::Stream": "kinesis/home?region={region}#/streams/details/{id}/monitoring",
    "AWS::ApiGateway::RestApi": "apigateway/main/apis/{id}/resources?api={id}&region={region}",
    "AWS::ApiGatewayV2::Api": "apigateway/main/api-detail?api={id}&region={region}",
    "AWS::SecretsManager::Secret": "secretsmanager/secret?name={id}&region={region}",
    "AWS::KMS::Key": "kms/home?region={region}#/kms/keys/{id}",
    "AWS::CloudFront::Distribution": "cloudfront/v4/home#/distributions/{id}",
    "AWS::OpenSearchService::Domain": "aos/home?region={region}#opensearch/domains/{id}",
    "AWS::Location::Map": "location/maps/home?region={region}#/describe/{id}",
    "AWS::Location::PlaceIndex": "location/places/home?region={region}#/describe/{id}",
    "AWS::Pinpoint::App": "pinpoint/home?region={region}#/apps/{id}/analytics/overview",
}
_HOSTS = {
    "cn-": "{region}.console.amazonaws.cn",
    "us-gov-": "{region}.console.amazonaws-us-gov.com",
    **dict.fromkeys(("eusc-", "us-iso", "eu-iso"), ""),
}
"""By the beginning of the region; empty where the console's address is not known."""


def console_url(resource_type: str, physical_id: str, region: str) -> str:
    """The resource's page in the AWS console; empty for types without one."""
    pattern = _PLAIN.get(resource_type)
    if not pattern or not physical_id:
        return ""
    host = "{region}.console.aws.amazon.com"
    for start, other in _HOSTS.items():
        if region.startswith(start):
            host = other
    if not host:
        return ""
    last = physical_id.rsplit("/", 1)[-1]
    path = pattern.format(region=region, id=_escaped(resource_type, physical_id), last=last)
    return f"https://{host.format(region=region)}/{path}"


def _escaped(resource_type: str, physical_id: str) -> str:
    if resource_type == "AWS::Logs::LogGroup":
        # The logs console wants its own double escape: %2F as $252F.
        return quote(physical_id, safe="").replace("%", "$25")
    return quote(physical_id, safe="")
