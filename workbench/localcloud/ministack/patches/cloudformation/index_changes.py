"""Indexes of AWS::DynamoDB::Table: ministack changes any number in one update of a stack.

CloudFormation creates or deletes one index of a table in an update, and gives a deployed index no
other keys and no other projection. It refuses before it changes anything, so that its rollback
finds the table as it was. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
"""

from __future__ import annotations

from typing import Any

FIXED = (
    "Cannot update GSI's properties other than Provisioned Throughput and Contributor Insights "
    "Specification. You can create a new GSI with a different name."
)
ONE_AT_A_TIME = "Cannot perform more than one GSI creation or deletion in a single update"
_LIST = "GlobalSecondaryIndexes"
Properties = dict[str, Any]


def install() -> None:
    """Check the indexes before a table is updated."""
    from ministack.services import dynamodb
    from ministack.services.cloudformation import provisioners

    update = provisioners._ddb_update

    def checked(
        physical_id: str,
        old_props: Properties,
        new_props: Properties,
        stack_name: str,
        logical_id: str | None = None,
    ) -> Any:
        table = dynamodb._tables.get(physical_id)
        renamed = new_props.get("TableName", physical_id) != physical_id
        rekeyed = any(
            old_props.get(each) != new_props.get(each)
            for each in ("KeySchema", "LocalSecondaryIndexes")
        )
        if table is not None and not renamed and not rekeyed:
            wanted = _by_name(new_props)
            if _shapes(_by_name(table)) != _shapes(wanted):
                _require_one_change(_by_name(old_props), wanted)
                old_props = {**old_props, _LIST: _apart_from_capacity(old_props, wanted)}
            else:
                # What a refused update is rolled back to, or only capacity.
                old_props = {**old_props, _LIST: list(wanted.values())}
            _resize(provisioners, table, wanted, new_props)
        return update(physical_id, old_props, new_props, stack_name, logical_id)

    provisioners._ddb_update = checked
    provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]["update"] = checked


def _require_one_change(old: dict[str, Properties], new: dict[str, Properties]) -> None:
    if any(_shape(old[name]) != _shape(new[name]) for name in old.keys() & new.keys()):
        raise ValueError(FIXED)
    if len(old.keys() ^ new.keys()) > 1:
        raise ValueError(ONE_AT_A_TIME)


def _apart_from_capacity(old_props: Properties, wanted: dict[str, Properties]) -> list[Properties]:
    """The old indexes, with the new capacity: ministack builds an index anew for any difference."""
    return [wanted.get(name, index) for name, index in _by_name(old_props).items()]


def _resize(
    provisioners: Any, table: Properties, wanted: dict[str, Properties], new_props: Properties
) -> None:
    if new_props.get("BillingMode", "PROVISIONED") != "PROVISIONED":
        return
    for name, index in _by_name(table).items():
        units = wanted.get(name, {}).get("ProvisionedThroughput")
        if units and units != index.get("ProvisionedThroughput"):
            resize = {"IndexName": name, "ProvisionedThroughput": units}
            provisioners._ddb_update_call(
                {
                    "TableName": table["TableName"],
                    "GlobalSecondaryIndexUpdates": [{"Update": resize}],
                }
            )


def _by_name(properties: Properties) -> dict[str, Properties]:
    return {index["IndexName"]: index for index in properties.get(_LIST) or []}


def _shapes(indexes: dict[str, Properties]) -> dict[str, Any]:
    return {name: _shape(index) for name, index in indexes.items()}


def _shape(index: Properties) -> Any:
    projection = index.get("Projection") or {}
    return (
        sorted((key["KeyType"], key["AttributeName"]) for key in index.get("KeySchema") or []),
        projection.get("ProjectionType"),
        sorted(projection.get("NonKeyAttributes") or []),
    )
