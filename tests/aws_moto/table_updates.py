"""How CloudFormation updates the indexes of AWS::DynamoDB::Table; moto updates no table."""

from __future__ import annotations

from typing import Any

from moto.dynamodb.models import dynamodb_backends

TABLE = "AWS::DynamoDB::Table"
_INDEXES = "GlobalSecondaryIndexes"


def update_table(
    account: str, region: str, table: Any, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Create or delete one index; CloudFormation refuses any other change of the indexes."""
    old, new = (
        {index["IndexName"]: index for index in each.get(_INDEXES, [])} for each in (before, after)
    )
    if any(old[name] != new[name] for name in old.keys() & new.keys()):
        raise ValueError(
            "Cannot update GSI's properties other than Provisioned Throughput and Contributor "
            "Insights Specification. You can create a new GSI with a different name."
        )
    if len(old.keys() ^ new.keys()) > 1:
        raise ValueError("Cannot perform more than one GSI creation or deletion in a single update")
    attributes = {each["AttributeName"] for each in after["AttributeDefinitions"]}
    keys = {key["AttributeName"] for each in (after, *new.values()) for key in each["KeySchema"]}
    if attributes != keys:
        raise ValueError(
            "One or more parameter values were invalid: Number of attributes in KeySchema does "
            "not exactly match number of attributes defined in AttributeDefinitions"
        )
    changes: list[dict[str, Any]] = [
        *({"Delete": {"IndexName": name}} for name in old.keys() - new.keys()),
        *({"Create": new[name]} for name in new.keys() - old.keys()),
    ]
    backend = dynamodb_backends[account][region]
    found = backend.get_table(table.name)
    found.attr = after["AttributeDefinitions"]
    backend.update_table_global_indexes(found, changes)
