"""``@aws-appsync/utils/rds`` and ``/ai``: statements, their variables, and results."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.appsync.javascript.conftest import Field

RDS = (
    "import { sql, select, insert, update, remove, agg, typeHint, toJsonObject,"
    " createPgStatement as pg, createMySQLStatement as my } from '@aws-appsync/utils/rds';"
)

STATEMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "pg(select({ table: 'persons' }))": ('SELECT * FROM "persons"', {}),
    "my(select({ table: 'db.persons', columns: ['id', 'na`me'] }))": (
        "SELECT `id`, `na``me` FROM `db`.`persons`",
        {},
    ),
    "pg(select({ table: 'p', where: { name: { eq: 'S' }, age: { gt: 1 } }, limit: 10, offset: 40, "
    "orderBy: [{ column: 'age', dir: 'desc' }, { column: 'name' }] }))": (
        'SELECT * FROM "p" WHERE ("name" = :P0) AND ("age" > :P1) '
        'ORDER BY "age" DESC, "name" ASC LIMIT :P2 OFFSET :P3',
        {":P0": "S", ":P1": 1, ":P2": 10, ":P3": 40},
    ),
    "pg(select({ table: 'p', where: { or: [{ a: { contains: 'x' } }, { b: { beginsWith: 'y' } }], "
    "not: [{ c: { between: [1, 2] } }], d: { attributeExists: false }, e: { eq: null } } }))": (
        'SELECT * FROM "p" WHERE (("a" LIKE :P0) OR ("b" LIKE :P1)) AND '
        '(NOT (("c" BETWEEN :P2 AND :P3))) AND ("d" IS NULL) AND ("e" IS NULL)',
        {":P0": "%x%", ":P1": "y%", ":P2": 1, ":P3": 2},
    ),
    "pg(select({ from: { p: 'persons' }, columns: ['p.id', { n: agg.countDistinct('p.name') }], "
    "leftJoin: [{ from: 'jobs', on: { 'p.job': { eq: 'jobs.id' } } }], groupBy: ['p.id', 2], "
    "having: { 'p.age': { max: { gt: 3 } } } }))": (
        'SELECT "p"."id", COUNT(DISTINCT "p"."name") AS "n" FROM "persons" AS "p" '
        'LEFT JOIN "jobs" ON "p"."job" = "jobs"."id" GROUP BY "p"."id", 2 '
        'HAVING MAX("p"."age") > :P0',
        {":P0": 3},
    ),
    "pg(select({ from: { s: select({ table: 'p', where: { a: { eq: 1 } } }) }, "
    "join: [{ table: 'q', using: ['id'] }] }))": (
        'SELECT * FROM (SELECT * FROM "p" WHERE "a" = :P0) AS "s" JOIN "q" USING ("id")',
        {":P0": 1},
    ),
    "pg(insert({ table: 'p', values: { a: 1, b: null, c: undefined }, returning: '*' }))": (
        'INSERT INTO "p" ("a", "b") VALUES (:P0, :P1) RETURNING *',
        {":P0": 1, ":P1": None},
    ),
    "pg(update({ table: 'p', values: { a: 1 }, where: { id: { eq: 2 } }, returning: ['id'] }))": (
        'UPDATE "p" SET "a" = :P0 WHERE "id" = :P1 RETURNING "id"',
        {":P0": 1, ":P1": 2},
    ),
    "my(remove({ table: 'p', where: { id: { in: [1, 2] } } }))": (
        "DELETE FROM `p` WHERE `id` IN (:P0, :P1)",
        {":P0": 1, ":P1": 2},
    ),
    "my(sql`SELECT * FROM p WHERE a = ${1} AND b = ${'x; DROP'}`)": (
        "SELECT * FROM p WHERE a = :P0 AND b = :P1",
        {":P0": 1, ":P1": "x; DROP"},
    ),
    "my('SELECT 1')": ("SELECT 1", {}),
    "pg(select({ table: 'p', where: sql`a = ${5}` }))": (
        'SELECT * FROM "p" WHERE a = :P0',
        {":P0": 5},
    ),
}


@pytest.mark.parametrize(("expression", "expected"), STATEMENTS.items(), ids=[*STATEMENTS])
def test_statement(field: Field, expression: str, expected: tuple[str, dict[str, Any]]) -> None:
    made = field.value(expression, RDS)
    assert (made["statements"], made["variableMap"]) == ([expected[0]], expected[1])


def test_two_statements_share_their_variables(field: Field) -> None:
    made = field.value(
        "pg(insert({ table: 'p', values: { id: 1, at: typeHint.TIMESTAMP('2024'), "
        "more: typeHint.JSON({ a: 1 }) } }), select({ table: 'p', where: { id: { eq: 1 } } }))",
        RDS,
    )
    assert made == {
        "statements": [
            'INSERT INTO "p" ("id", "at", "more") VALUES (:P0, :P1, :P2)',
            'SELECT * FROM "p" WHERE "id" = :P3',
        ],
        "variableMap": {":P0": 1, ":P1": "2024", ":P2": '{"a":1}', ":P3": 1},
        "variableTypeHintMap": {":P1": "TIMESTAMP", ":P2": "JSON"},
    }


RESULT = {
    "sqlStatementResults": [
        {"numberOfRecordsUpdated": 1, "generatedFields": []},
        {
            "records": [[{"stringValue": "Twain"}, {"isNull": True}], [{"longValue": 5}, {}]],
            "columnMetadata": [{"name": "a", "label": "author"}, {"name": "b"}],
        },
    ]
}


@pytest.mark.parametrize(
    "expression",
    [
        "toJsonObject(ctx.result)",
        "toJsonObject(JSON.stringify(ctx.result))",
        "util.rds.toJsonObject(ctx.result)",
        "JSON.parse(util.rds.toJsonString(ctx.result))",
    ],
)
def test_results(field: Field, expression: str) -> None:
    value = field.value(expression, RDS, result=RESULT)
    assert value == [[], [{"author": "Twain", "b": None}, {"author": 5, "b": None}]]


def test_bedrock_requests(field: Field) -> None:
    imports = "import { invokeModel, converse } from '@aws-appsync/utils/ai';"
    value = field.value(
        "[invokeModel({ modelId: 'm', body: { a: 1 } }), converse({ modelId: 'm', messages: [] })]",
        imports,
    )
    assert value == [
        {"operation": "InvokeModel", "modelId": "m", "body": {"a": 1}},
        {"operation": "Converse", "modelId": "m", "messages": []},
    ]
