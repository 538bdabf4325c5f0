"""Amplify backends as the CDK synthesised them, without the CDK; edited in code.

``Backend.load("python")`` and ``Backend.load("typescript")``: sign-in by email, a ``Todo`` model
with an API key, and a function ``greeting`` that answers the query ``greet``; the Python one has a
bucket ``pictures``, too. Both are the sandbox ``tester`` of the project ``quickstart``.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "assemblies"
NAMESPACE, IDENTIFIER = "quickstart", "tester"
STACK = "amplify-quickstart-tester-sandbox-153496a736"
_TEMPLATE = ".template.json"
_QUALIFIER = "hnb659fds"


class Backend:
    """The files of one assembly; ``write`` makes a folder of them as a synth leaves it."""

    def __init__(self, files: dict[str, str]) -> None:
        self._files = {name: text for name, text in files.items() if not name.endswith(_TEMPLATE)}
        self._originals = {name: text for name, text in files.items() if name.endswith(_TEMPLATE)}
        self.templates: dict[str, dict[str, Any]] = {
            name: json.loads(text) for name, text in self._originals.items()
        }
        """File name → template; change them as you like."""

    @classmethod
    def load(cls, name: str) -> Backend:
        """A backend of its own, which nobody else edits."""
        return cls(_read(name))

    def copy(self) -> Backend:
        """Another one, to be edited further."""
        return copy.deepcopy(self)

    @property
    def root(self) -> dict[str, Any]:
        """The root stack's template."""
        return self.templates[f"{STACK}{_TEMPLATE}"]

    def template(self, part: str) -> dict[str, Any]:
        """The nested template whose file name contains ``part``: ``data7``, ``auth``, ``Todo``."""
        (found,) = [t for name, t in self.templates.items() if part in name and t is not self.root]
        return found

    def find(self, type_: str, part: str = "") -> dict[str, Any]:
        """The one resource of this type whose logical id contains ``part``."""
        found = self.find_all(type_, part)
        assert len(found) == 1, f"{type_} {part}: {sorted(found)}"
        return next(iter(found.values()))

    def find_all(self, type_: str, part: str = "") -> dict[str, dict[str, Any]]:
        """All of them, by logical id."""
        return {
            logical_id: resource
            for template in self.templates.values()
            for logical_id, resource in template["Resources"].items()
            if resource["Type"] == type_ and part.lower() in logical_id.lower()
        }

    def change_asset(self, file: str, text: str) -> None:
        """Give the one asset that has a file of this name (or ending) another content.

        Its hash changes with it, wherever templates and manifests name it.
        """
        (path,) = [
            name for name in self._files if name.startswith("asset.") and name.endswith(file)
        ]
        old = path.split(".")[1].split("/")[0]
        new = hashlib.sha256(f"{path}{text}".encode()).hexdigest()
        self._files[path] = text
        self._replace(old, new)

    def change_text(self, old: str, new: str) -> None:
        """Replace a text in the one asset that has it; its hash changes."""
        (path,) = [
            name for name, text in self._files.items() if name.startswith("asset.") and old in text
        ]
        self.change_asset(path, self._files[path].replace(old, new))

    def add_model(self, name: str, like: str = "Todo") -> None:
        """Add a model's nested stack, made like another model's."""
        (file,) = [each for each in self.templates if like in each]
        (parent, logical_id) = next(
            (template, key)
            for template in self.templates.values()
            for key, resource in template["Resources"].items()
            if resource["Type"] == "AWS::CloudFormation::Stack" and like in key
        )
        original = self._originals[file]
        key = self._key_of(file)
        copied = file.replace(like, name)
        text = original.replace(like, name).replace(like.lower(), name.lower())
        self.templates[copied] = json.loads(text)
        self._originals[copied] = ""
        digest = hashlib.sha256(text.encode()).hexdigest()
        assets = self._assets
        (hash_of_original,) = [each for each in assets["files"] if key.startswith(each)]
        entry = copy.deepcopy(assets["files"][hash_of_original])
        entry["source"]["path"] = copied
        for destination in entry["destinations"].values():
            destination["objectKey"] = f"{digest}.json"
        assets["files"][digest] = entry
        self._assets = assets
        nested = json.dumps(parent["Resources"][logical_id]).replace(like, name)
        parent["Resources"][logical_id.replace(like, name)] = json.loads(
            nested.replace(key, f"{digest}.json")
        )
        model = f"type {name} @model @auth(rules: [{{allow: public, provider: apiKey}}])"
        self.change_text(
            f"type {like} @model", f"{model} {{\n  content: String\n}}\ntype {like} @model"
        )
        self.change_text(f"type {like} @aws_", f"type {name} {{\n  id: ID!\n}}\ntype {like} @aws_")

    def use_qualifier(self, qualifier: str) -> None:
        """Deploy by another bootstrap."""
        self._replace(_QUALIFIER, qualifier)

    @property
    def artifact(self) -> dict[str, Any]:
        """The stack's entry in the manifest; change it with ``set_artifact``."""
        artifacts: dict[str, dict[str, Any]] = json.loads(self._files["manifest.json"])["artifacts"]
        return artifacts[STACK]

    def set_artifact(self, **properties: Any) -> None:
        """Set properties of the stack's entry in the manifest, such as ``assumeRoleArn``."""
        manifest = json.loads(self._files["manifest.json"])
        manifest["artifacts"][STACK]["properties"].update(properties)
        self._files["manifest.json"] = json.dumps(manifest)

    @property
    def assets(self) -> dict[str, Any]:
        """The asset manifest; change it with ``set_assets``."""
        return self._assets

    def set_assets(self, assets: dict[str, Any]) -> None:
        """Replace the asset manifest."""
        self._assets = assets

    def write(self, folder: Path) -> Path:
        """Write the assembly as a synth leaves it; returns the folder."""
        files = self._rehashed()
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".zip":
                _write_zip(path)
            else:
                path.write_text(text, encoding="utf-8")
        return folder

    @property
    def _assets(self) -> dict[str, Any]:
        return dict(json.loads(self._files[f"{STACK}.assets.json"]))

    @_assets.setter
    def _assets(self, assets: dict[str, Any]) -> None:
        self._files[f"{STACK}.assets.json"] = json.dumps(assets)

    def _key_of(self, template_file: str) -> str:
        for asset in self._assets["files"].values():
            if asset["source"]["path"] == template_file:
                (destination,) = asset["destinations"].values()
                return str(destination["objectKey"])
        raise KeyError(template_file)

    def _replace(self, old: str, new: str) -> None:
        self._files = {
            name.replace(old, new): text.replace(old, new) if name.endswith(".json") else text
            for name, text in self._files.items()
        }
        for name, template in self.templates.items():
            self.templates[name] = json.loads(json.dumps(template).replace(old, new))

    def _rehashed(self) -> dict[str, str]:
        """All files, with new hashes for templates that changed and for those that name them."""
        texts = {name: json.dumps(template) for name, template in self.templates.items()}
        files = dict(self._files)
        waiting = [name for name, text in texts.items() if text != self._originals[name]]
        while waiting:
            name = waiting.pop()
            # A parent is hashed after its children: each change of a child comes back to it.
            old = re.sub(r"\..*", "", _asset_key(files, name))
            new = hashlib.sha256(texts[name].encode()).hexdigest()
            if old == new:
                continue
            files = {
                path: text.replace(old, new) if path in _MANIFESTS else text
                for path, text in files.items()
            }
            for parent, text in texts.items():
                if old in text:
                    texts[parent] = text.replace(old, new)
                    waiting.append(parent)
        return {**files, **texts}


_MANIFESTS = frozenset({"manifest.json", f"{STACK}.assets.json"})


def _asset_key(files: dict[str, str], template_file: str) -> str:
    for digest, asset in json.loads(files[f"{STACK}.assets.json"])["files"].items():
        if asset["source"]["path"] == template_file:
            return str(digest)
    raise KeyError(template_file)


@cache
def _read(name: str) -> dict[str, str]:
    return dict(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def _write_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("empty", (1980, 1, 1, 0, 0, 0)), "")
