"""Exports in use: ministack changes and removes them, AWS refuses while another stack imports them.

It has no uniqueness of exports' names either, and another message for an import of nothing
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html).
"""

from __future__ import annotations

import re
from typing import Any

from ministack.services.cloudformation import (
    _exports,
    _stacks,
    changesets,
    engine,
    handlers,
    stacks,
)

_DELETION = re.compile(rb"Export ([^<]+?) is imported by stack ([^<]+)<")
_NO_EXPORT = re.compile(r"^Export '(.*)' not found$", re.DOTALL)


def install() -> None:
    """Check a stack's exports where its outputs are known, and its deletion."""
    outputs, resolve = stacks._resolve_stack_outputs, engine._resolve_refs
    delete = handlers._ACTION_HANDLERS["DeleteStack"]

    def resolve_outputs(*arguments: Any) -> Any:
        resolved, exports = outputs(*arguments)
        _refuse_changes(exports, arguments[-2], arguments[-1])
        return resolved, exports

    def resolve_refs(value: Any, *scope: Any, **named: Any) -> Any:
        try:
            return resolve(value, *scope, **named)
        except ValueError as problem:
            if missing := _NO_EXPORT.match(str(problem)):
                raise ValueError(f"No export named {missing[1]} found.") from None
            raise

    def delete_stack(params: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = delete(params)
        if status == 400:
            body = _DELETION.sub(rb"Export \1 cannot be deleted as it is in use by \2<", body)
        return status, headers, body

    stacks._resolve_stack_outputs = resolve_outputs
    for module in (engine, stacks, handlers, changesets):
        if getattr(module, "_resolve_refs", None) is resolve:
            module._resolve_refs = resolve_refs
    handlers._ACTION_HANDLERS["DeleteStack"] = delete_stack


def _refuse_changes(exports: dict[str, Any], stack_name: str, stack_id: str) -> None:
    for name in exports:
        owner = _exports.get(name)
        if owner and owner["StackId"] != stack_id:
            taken = owner["StackId"].split("/")[1]
            raise ValueError(
                f"Export with name {name} is already exported by stack {taken}. Export names must "
                "be unique across a given region."
            )
    for name, export in list(_exports.items()):
        if export["StackId"] != stack_id:
            continue
        kept = exports.get(name)
        if kept and kept["Value"] == export["Value"]:
            continue
        if users := _importers(name, stack_name):
            verb = "updated" if kept else "deleted"
            raise ValueError(f"Export {name} cannot be {verb} as it is in use by {users}")


def _importers(export: str, besides: str) -> str:
    names = [
        name
        for name, stack in _stacks.items()
        if name != besides
        and stack["StackStatus"] not in {"DELETE_COMPLETE", "ROLLBACK_COMPLETE"}
        and export in handlers._imported_export_names(stack, name)
    ]
    return " and ".join(sorted(names))
