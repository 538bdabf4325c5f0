"""Whatever is cut out of or put into a code text, only errors of the field come out."""

from __future__ import annotations

import random

from tests.localcloud.appsync.javascript.conftest import Field
from workbench.localcloud.appsync.evaluation import FieldError
from workbench.localcloud.appsync.javascript.code_errors import code_errors

CODE = """import { util as u, runtime } from '@aws-appsync/utils';
import * as ddb from "@aws-appsync/utils/dynamodb";
const half = (a) => (a + 1) / 2 / 1; /* a comment */
export const response = (ctx) => ctx.result, more = `a ${`b ${half(1)}`} c`;
function ask(ctx) {
  const { id, ...rest } = ctx.args;
  for (const each of [1, 2]) { if (each > 1) break; }
  if (!id) u.unauthorized();
  ctx.stash.rest = { rest, 'quoted "key"': /[/"`]+/g.test(more) };
  return ddb.get({ key: { id }, projection: ['a.b[0]'] });
}
export { ask as request };
"""
PIECES = ["'", '"', "`", "${", "}", "{", "(", ")", "[", "]", "/", "//", "/*", "*/", "\\", "\n"]
WORDS = [
    "import",
    "export",
    "as",
    "from",
    "const",
    "default",
    "*",
    ";",
    ",",
    "async",
    "in",
    "\ud800",
]


def _broken(chance: random.Random) -> str:
    code = CODE
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(code))
        kind = chance.randrange(4)
        if kind == 0:
            code = code[:at]
        elif kind == 1:
            code = code[:at] + code[at + chance.randint(1, 12) :]
        elif kind == 2:
            code = code[:at] + chance.choice(PIECES) + code[at:]
        else:
            code = f"{code[:at]} {chance.choice(WORDS)} {code[at:]}"
        code = code or CODE
    return code


def test_broken_code_fails_the_field_and_nothing_else(field: Field) -> None:
    chance = random.Random(3)
    outcomes = {"failed": 0, "ran": 0}
    for _ in range(400):
        code = _broken(chance)
        errors = code_errors(code)
        try:
            field.run(code, arguments={"id": "a"})
            outcomes["ran"] += 1
        except FieldError as error:
            outcomes["failed"] += 1
            assert error.message
        else:
            assert all(error.kind == "LINT_ERROR" for error in errors), code
    assert min(outcomes.values()) > 10, outcomes


def test_no_broken_code_allows_who_is_denied(field: Field) -> None:
    """Without an id the handler denies; no change of the text may yield the request."""
    chance = random.Random(4)
    denied = 0
    for _ in range(200):
        code = _broken(chance)
        if "if (!id) u.unauthorized();" not in code:
            continue
        try:
            value = field.run(code, arguments={}).value
        except FieldError:
            denied += 1
        else:
            assert value is None or "unauthorized" not in code.split("/*")[0], code
    assert denied > 50
