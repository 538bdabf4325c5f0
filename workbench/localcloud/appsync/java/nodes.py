"""Writes a literal of a query as graphql-java does in its messages."""

from __future__ import annotations

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    VariableNode,
)


def java_node(node: Node) -> str:
    """Such as ``ObjectValue{objectFields=[ObjectField{name='a', value=IntValue{value=1}}]}``."""
    match node:
        case StringValueNode():
            return f"StringValue{{value='{node.value}'}}"
        case IntValueNode() | FloatValueNode():
            kind = "IntValue" if isinstance(node, IntValueNode) else "FloatValue"
            return f"{kind}{{value={node.value}}}"
        case BooleanValueNode():
            return f"BooleanValue{{value={'true' if node.value else 'false'}}}"
        case EnumValueNode():
            return f"EnumValue{{name='{node.value}'}}"
        case NullValueNode():
            return "NullValue{}"
        case VariableNode():
            return f"VariableReference{{name='{node.name.value}'}}"
        case ListValueNode():
            return f"ArrayValue{{values=[{', '.join(java_node(item) for item in node.values)}]}}"
        case ObjectValueNode():
            inside = ", ".join(java_node(item) for item in node.fields)
            return f"ObjectValue{{objectFields=[{inside}]}}"
        case ObjectFieldNode():
            return f"ObjectField{{name='{node.name.value}', value={java_node(node.value)}}}"
    return node.kind
