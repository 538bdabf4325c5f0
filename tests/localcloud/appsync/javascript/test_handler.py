"""Handlers: their forms, what they give back, what they change, and what stops them."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.localcloud.appsync.javascript.conftest import Field
from workbench.localcloud.appsync.evaluation import FieldError, TemplateError

FORMS = {
    "function": "export function request(ctx) { return ctx.args.id }",
    "arrow": "export const request = (ctx) => ctx.args.id",
    "let": "export let request = function (ctx) { return ctx.args.id }",
    "listed": "function request(ctx) { return ctx.args.id }\nexport { request }",
    "renamed": "const ask = (ctx) => ctx.args.id;\nexport { ask as request };",
    "second of a declaration": "export const response = (ctx) => 1, request = (ctx) => ctx.args.id;",  # noqa: E501
    "without semicolons": (
        "export const response = (ctx) => 1\nexport const request = (ctx) => ctx.args.id\n"
    ),
    "destructured": (
        "const make = () => ({ ask: (ctx) => ctx.args.id, response: () => 1 });\n"
        "export const { ask: request, response } = make();"
    ),
}


@pytest.mark.parametrize("code", FORMS.values(), ids=FORMS.keys())
def test_every_form_of_an_export_is_found(field: Field, code: str) -> None:
    assert field.run(code, arguments={"id": "p1"}).value == "p1"


IMPORTS = {
    "names": "import { util } from '@aws-appsync/utils';",
    "double quotes": 'import { util, runtime } from "@aws-appsync/utils"',
    "over lines": "import {\n  extensions,\n  util,\n} from '@aws-appsync/utils';",
    "renamed": "import { util as u } from '@aws-appsync/utils'; const util = u;",
    "whole module": "import * as utils from '@aws-appsync/utils'; const { util } = utils;",
    "after the code": "",
}


@pytest.mark.parametrize("imports", IMPORTS.values(), ids=IMPORTS.keys())
def test_every_form_of_an_import_is_answered(field: Field, imports: str) -> None:
    code = f"{imports}\nexport const request = () => util.isNull(null)\n"
    if not imports:
        code += "import { util } from '@aws-appsync/utils'"
    assert field.run(code).value is True


def test_strings_comments_templates_and_regular_expressions_are_no_statements(field: Field) -> None:
    code = """
