"""Members with few values: ministack ignores unknown ones, and operations without a condition.

Of several invalid operations in a transaction DynamoDB names the first alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.dynamodb import write_members

Reply = tuple[int, dict[str, str], Any]
Request = Mapping[str, Any]


def install() -> None:
    """Check them before the emulator reads or writes."""
    from ministack.services import dynamodb

    refused, join = dynamodb.error_response_json, dynamodb._multi_validation_error
    cancelled = dynamodb._transact_validation_cancel_response

    def write(data: Request, *, update: bool) -> str | None:
        if update and "Key" not in data:
            # Refused by the emulator, with all that is wrong.
            return None
        returned = write_members.returned_refusal(data, update=update)
        return returned or write_members.updates_refusal(data.get("AttributeUpdates"))

    def checking(
        handle: Callable[[Any], Reply], refusal: Callable[[Request], str | None]
    ) -> Callable[[Any], Reply]:
        def handled(data: Any) -> Reply:
            named = data.get("TableName") or data.get("TransactItems")
            older = dynamodb._older_validation_region()
            wrong = refusal(data) if named and not older else None
            if not wrong:
                return handle(data)
            reply: Reply = refused("ValidationException", wrong, 400)
            return reply

        return handled

    def first_cancelled(total: int, reasons: Mapping[int, str]) -> Any:
        first = min(reasons)
        return cancelled(total, {first: reasons[first]})

    def joined(failures: Any) -> Any:
        enum = f"Member must satisfy enum value set: [{', '.join(write_members.RETURNED)}]"
        return join(
            [
                (value, place, enum if place == "returnValues" else constraint)
                for value, place, constraint in failures
            ]
        )

    def attributes(data: Request) -> str | None:
        return write_members.attributes_refusal(data.get("AttributesToGet"))

    def transaction(data: Request) -> str | None:
        return write_members.transaction_refusal(data.get("TransactItems"))

    for name, refusal in (
        ("_put_item", lambda data: write(data, update=False)),
        ("_delete_item", lambda data: write(data, update=False)),
        ("_update_item", lambda data: write(data, update=True)),
        ("_get_item", attributes),
        ("_query", attributes),
        ("_scan", attributes),
        ("_transact_write_items", transaction),
    ):
        setattr(dynamodb, name, checking(getattr(dynamodb, name), refusal))
    dynamodb._transact_validation_cancel_response = first_cancelled
    dynamodb._multi_validation_error = joined
