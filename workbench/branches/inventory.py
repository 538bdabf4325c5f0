"""Inventory of an environment: its resources, and what AWS bills for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.model.deployment import LiveResource

COSTS = {
    "AWS::DynamoDB::Table": "by requests and by storage",
    "Custom::AmplifyDynamoDBTable": "by requests and by storage",
    "AWS::S3::Bucket": "by storage and requests",
    "AWS::Lambda::Function": "by runs",
    "AWS::AppSync::GraphQLApi": "by requests",
    "AWS::Cognito::UserPool": "by active users",
    "AWS::Logs::LogGroup": "by what is logged",
    "AWS::KMS::Key": "by the month",
    "AWS::SecretsManager::Secret": "by the month",
    "AWS::OpenSearchService::Domain": "by the hour",
    "AWS::RDS::DBInstance": "by the hour",
    "AWS::RDS::DBCluster": "by the hour",
    "AWS::EC2::NatGateway": "by the hour",
    "AWS::EC2::Instance": "by the hour",
    "AWS::ECS::Service": "by the hour",
    "AWS::ElastiCache::CacheCluster": "by the hour",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "by the hour",
    "AWS::Kinesis::Stream": "by the hour",
    "AWS::SQS::Queue": "by requests",
    "AWS::SNS::Topic": "by messages",
    "AWS::WAFv2::WebACL": "by the month",
}
"""Types that AWS bills, and by what; the free ones are left out. Source: AWS's price pages."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The number of resources, and each billed type with its number and what it is billed by."""

    total: int
    costly: tuple[tuple[str, int, str], ...]


def take_inventory(resources: Iterable[LiveResource]) -> Inventory:
    """Count; what is billed by the hour or month comes first: it costs while nobody works."""
    counts = Counter(each.type for each in resources)
    costly = [(kind, counts[kind], COSTS[kind]) for kind in counts if kind in COSTS]
    costly.sort(key=lambda each: (not each[2].startswith(("by the",)), each[0]))
    return Inventory(counts.total(), tuple(costly))