// import { nothing } from 'nowhere';
/* export const request = 1; */
const text = "import x from 'y'; export {";
const template = `export ${`import ${1 + 1}`} }`;
const pattern = /export { "'`/;
const half = (4) / 2 / 1;
export function request(ctx) {
  const o = { import: 1, export: 2 };
  if (ctx) /}/.test("}");
  return [text.length, template, o.import + o.export, half, pattern.source];
}
"""
    assert field.run(code).value == [27, "export import 2 }", 3, 2, "export { \"'`"]


def test_util_extensions_runtime_and_console_are_global(field: Field) -> None:
    value = field.value("[typeof util, typeof extensions, typeof runtime, typeof console]")
    assert value == ["object"] * 4


@pytest.mark.parametrize(
    "name", ["require", "fetch", "setTimeout", "process", "std", "os", "__runtime", "Deno"]
)
def test_nothing_leads_out_of_the_engine(field: Field, name: str) -> None:
    assert field.value(f"typeof {name}") == "undefined"


def test_undefined_is_left_out_and_numbers_json_lacks_are_null(field: Field) -> None:
    value = field.value("{ a: undefined, b: [undefined], c: NaN, d: 1 / 0, e: () => 1, f: null }")
    assert value == {"b": [None], "c": None, "d": None, "f": None}


def test_dates_are_iso_texts(field: Field) -> None:
    assert field.value("new Date(0)") == "1970-01-01T00:00:00.000Z"


def test_a_handler_without_a_result_gives_none(field: Field) -> None:
    assert field.run("export function request() {}").value is None


@pytest.mark.parametrize(
    "text", ["aé😀", "half \ud800", "line\nbreak", "null\x00byte", "\u2028", '"\\']
)
def test_texts_arrive_and_return_unchanged(field: Field, text: str) -> None:
    assert field.value("ctx.args", arguments={"text": text}) == {"text": text}


def test_stash_and_arguments_are_changed_in_place(field: Field) -> None:
    stash: dict[str, Any] = {"kept": [1], "gone": 1}
    arguments: dict[str, Any] = {"input": {"title": "x"}}
    field.run(
        """export function request(ctx) {
          delete ctx.stash.gone;
          ctx.stash.kept.push(2);
          ctx.stash.more = { a: null };
          ctx.args.input.owner = "me";
        }""",
        arguments=arguments,
        stash=stash,
    )
    assert stash == {"kept": [1, 2], "more": {"a": None}}
    assert field.context["stash"] is stash
    assert field.context["args"] is field.context["arguments"] is arguments
    assert arguments == {"input": {"title": "x", "owner": "me"}}


def test_numbers_that_a_handler_leaves_alone_stay_as_they_are(field: Field) -> None:
    arguments = {"float": 1.0, "large": 12345678901234567890, "text": "é"}
    field.run("export const request = (ctx) => ctx.args.float", arguments=arguments)
    assert repr(field.context["args"]) == repr(arguments)
    assert isinstance(arguments["float"], float)
    assert arguments["large"] == 12345678901234567890


def test_a_change_before_an_error_stays(field: Field) -> None:
    with pytest.raises(FieldError):
        field.run("export function request(ctx) { ctx.stash.seen = true; util.error('no') }")
    assert field.context["stash"] == {"seen": True}


def test_the_next_evaluation_knows_nothing_of_the_last_one(field: Field) -> None:
    code = "let calls = 0;\nexport function request() { calls += 1; return calls }"
    assert [field.run(code).value for _ in range(3)] == [1, 1, 1]


def test_an_error_has_its_type_data_and_info(field: Field) -> None:
    with pytest.raises(FieldError) as raised:
        field.run("export const request = () => util.error('No', 'Bad', { a: 1 }, { b: 2 })")
    error = raised.value
    assert (error.message, error.error_type, error.data, error.info) == (
        *("No", "Bad"),
        {"a": 1},
        {"b": 2},
    )
    assert not isinstance(error, TemplateError)


def test_unauthorized_names_the_field(field: Field) -> None:
    with pytest.raises(FieldError) as raised:
        field.run("export const request = () => util.unauthorized()")
    assert raised.value.message == "Not Authorized to access getPost on type Query"
    assert raised.value.error_type == "Unauthorized"


def test_a_denial_cannot_be_caught(field: Field) -> None:
    code = "export function request() { try { util.unauthorized() } catch { return 'allowed' } }"
    with pytest.raises(FieldError) as raised:
        field.run(code)
    assert raised.value.error_type == "Unauthorized"


def test_append_error_continues(field: Field) -> None:
    value = field.run(
        "export function request() { util.appendError('Soft', 'Kind', { a: 1 }); return 'on' }"
    ).value
    assert value == "on"
    assert [(error.message, error.error_type, error.data) for error in field.effects.errors] == [
        ("Soft", "Kind", {"a": 1})
    ]


def test_validate_stops_only_where_it_is_not_true(field: Field) -> None:
    assert field.run("export function request() { util.validate(true, 'x'); return 1 }").value == 1
    with pytest.raises(FieldError) as raised:
        field.run("export function request() { util.validate(false, 'Wrong') }")
    assert (raised.value.message, raised.value.error_type) == ("Wrong", "CustomTemplateException")


def test_an_early_return_ends_the_handler(field: Field) -> None:
    found = field.run("export function request() { runtime.earlyReturn({ a: 1 }); return 2 }")
    assert (found.value, found.returned, found.skip_to) == ({"a": 1}, True, "NEXT")
    found = field.run("export function request() { runtime.earlyReturn(null, { skipTo: 'END' }) }")
    assert (found.value, found.returned, found.skip_to) == (None, True, "END")


def test_logs_say_where_they_were_written(field: Field) -> None:
    field.run(
        "import { util } from '@aws-appsync/utils';\n\nexport function request(ctx) {\n"
        "    console.log('This request is allowed');\n"
        "    console.error('no', { id: 1 }, undefined);\n}"
    )
    assert field.effects.logs == [
        'INFO - code.js:4:5: "This request is allowed"',
        'ERROR - code.js:5:5: "no" {"id":1} undefined',
    ]


FAILURES = {
    "missing member": ("return ctx.args.a.b", "TypeError: cannot read property 'b' of undefined"),
    "unknown name": ("return nothing", "ReferenceError: nothing is not defined"),
    "big integer": ("return 10n", "BigInt"),
    "circle": ("const a = {}; a.a = a; return a", "circular"),
    "endless loop": ("for (;;) {}", "Code took longer than 1 s to run"),
    "endless loop in try": ("try { for (;;) {} } catch { return 1 }", "Code took longer than"),
    "too much memory": ("const a = []; for (;;) a.push({})", "Code needs more than 64 MB"),
    "one huge text": ("return 'x'.repeat(100000000)", "Code needs more than 64 MB"),
    "too deep": ("const f = () => 1 + f(); return f()", "Maximum call stack size exceeded"),
    "stash of no JSON": ("ctx.stash.a = 10n", "BigInt"),
    "slow pattern": ("return util.matches('(a+)+$', 'a'.repeat(40) + 'b')", "Code took longer"),
}


@pytest.mark.parametrize(("body", "message"), FAILURES.values(), ids=FAILURES.keys())
def test_code_that_fails_fails_the_field_with_a_clear_message(
    field: Field, body: str, message: str
) -> None:
    code = f"export function request(ctx) {{\n  {body}\n}}"
    for _ in range(2):
        with pytest.raises(TemplateError) as raised:
            field.run(code)
        assert message in raised.value.message
        assert raised.value.error_type == "Code"


def test_other_code_runs_after_code_that_was_stopped(field: Field) -> None:
    with pytest.raises(TemplateError):
        field.run(
            "export function request(ctx) { if (ctx.args.stop) for (;;) {} return 1 }",
            arguments={"stop": True},
        )
    code = "export function request(ctx) { if (ctx.args.stop) for (;;) {} return 1 }"
    assert field.run(code, arguments={}).value == 1


def test_a_failure_says_where(field: Field) -> None:
    with pytest.raises(TemplateError) as raised:
        field.run("export function request(ctx) {\n  return ctx.args.a.b;\n}")
    assert "(code.js:2:" in raised.value.message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("export function request( {", "SyntaxError"),
        ("export function request() { return 'open }", "Unterminated string"),
        ("import fs from 'fs';", "Cannot find module 'fs'"),
        ("import { a } from './other.js';", "Cannot find module './other.js'"),
        ("export function response() {}", "exports no function named request"),
        ("export const request = 5;", "exports no function named request"),
        ("function request() {}", "exports no function named request"),
        ("", "exports no function named request"),
    ],
)
def test_code_that_is_no_handler_fails_with_a_clear_message(
    field: Field, code: str, message: str
) -> None:
    with pytest.raises(TemplateError) as raised:
        field.run(code)
    assert message in raised.value.message


def test_every_thread_has_engines_of_its_own(field: Field) -> None:
    code = "export const request = (ctx) => ctx.args.n * 2"
    found: list[Any] = []

    def work(number: int) -> None:
        mine = Field()
        found.extend(mine.run(code, arguments={"n": number}).value for _ in range(50))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(found) == [number * 2 for number in range(4) for _ in range(50)]
    assert field.run(code, arguments={"n": 4}).value == 8
