"""Requests made to keep a server busy, by language and by what makes them so; and who watches.

Shared by the standing test, which asks for an answer at all, and by ``tests/bench/bombs.py``, which
asks how long others wait.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget

JS_RUNTIME = {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
SCHEMA = """
type Query { hello: String  js(a: AWSJSON): AWSJSON  vtl(a: AWSJSON): AWSJSON  rows: [Row!]  row:
Row } type Row { id: ID  next: Row  rows: [Row!]  text: String }
"""
_HANDLER = (
    "export function request(ctx) { %s }\nexport function response(ctx) { return ctx.result }"
)
_TREE = "let o = {}; for (const i of Array(30).fill(0)) { o = { a: o, b: o } }"
_EMPTY = "let o = []; for (const i of Array(40).fill(0)) { o = [o, o] }"
_LONG = "const t = 'a'.repeat(1000000); const u = 'a'.repeat(500000) + 'b';"

JAVASCRIPT = {
    "width: one object twice in each of 30 levels": _HANDLER % f"{_TREE} return {{ payload: o }}",
    "width: the same in the stash": _HANDLER % f"{_TREE} ctx.stash.o = o; return {{ payload: 1 }}",
    "width: the same as an error's data": _HANDLER % f"{_TREE} util.error('x', 'y', o)",
    "width: the same in the log": _HANDLER % f"{_TREE} console.log(o); return {{}}",
    "width: empty lists, flattened": _HANDLER
    % f"{_EMPTY} return {{ payload: o.flat(100).length }}",
    "width: a list without members": _HANDLER
    % "const a = []; a.length = 4294967295; return { payload: a.indexOf(1) }",
    "width: a list without members, joined": _HANDLER
    % "const a = []; a.length = 4294967295; return { payload: a.join('') }",
    "width: a list that grows while it is read": _HANDLER
    % "const a = [1]; for (const i of a) { a.push(i) } return {}",
    "depth: a function that calls itself": _HANDLER
    % "const f = (n) => f(n + 1) + 1; return { payload: f(0) }",
    "depth: branching calls": _HANDLER
    % "const f = (n) => (n < 1 ? 1 : f(n - 1) + f(n - 1)); return { payload: f(60) }",
    "text: doubled": _HANDLER
    % "let s = 'x'; for (const i of Array(40).fill(0)) { s = s + s } return { payload: s }",
    "text: searched": _HANDLER
    % f"{_LONG} let n = 0; for (const i of Array(99).fill(0)) {{ if (t.includes(u)) n = 1 }}"
    " return { payload: n }",
    "pattern": _HANDLER
    % "return { payload: util.matches('^(a+)+$', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab') }",
    "native: repeat": _HANDLER % "return { payload: 'x'.repeat(500000000) }",
    "native: sorted texts": _HANDLER
    % f"{_LONG} const a = Array(2000).fill(0).map((z, i) => t + i); return {{ payload: a.sort()[0] }}",  # noqa: E501
    "native: JSON of texts": _HANDLER
    % f"{_LONG} const a = Array(5000).fill(t); return {{ payload: JSON.stringify(a).length }}",
}

_VTL_TREE = (
    "#set($o = {'e': 1}) #foreach($i in [1..40]) #set($n = {}) $util.qr($n.put('a', $o))"
    " $util.qr($n.put('b', $o)) #set($o = $n) #end"
)
_PAYLOAD = '{"version": "2018-05-29", "payload": %s}'
VTL = {
    "width: one map twice in each of 40 levels": _VTL_TREE + (_PAYLOAD % "$util.toJson($o)"),
    "width: the same in the stash": _VTL_TREE
    + "$util.qr($ctx.stash.put('o', $o))"
    + (_PAYLOAD % "1"),
    "width: the same returned": _VTL_TREE + "#return($o)",
    "width: the same as text": _VTL_TREE + (_PAYLOAD % '"$o"'),
    "width: the same compared": _VTL_TREE
    + "#set($p = $o)"
    + _VTL_TREE
    + (_PAYLOAD % "#if($o == $p) 1 #else 2 #end"),
    "width: the same for DynamoDB": _VTL_TREE + (_PAYLOAD % "$util.dynamodb.toMapValuesJson($o)"),
    "width: loops in loops": "#foreach($a in [1..1000]) #foreach($b in [1..1000]) #foreach($c in"
    " [1..1000]) #set($x = $c) #end #end #end" + (_PAYLOAD % "1"),
    "width: a long range": "#foreach($i in [0..1000000000]) #end" + (_PAYLOAD % "1"),
    "width: a list that doubles": "#set($l = [1]) #foreach($i in [1..60]) $util.qr($l.addAll($l))"
    " #end" + (_PAYLOAD % "$l.size()"),
    "depth: a macro that calls itself twice": "#macro(m $n) #m($n) #m($n) #end #m(1)"
    + (_PAYLOAD % "1"),
    "depth: definitions": "".join(f"#define($d{i})$d{i + 1}$d{i + 1}#end" for i in range(18))
    + "#set($d18 = 'x')"
    + (_PAYLOAD % '"$d0$d0$d0$d0"'),
    "text: doubled": '#set($s = "x") #foreach($i in [1..60]) #set($s = "$s$s") #end'
    + (_PAYLOAD % '"$s"'),
    "text: parsed": "#set($s = '[') #foreach($i in [1..20]) #set($s = \"$s$s\") #end"
    + (_PAYLOAD % "$util.toJson($util.parseJson($s))"),
    "pattern": _PAYLOAD % "$util.matches('^(a+)+$', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')",
    "pattern: replaced": "#set($s = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')"
    + (_PAYLOAD % "\"$s.replaceAll('^(a|aa)+$', 'x')\""),
    "pattern: split": "#set($s = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')"
    + (_PAYLOAD % "$util.toJson($s.split('^(a|a?)+$'))"),
    "pattern: without groups": "#set($s = 'a') #foreach($i in [1..12]) #set($s = \"$s$s\") #end"
    + (_PAYLOAD % "$util.matches('a*a*a*a*a*a*b', $s)"),
}

HARMLESS_JAVASCRIPT = _HANDLER % "return { payload: 'fine' }"
HARMLESS_TEMPLATE = _PAYLOAD % '"fine"'


def _deep(levels: int) -> str:
    return "{ row " + "{ next " * levels + "{ id }" + " }" * levels + " }"


GRAPHQL = {
    "width: 2,400 fields with resolvers": "{" + " ".join(f"a{i}: hello" for i in range(2400)) + "}",
    "width: one field 3,000 times": "{" + " ".join("a: hello" for _ in range(3000)) + "}",
    "width: one field with selections 1,500 times": "{"
    + " ".join("row { id text }" for _ in range(1500))
    + "}",
    "width: fragments of fragments": "{ row { ...F0 } }"
    + "".join(
        f" fragment F{i} on Row {{ x{i}: next {{ ...F{i + 1} }} y{i}: next {{ ...F{i + 1} }} }}"
        for i in range(40)
    )
    + " fragment F40 on Row { id }",
    "width: directives": "{ hello " + "@include(if: true) " * 4000 + "}",
    "depth": _deep(3000),
    "depth: of a value": "{ js(a: " + "[" * 5000 + "]" * 5000 + ") }",
    "depth: of text": "{" * 100_000,
    "width: many operations": " ".join(f"query Q{i} {{ hello }}" for i in range(2500)),
    "width: many variables": "query("
    + " ".join(f"$v{i}: AWSJSON" for i in range(2500))
    + ") { js(a: $v0) }",
}


@dataclass
class Watch:
    """Asks for health and for a small query, again and again, on connections of its own."""

    endpoint: str
    url: str
    key: str
    health: list[float] = field(default_factory=list)
    query: list[float] = field(default_factory=list)

    def __enter__(self) -> Watch:
        self._stop = threading.Event()
        self._failures: list[Exception] = []
        self._threads = [
            threading.Thread(target=self._again_and_again, args=(ask, waits))
            for ask, waits in ((self._ask_health, self.health), (self._ask_query, self.query))
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def _again_and_again(self, ask: Callable[[httpx.Client], None], waits: list[float]) -> None:
        try:
            with httpx.Client(timeout=60) as client:
                while not waits or not self._stop.is_set():
                    began = time.perf_counter()
                    ask(client)
                    waits.append(time.perf_counter() - began)
                    self._stop.wait(0.02)
        except Exception as failure:  # noqa: BLE001 - raised where the watch ends
            self._failures.append(failure)

    def _ask_health(self, client: httpx.Client) -> None:
        client.get(f"{self.endpoint}/_amplify_tui/health").raise_for_status()

    def _ask_query(self, client: httpx.Client) -> None:
        asked = {"query": "{ hello }"}
        answer = client.post(self.url, json=asked, headers={"x-api-key": self.key})
        assert answer.json() == {"data": {"hello": "hi"}}, answer.text[:300]


@dataclass(frozen=True)
class Target:
    """An API on a running local cloud, whose ``js`` and ``vtl`` fields take any code."""

    client: Any
    endpoint: str
    api_id: str
    url: str
    key: str

    def ask(self, query: str, variables: Any = None, timeout: float = 60) -> httpx.Response:
        """Send an operation."""
        body = {"query": query, "variables": variables}
        return httpx.post(self.url, json=body, headers={"x-api-key": self.key}, timeout=timeout)

    def watch(self) -> Watch:
        """Someone else, while something runs."""
        return Watch(self.endpoint, self.url, self.key)

    def set_javascript(self, code: str) -> None:
        """Let ``js`` run a code."""
        self.client.update_resolver(
            apiId=self.api_id,
            typeName="Query",
            fieldName="js",
            dataSourceName="none",
            runtime=JS_RUNTIME,
            code=code,
        )

    def set_template(self, template: str) -> None:
        """Let ``vtl`` evaluate a template."""
        self.client.update_resolver(
            apiId=self.api_id,
            typeName="Query",
            fieldName="vtl",
            dataSourceName="none",
            requestMappingTemplate=template,
            responseMappingTemplate="$util.toJson($ctx.result)",
        )


def make_target(cloud: LocalTarget) -> Target:
    """An API for bombs."""
    client = Clients(cloud).client("appsync")
    made = client.create_graphql_api(name="bombs", authenticationType="API_KEY")["graphqlApi"]
    api_id = made["apiId"]
    key = client.create_api_key(apiId=api_id, expires=int(time.time()) + 30 * 86400)
    client.start_schema_creation(apiId=api_id, definition=SCHEMA.encode())
    client.create_data_source(apiId=api_id, name="none", type="NONE")
    common = {"apiId": api_id, "typeName": "Query", "dataSourceName": "none"}
    for name, payload in (("hello", '"hi"'), ("vtl", "1"), ("row", "{}"), ("rows", "[]")):
        client.create_resolver(
            **common,
            fieldName=name,
            requestMappingTemplate=_PAYLOAD % payload,
            responseMappingTemplate="$util.toJson($ctx.result)",
        )
    client.create_resolver(
        **common, fieldName="js", runtime=JS_RUNTIME, code=_HANDLER % "return { payload: 1 }"
    )
    return Target(client, cloud.endpoint, api_id, made["uris"]["GRAPHQL"], key["apiKey"]["id"])
