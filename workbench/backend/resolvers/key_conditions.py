"""The key of a query in JavaScript, with the checks and refusals of Amplify's own resolvers.

Source of the texts: ``applyKeyExpressionForCompositeKey`` of graphql-transformer-common, whose
"$operation" is in the answer as written: Velocity knows no property ``c`` of a text.
"""

from __future__ import annotations

from itertools import pairwise

from workbench.backend.graphql.names import composite, composite_attribute
from workbench.backend.resolvers.javascript import function, literal, member, name_of

_TYPE = "'InvalidArgumentsError'"
_JOINED = function(
    "function joinedCondition(given, name, parts, neighbours)",
    [
        "const verbs = Object.keys(given);",
        "if (verbs.length > 1) {",
        "  util.error(",
        "    `Argument ${name} must specify at most one key condition operation.`,",
        f"    {_TYPE},",
        "  );",
        "}",
        "const verb = verbs[0];",
        "const key = verb ? given[verb] : null;",
        "if (verb === 'between' && (key ?? []).length !== 2) {",
        f"  util.error(`Argument '${{name}}.between' expects exactly two elements.`, {_TYPE});",
        "}",
        "if (!key) return undefined;",
        "const isGiven = part => part != null && `${part}`.trim() !== '';",
        "const joined = (part, path) => {",
        "  const values = part ?? {};",
        "  neighbours.forEach(([left, right]) => {",
        "    if (isGiven(values[right]) && !isGiven(values[left])) {",
        "      util.error(",
        "        `When providing argument '${path}.${right}' ` +",
        "          `you must also provide '${path}.${left}'.`,",
        f"        {_TYPE},",
        "      );",
        "    }",
        "  });",
        "  return parts.map(each => values[each]).filter(each => each != null).join('#');",
        "};",
        "if (verb === 'between') {",
        "  const both = key.map((part, at) => joined(part, `${name}.between[${at}]`));",
        "  return { between: both };",
        "}",
        "return { [verb]: joined(key, `${name}.$operation`) };",
    ],
    "The condition on several sort keys, which are one attribute; undefined for none.",
)
_SINGLE = function(
    "function keyCondition(given, name)",
    [
        "if (given.between && given.between.length !== 2) {",
        f"  util.error(`Argument '${{name}}.between' expects exactly two elements.`, {_TYPE});",
        "}",
        "const verbs = Object.keys(given).filter(verb => given[verb] != null);",
        "const condition = {};",
        "verbs.forEach(verb => {",
        "  condition[verb] = given[verb];",
        "});",
        "return verbs.length > 0 ? condition : undefined;",
    ],
    "The conditions on the sort key, of which DynamoDB takes one; undefined for none.",
)


def key_functions(sort: tuple[str, ...]) -> list[str]:
    """The functions that :func:`query_lines` call for these sort keys."""
    if not sort:
        return []
    return [_SINGLE if len(sort) == 1 else _JOINED]


def partition_checks(first: str, sort: tuple[str, ...]) -> list[str]:
    """Lines of a list, whose partition need not be given: what is refused without it."""
    partition = member("ctx.args", first)
    if not sort:
        return _refusal(
            "sortDirection != null",
            "sortDirection is not supported for List operations without a Sort key defined.",
        )
    lines = _refusal(
        f"{partition} == null && sortDirection != null",
        f"When providing argument 'sortDirection' you must also provide argument '{first}'.",
    )
    if len(sort) == 1:
        return lines + _refusal(
            f"{member('ctx.args', sort[0])} != null && {partition} == null",
            f"When providing argument '{sort[0]}' you must also provide arguments {first}",
        )
    name = composite(sort)
    return lines + _refusal(
        f"{member('ctx.args', name)} != null && "
        f"({partition} == null || `${{{partition}}}`.trim() === '')",
        f"When providing argument '{name}' you must also provide '{first}'.",
    )


def query_lines(first: str, sort: tuple[str, ...], page: str, index: str) -> list[str]:
    """Lines that end by the request; ``index`` is "" for the table itself."""
    lines = [f"const query = {{ {name_of(first)}: {{ eq: {member('ctx.args', first)} }} }};"]
    if index and not sort:
        lines += partition_checks(first, sort)
    if sort:
        name = sort[0] if len(sort) == 1 else composite(sort)
        given = member("ctx.args", name)
        call = f"keyCondition({given}, {literal(name)})"
        if len(sort) > 1:
            neighbours = [[left, right] for left, right in pairwise(sort)][::-1]
            keys = f"{literal(list(sort))}, {literal(neighbours)}"
            call = f"joinedCondition({given}, {literal(name)}, {keys})"
        lines += [
            f"if ({given}) {{",
            f"  const condition = {call};",
            f"  if (condition) {member('query', composite_attribute(sort))} = condition;",
            "}",
        ]
    where = f"index: {literal(index)}, " if index else ""
    lines.append(
        f"return ddb.query({{ query, {where}{page}, scanIndexForward: sortDirection !== 'DESC' }});"
    )
    return lines


def _refusal(condition: str, message: str) -> list[str]:
    return [f"if ({condition}) {{", f"  util.error({literal(message)}, {_TYPE});", "}"]
