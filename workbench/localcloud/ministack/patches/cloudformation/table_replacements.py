"""Tables with other keys: ministack deletes the table first, and gives the new one its name.

CloudFormation makes the new table under a name of its own, and deletes the old one when the update
has succeeded: until then its rows can be had back. It does so for another type of a key attribute,
too, which ministack ignores
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html).
"""

from __future__ import annotations

from typing import Any

Properties = dict[str, Any]


def install() -> None:
    """Make the new table before the old one goes."""
    from ministack.services import dynamodb
    from ministack.services.cloudformation import provisioners

    update = provisioners._ddb_update

    def updated(
        physical_id: str,
        old_props: Properties,
        new_props: Properties,
        stack_name: str,
        logical_id: str | None = None,
    ) -> Any:
        named = "TableName" in old_props or "TableName" in new_props
        if named or physical_id not in dynamodb._tables or not _differ(old_props, new_props):
            return update(physical_id, old_props, new_props, stack_name, logical_id)
        made = provisioners._seeded_create(
            provisioners._ddb_create, logical_id or physical_id, new_props, stack_name
        )
        provisioners._delete_predecessor(provisioners._ddb_delete, physical_id, old_props)
        return made

    def _differ(old: Properties, new: Properties) -> bool:
        return bool(
            any(old.get(each) != new.get(each) for each in ("KeySchema", "LocalSecondaryIndexes"))
            or provisioners._requires_replacement_dynamodb(old, new)
        )

    provisioners._ddb_update = updated
    provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]["update"] = updated
