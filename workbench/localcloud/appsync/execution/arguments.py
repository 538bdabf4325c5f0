"""A field's arguments as its resolver sees them.

Where the specification leaves out an argument whose variable was not sent, AppSync has a null
(aws/aws-appsync-community issue 348): so a subscription to ``room: $room`` without the variable
hears of no room, and a resolver sees ``room: null``. An argument with a default gets that, and
inside of an input object such a variable leaves out its field: nobody reports a null there.
"""

from __future__ import annotations

from typing import Any

from graphql import FieldNode, GraphQLField, VariableNode
from graphql.execution.values import get_argument_values


def field_arguments(
    definition: GraphQLField, node: FieldNode, variables: dict[str, Any]
) -> dict[str, Any]:
    """The arguments; raises GraphQLError for a missing or invalid one."""
    found = get_argument_values(definition, node, variables)
    for argument in node.arguments:
        if isinstance(argument.value, VariableNode) and argument.value.name.value not in variables:
            found.setdefault(argument.name.value, None)
    return found
