"""CloudFormation's intrinsic functions, evaluated against what is deployed.

What CloudFormation alone knows (an attribute of a resource that it has not listed, an export)
raises UnresolvableError; a plan then leaves the change to CloudFormation. Dynamic references such
as ``{{resolve:ssm:…}}`` are text and stay as they are.
Source: AWS CloudFormation template reference, "Intrinsic functions" and "Pseudo parameters".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.aws.partitions import url_suffix
from workbench.deploy.assembly.json_diff import is_intrinsic
from workbench.deploy.assembly.template import Template
from workbench.deploy.live.getatt import attribute_of
from workbench.deploy.live.models import LiveStack

_PLACEHOLDER = re.compile(r"\$\{([^{}]+)\}")


class UnresolvableError(Exception):
    """The value is known only to CloudFormation; the message says which part."""


class _NoValue:
    """``AWS::NoValue``: the property or item is left out."""


_NO_VALUE = _NoValue()


@dataclass(frozen=True)
class Scope:
    """Where intrinsics are evaluated: a template, the live stack it stands for, its parameters.

    ``parameters`` override the live stack's (a nested stack's new ones); ``live`` is None for a
    stack that does not exist yet, then only parameters and functions of constants resolve.
    """

    template: Template
    live: LiveStack | None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def evaluate(self, value: Any) -> Any:
        """``value`` with all intrinsics resolved. Raises UnresolvableError."""
        result = self._value(value)
        return None if isinstance(result, _NoValue) else result

    def condition(self, name: str) -> bool:
        """Whether the template's condition holds. Raises UnresolvableError."""
        if name not in self.template.conditions:
            raise UnresolvableError(f"condition {name}")
        return self._condition(self.template.conditions[name])

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            items = [self._value(item) for item in value]
            return [item for item in items if not isinstance(item, _NoValue)]
        if not isinstance(value, dict):
            return value
        if is_intrinsic(value):
            ((function, argument),) = value.items()
            known = _FUNCTIONS.get(function)
            if known is None:
                raise UnresolvableError(function)
            return known(self, argument)
        resolved = {key: self._value(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if not isinstance(item, _NoValue)}

    def _text(self, value: Any) -> str:
        result = self._value(value)
        if isinstance(result, bool):
            return "true" if result else "false"
        if isinstance(result, str | int | float):
            return str(result)
        raise UnresolvableError("a text was expected")

    def _condition(self, value: Any) -> bool:
        if isinstance(value, dict) and len(value) == 1:
            ((function, argument),) = value.items()
            if function == "Condition":
                return self.condition(str(argument))
            if function == "Fn::Equals":
                left, right = argument
                return self._text(left) == self._text(right)
            if function == "Fn::Not":
                return not self._condition(argument[0])
            if function == "Fn::And":
                return all(self._condition(item) for item in argument)
            if function == "Fn::Or":
                return any(self._condition(item) for item in argument)
        raise UnresolvableError(f"condition {value}")

    def _ref(self, name: Any) -> Any:
        if name.startswith("AWS::"):
            return self._pseudo(name)
        if name in self.template.parameters:
            return self._parameter(name)
        resource = self.live.resources.get(name) if self.live else None
        if resource is None or not resource.physical_id:
            raise UnresolvableError(f"Ref {name}")
        return resource.physical_id

    def _parameter(self, name: str) -> Any:
        declared = self.template.parameters[name]
        if name in self.parameters:
            given = self.parameters[name]
        elif self.live and name in self.live.parameters:
            given = self.live.parameters[name]
        elif declared.default is not None and not declared.type.startswith("AWS::SSM::"):
            given = declared.default
        else:
            raise UnresolvableError(f"parameter {name}")
        if "List" in declared.type and isinstance(given, str):
            return given.split(",")
        return str(given) if isinstance(given, int | float) else given

    def _pseudo(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if self.live is None:
            raise UnresolvableError(name)
        values = {
            "AWS::AccountId": self.live.account,
            "AWS::Partition": self.live.partition,
            "AWS::Region": self.live.region,
            "AWS::StackId": self.live.stack_id,
            "AWS::StackName": self.live.name,
            "AWS::URLSuffix": url_suffix(self.live.partition),
        }
        if not values.get(name):
            raise UnresolvableError(name)
        return values[name]

    def _get_att(self, argument: Any) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        logical_id, attribute = str(parts[0]), self._text(parts[1])
        if self.live is None:
            raise UnresolvableError(f"{logical_id}.{attribute}")
        if attribute.startswith("Outputs."):
            nested = self.live.nested.get(logical_id)
            output = attribute.removeprefix("Outputs.")
            if nested is None or output not in nested.outputs:
                raise UnresolvableError(f"{logical_id}.{attribute}")
            return nested.outputs[output]
        resource = self.live.resources.get(logical_id)
        if resource is None:
            raise UnresolvableError(f"{logical_id}.{attribute}")
        known = attribute_of(resource, attribute, self.live)
        if known is None:
            raise UnresolvableError(f"{logical_id}.{attribute}")
        return known

    def _sub(self, argument: Any) -> str:
        text, variables = argument if isinstance(argument, list) else (argument, {})

        def replace(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in variables:
                return self._text(variables[name])
            return self._text({"Fn::GetAtt": name} if "." in name else {"Ref": name})

        return _PLACEHOLDER.sub(replace, text)

    def _join(self, argument: Any) -> str:
        separator, items = argument
        values = self._value(items)
        if not isinstance(values, list):
            raise UnresolvableError("Fn::Join of no list")
        return str(separator).join(self._text(item) for item in values)

    def _select(self, argument: Any) -> Any:
        index, items = argument
        values = self._value(items)
        position = int(self._text(index))
        if not isinstance(values, list) or not 0 <= position < len(values):
            raise UnresolvableError(f"Fn::Select {position}")
        return values[position]

    def _split(self, argument: Any) -> list[str]:
        separator, text = argument
        return self._text(text).split(str(separator))

    def _if(self, argument: Any) -> Any:
        name, then, otherwise = argument
        return self._value(then if self.condition(name) else otherwise)

    def _find_in_map(self, argument: Any) -> Any:
        name, top, second = (self._text(item) for item in argument[:3])
        try:
            return self.template.mappings[name][top][second]
        except KeyError:
            if len(argument) > 3 and "DefaultValue" in argument[3]:
                return self._value(argument[3]["DefaultValue"])
            raise UnresolvableError(f"mapping {name}.{top}.{second}") from None

    def _base64(self, argument: Any) -> str:
        return base64.b64encode(self._text(argument).encode()).decode()


_FUNCTIONS: dict[str, Callable[[Scope, Any], Any]] = {
    "Ref": Scope._ref,
    "Fn::GetAtt": Scope._get_att,
    "Fn::Sub": Scope._sub,
    "Fn::Join": Scope._join,
    "Fn::Select": Scope._select,
    "Fn::Split": Scope._split,
    "Fn::If": Scope._if,
    "Fn::FindInMap": Scope._find_in_map,
    "Fn::Base64": Scope._base64,
}


def nested_scope(parent: Scope, logical_id: str, template: Template) -> Scope:
    """The scope of a nested stack whose parameters the parent's template gives.

    A parameter whose value cannot be resolved is left out: UnresolvableError is raised only
    where it is used.
    """
    resource = parent.template.resources.get(logical_id)
    given = resource.properties.get("Parameters", {}) if resource else {}
    live = parent.live.nested.get(logical_id) if parent.live else None
    if live is not None:
        # A value that only CloudFormation knows must not fall back to the former one.
        live = live.model_copy(update={"parameters": {}})
    parameters: dict[str, Any] = {}
    unknown: set[str] = set()
    for name, value in given.items():
        try:
            parameters[name] = parent.evaluate(value)
        except UnresolvableError:
            unknown.add(name)
    declared = {
        name: parameter.model_copy(update={"default": None}) if name in unknown else parameter
        for name, parameter in template.parameters.items()
    }
    scoped = template.model_copy(update={"parameters": declared}) if unknown else template
    return Scope(scoped, live, parameters)
