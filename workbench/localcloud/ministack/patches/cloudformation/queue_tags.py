"""Tags of queues: ministack lists CloudFormation's own ``aws:`` tags, SQS has none of them."""

from __future__ import annotations

from typing import Any

from ministack.services.cloudformation import stacks

_TYPE = "AWS::SQS::Queue"


def install() -> None:
    """Give queues the tags of the template and of the stack only."""
    tagged = stacks._with_stack_tags

    def with_stack_tags(resource_type: str, props: Any, *others: Any) -> Any:
        given = tagged(resource_type, props, *others)
        if resource_type != _TYPE or "Tags" not in given:
            return given
        kept = [tag for tag in given["Tags"] if not str(tag["Key"]).startswith("aws:")]
        return {**given, "Tags": kept}

    stacks._with_stack_tags = with_stack_tags
