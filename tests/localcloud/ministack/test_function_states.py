"""A function is ready in the answer that tells of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

ROLE = "arn:aws:iam::000000000000:role/function"


def _code(answer: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.js", f"exports.handler = async () => {answer};")
    return packed.getvalue()


def _states(stacks: Stacks) -> list[str]:
    functions = stacks.clients.lambda_
    made = functions.create_function(
        FunctionName="f",
        Role=ROLE,
        Runtime="nodejs22.x",
        Handler="index.handler",
        Code={"ZipFile": _code(1)},
    )
    recoded = functions.update_function_code(FunctionName="f", ZipFile=_code(2))
    changed = functions.update_function_configuration(FunctionName="f", Timeout=9)
    return [made["State"], recoded["LastUpdateStatus"], changed["LastUpdateStatus"]]


def test_nothing_waits_for_a_function(stacks: Stacks) -> None:
    assert _states(stacks) == ["Active", "Successful", "Successful"]
    answer = stacks.clients.lambda_.invoke(FunctionName="f")["Payload"].read()
    assert answer == b"2"


def test_without_the_patch_it_would_wait(stacks_without: Callable[[str], Stacks]) -> None:
    assert "InProgress" in _states(stacks_without("lambda_functions.states"))
