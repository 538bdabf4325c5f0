"""The module with which a function starts where it has secrets: it puts them in the environment.

What Amplify adds to each function's bundle does the same for its JavaScript: read
``AMPLIFY_SSM_ENV_CONFIG``, take each value from its own path or else from the shared one, and look
again once a minute. A function without anything in SSM starts with the user's own handler.
"""

from __future__ import annotations

MODULE = "amplify_start"

_PYTHON = '''\
"""Fills the environment from SSM before the handler's module is loaded, then once a minute."""

import json
import os
import time
from importlib import import_module

import boto3

_CONFIG = json.loads(os.environ.get("AMPLIFY_SSM_ENV_CONFIG") or "{}")
_SECONDS = 60
_ssm = boto3.client("ssm")
_read_at = 0.0


def _read(paths):
    found = {}
    for start in range(0, len(paths), 10):
        names = paths[start : start + 10]
        answer = _ssm.get_parameters(Names=names, WithDecryption=True)
        found.update((each["Name"], each["Value"]) for each in answer["Parameters"])
    return found


def _fill():
    global _read_at
    found = _read(sorted({each["path"] for each in _CONFIG.values()}))
    missing = [each for each in _CONFIG.values() if each["path"] not in found]
    shared = sorted({each["sharedPath"] for each in missing if "sharedPath" in each})
    found.update(_read(shared))
    for name, each in _CONFIG.items():
        value = found.get(each["path"], found.get(each.get("sharedPath")))
        if value is not None:
            os.environ[name] = value
    _read_at = time.monotonic()


_fill()
_user_handler = getattr(import_module("@MODULE@"), "@HANDLER@")


def handler(event, context):
    if time.monotonic() - _read_at > _SECONDS:
        _fill()
    return _user_handler(event, context)
'''

_JAVASCRIPT = """\
// Fills the environment from SSM before the handler's module is loaded, then once a minute.
import { SSM } from '@aws-sdk/client-ssm';

const config = JSON.parse(process.env.AMPLIFY_SSM_ENV_CONFIG ?? '{}');
const ssm = new SSM();
let readAt = 0;

async function read(paths) {
  const found = new Map();
  for (let start = 0; start < paths.length; start += 10) {
    const Names = paths.slice(start, start + 10);
    const answer = await ssm.getParameters({ Names, WithDecryption: true });
    for (const each of answer.Parameters ?? []) found.set(each.Name, each.Value);
  }
  return found;
}

async function fill() {
  const entries = Object.entries(config);
  const own = await read([...new Set(entries.map(([, each]) => each.path))]);
  const missing = entries.filter(([, each]) => !own.has(each.path) && each.sharedPath);
  const shared = await read([...new Set(missing.map(([, each]) => each.sharedPath))]);
  for (const [name, each] of entries) {
    const value = own.get(each.path) ?? shared.get(each.sharedPath);
    if (value !== undefined) process.env[name] = value;
  }
  readAt = Date.now();
}

await fill();
const user = await import('./@MODULE@');

export async function handler(event, context) {
  if (Date.now() - readAt > 60_000) await fill();
  return user['@HANDLER@'](event, context);
}
"""


def start_file(runtime: str, module: str, handler: str) -> tuple[str, str]:
    """The start module's file name and text; ``module`` is a Python module or a JavaScript file."""
    python = runtime.startswith("python")
    text = _PYTHON if python else _JAVASCRIPT
    name = f"{MODULE}.py" if python else f"{MODULE}.mjs"
    return name, text.replace("@MODULE@", module).replace("@HANDLER@", handler)
