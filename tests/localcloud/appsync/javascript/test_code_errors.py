"""What is refused at upload, and that nothing is that AppSync takes."""

from __future__ import annotations

import pytest

from tests.localcloud.appsync.javascript.conftest import Field
from workbench.localcloud.appsync.javascript.code_errors import CodeError, code_errors
from workbench.localcloud.appsync.javascript.modules import MODULES
from workbench.localcloud.appsync.javascript.tokens import tokenize

REFUSED = {
    "try { a() } catch (e) { b() } finally { c() }": {"Try statements are not supported."},
    "throw new Error('no')": {"Throw statements are not supported."},
    "while (true) {}": {"While statements are not supported."},
    "do { a() } while (true)": {"do...while statements are not supported."},
    "for (let i = 0; i < 3; i += 1) {}": {"For statements are not supported."},
    "for (;;) {}": {"For statements are not supported."},
    "for (const a of b) { continue }": {"Continue statements are not supported"},
    "const f = async () => 1": {"Async functions are not supported."},
    "async function f() {}": {"Async functions are not supported."},
    "const f = async x => x": {"Async functions are not supported."},
    "function* f() { yield 1 }": {
        "Generator functions are not supported.",
        "Yield statements are not supported",
    },
    "class A {}": {"Class declarations are not supported."},
    "const f = () => this.a": {"This expressions are not supported."},
    "const a = 'x' in ctx": {"in operator is not supported. Use Object.hasOwn()."},
    "const a = ctx instanceof Object": {"The operator instanceof is not supported"},
    "let i = 0; i++": {"The operator ++ is not supported"},
    "let i = 0; --i": {"The operator -- is not supported"},
    "const a = ~ctx.args.n": {"The operator ~ is not supported"},
    "const a = /x/.test('x')": {"Regex literals are not supported."},
    "outer: for (const a of b) { break outer }": {"Labeled statements are not supported."},
    "const p = new Promise(() => 1)": {"Promise is not supported"},
}


@pytest.mark.parametrize(("statement", "messages"), REFUSED.items(), ids=[*REFUSED])
def test_refused(statement: str, messages: set[str]) -> None:
    errors = code_errors(f"export function request(ctx) {{\n  {statement}\n}}")
    assert {error.message for error in errors} == messages
    assert {(error.kind, error.line) for error in errors} == {("LINT_ERROR", 2)}


TAKEN = [
    "for (const a of b) { if (a) break }",
    "for (const a in b) {}",
    "const { a = 1, ...rest } = ctx.args; const c = [...a, ...rest]",
    "const a = `while ${ctx.args.try ?? 'for (;;) {}'} throw`",
    "const a = { in: 1, class: 2, this: 3, try: 4, while: ctx.args.while, async: 5 }",
    "const a = ctx.args?.for?.throw",
    "// while (true) {}\n/* i++ ~ /x/ */ const a = 1 / 2 / 3",
    "const a = 'throw' + \"try {\" + '\\'~'",
    "switch (ctx.a) { case 1: { break } default: { return 2 } }",
    "const a = [1].map((x) => x + 1).filter((x) => x > 1).reduce((l, r) => l + r, 0)",
    "let i = 0; i += 1; i -= 1; const j = i ** 2 | 1 & 3 ^ 2 >> 1 >>> 1",
    "const a = typeof ctx === 'object' ? void 0 : !ctx",
    "delete ctx.stash.a; const o = Object.hasOwn(ctx, 'a')",
    "const a = ctx.a ? ctx.b : { c: 1 }",
    "const half = (ctx.a + 1) / 2; const third = ctx.list[0] / 3 / 1",
    "util.error('x'); runtime.earlyReturn(); JSON.stringify(new Date(0))",
]


@pytest.mark.parametrize("statement", TAKEN)
def test_taken(statement: str) -> None:
    code = f"import {{ util }} from '@aws-appsync/utils';\nexport function request(ctx) {{\n{statement}\n}}"  # noqa: E501
    assert code_errors(code) == ()


@pytest.mark.parametrize(
    ("imports", "unknown"),
    [
        ("import { utl } from '@aws-appsync/utils';", "utl"),
        ("import util from '@aws-appsync/utils';", "default"),
        ("import { get, fetch as f } from '@aws-appsync/utils/dynamodb';", "fetch"),
    ],
)
def test_a_name_that_no_module_exports(imports: str, unknown: str) -> None:
    [error] = code_errors(f"{imports}\nexport const request = () => 1")
    assert error.message.endswith(f"has no exported member '{unknown}'.")
    assert (error.kind, error.line) == ("LINT_ERROR", 1)


def test_types_may_be_imported() -> None:
    code = "import { Context, util } from '@aws-appsync/utils';\nexport const request = () => 1"
    assert code_errors(code) == ()


@pytest.mark.parametrize("module", MODULES)
def test_each_export_is_there(field: Field, module: str) -> None:
    names = field.value("Object.keys(all)", f"import * as all from '{module}';")
    assert {*names} == MODULES[module]


def test_an_error_says_where_it_is() -> None:
    code = "import { util } from '@aws-appsync/utils';\nexport const request = () => {\n  while (1) {}\n};"  # noqa: E501
    assert code_errors(code) == (
        CodeError("LINT_ERROR", "While statements are not supported.", 3, 3, 5),
    )


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("export function request(ctx) {\n  return ctx..args\n}", 2),
        ("export function request(ctx) {\n  const a = 1;\n  const a = 2;\n}", 3),
        ("export function request(ctx) {\n", 2),
        ("import fs from 'node:fs';\nexport const request = () => 1", 1),
        ("\n\nimport { a } from './a.js';", 3),
        ("export const request = () => `open", 1),
        ("export const request = () => 1 /* open", 1),
        ("return 1", 1),
        ("import { util as u extensions } from '@aws-appsync/utils';", 1),
        ("import util extensions from '@aws-appsync/utils';", 1),
        ("const a = 1;\n}); (() => {", 2),
    ],
)
def test_code_that_does_not_parse(code: str, line: int) -> None:
    errors = code_errors(code)
    assert errors
    assert errors[0].kind == "PARSER_ERROR"
    assert errors[0].line == line


def test_a_token_knows_its_place() -> None:
    tokens = tokenize("a\n  `x\ny${b}z` /c; (/[/)]/g) / 0x1F.5e-3\r\n  d")
    places = [(token.text, token.kind, token.line, token.column, token.depth) for token in tokens]
    assert places[:6] == [
        ("a", "word", 1, 0, 0),
        ("`x\ny${", "template", 2, 2, 0),
        ("b", "word", 3, 3, 1),
        ("}z`", "template", 3, 4, 0),
        ("/", "punctuator", 3, 8, 0),
        ("c", "word", 3, 9, 0),
    ]
    assert [token.text for token in tokens[6:]] == [
        *(";", "(", "/[/)]/g", ")"),
        *("/", "0x1F", ".5e-3", "d"),
    ]
    assert places[-1] == ("d", "word", 4, 2, 0)
