"""PartiQL's ``FROM table.index`` without quotes: ministack takes it for one table's name.

DynamoDB does not repeat the name of a missing table.
"""

from __future__ import annotations

import re
from typing import Any

_FROM = re.compile(
    r"^(?P<before>\s*SELECT\b(?:[^'\"]|'[^']*'|\"[^\"]*\")*?\bFROM\s+)"
    r"(?P<table>[A-Za-z_]\w*)\.(?P<index>[A-Za-z_]\w*)",
    re.IGNORECASE,
)


def install() -> None:
    """Put the quotes in, and leave the name out."""
    from ministack.services import dynamodb

    parse, execute = dynamodb._parse_partiql, dynamodb._execute_statement

    def parsed(statement: Any, parameters: Any) -> Any:
        return parse(quoted(statement) if isinstance(statement, str) else statement, parameters)

    def executed(data: Any) -> Any:
        status, headers, body = execute(data)
        if status == 400 and b"Requested resource not found: Table" in body:
            text = "Requested resource not found"
            return dynamodb.error_response_json("ResourceNotFoundException", text, 400)
        return status, headers, body

    dynamodb._parse_partiql, dynamodb._execute_statement = parsed, executed


def quoted(statement: str) -> str:
    """The statement with its table and index in quotes."""
    return _FROM.sub(
        lambda found: f'{found["before"]}"{found["table"]}"."{found["index"]}"', statement, count=1
    )
