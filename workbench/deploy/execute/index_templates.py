"""Makes the templates of a step that changes a table's indexes, and nothing else of the stack.

They are CloudFormation's own templates of the stack as it stands, with the table's new indexes, and
with the new address of each nested template on the way to it.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.deploy.assembly.assembly import Assembly, FileAsset
from workbench.deploy.plan.instructions import ChangeIndexes
from workbench.model.deployment import StackPath

_HASH = re.compile(r"[0-9a-f]{64}")
ReadTemplate = Callable[[StackPath], dict[str, Any]]


def index_templates(
    step: ChangeIndexes, assembly: Assembly, read: ReadTemplate, folder: Path
) -> list[FileAsset]:
    """Write the templates into ``folder``; the root's is the last of them.

    ``read`` gives the deployed template of a stack. Nested templates are published beside those of
    ``assembly``, whose addresses they get.
    """
    templates: dict[StackPath, dict[str, Any]] = {}
    for table in step.tables:
        for depth in range(len(table.stack) + 1):
            path = table.stack[:depth]
            if path not in templates:
                templates[path] = copy.deepcopy(read(path))
        properties = templates[table.stack]["Resources"][table.logical_id]["Properties"]
        properties["AttributeDefinitions"] = list(table.attributes)
        properties["GlobalSecondaryIndexes"] = list(table.indexes)
        if not table.indexes:
            del properties["GlobalSecondaryIndexes"]
    made: list[FileAsset] = []
    for path in sorted(templates, key=lambda path: (-len(path), path)):
        text = json.dumps(templates[path])
        digest = hashlib.sha256(text.encode()).hexdigest()
        file = folder / f"{digest}.template.json"
        file.write_text(text, encoding="utf-8")
        made.append(_beside(assembly.assets[assembly.root.template_hash], digest, file))
        if path:
            parent = templates[path[:-1]]["Resources"][path[-1]]["Properties"]
            parent["TemplateURL"] = _address(assembly, path, digest)
    return made


def _beside(root: FileAsset, digest: str, file: Path) -> FileAsset:
    key = root.object_key.replace(root.hash, digest)
    return replace(root, hash=digest, path=file, object_key=key, display_name="")


def _address(assembly: Assembly, path: StackPath, digest: str) -> Any:
    """Where the new backend looks for the nested template, with another template's name."""
    stack = assembly.stack(path[:-1])
    assert stack is not None, path
    address = stack.template.resources[path[-1]].properties["TemplateURL"]
    return json.loads(_HASH.sub(digest, json.dumps(address)))
