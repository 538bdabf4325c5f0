"""``undefined === null``, as AppSync answers it."""

from __future__ import annotations

import pytest

from tests.localcloud.appsync.javascript.conftest import Field
from workbench.localcloud.appsync.evaluation import TemplateError

TRUE = (
    "void 0 === null",
    "ctx.args.absent === null",
    "null === ctx.args.absent",
    "undefined === null",
    "ctx.args.none === undefined",
    "undefined === ctx.args.none",
    "ctx.args.none === void 0",
    "(void 0 === ctx.args.none)",
    "!(ctx.args.absent !== null)",
    "[ctx.args.absent].every(each => each === null)",
    "(() => { if (ctx.args.absent === null) { return true; } return false; })()",
    "`${ctx.args.absent === null}` === 'true'",
    "ctx.args.zero !== null",
    "ctx.args.zero !== undefined",
    "ctx.args.zero === 0",
    "ctx.args.empty !== null",
    "ctx.args.no !== null",
    "typeof undefined === 'undefined'",
    "ctx.args.zero + 1 !== '1'",
    "'x === null'.length === 10",
)


@pytest.mark.parametrize("expression", TRUE)
def test_nothing_is_equal_to_nothing(field: Field, expression: str) -> None:
    given = {"none": None, "zero": 0, "empty": "", "no": False}
    assert field.value(expression, arguments=given) is True


def test_code_keeps_its_places(field: Field) -> None:
    code = "export function request(ctx) {\n  if (ctx.args.x === null) throw ctx.y.z;\n}"
    with pytest.raises(TemplateError, match=r"\(code\.js:2:34\)"):
        field.run(code)
