"""Every case of the language with the answer that Apache Velocity 1.7 gave to it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from workbench.localcloud.appsync.evaluation import Effects, Facts, FieldError
from workbench.localcloud.appsync.vtl.template import compile_template

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "language_cases.jsonl").read_text().splitlines()
]


def comparable(text: str) -> Any:
    """JSON by its value: the answers were written with blanks, AppSync writes none."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def test_there_are_all_cases() -> None:
    assert len({case["id"] for case in CASES}) == 149


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_language_case(case: dict[str, Any]) -> None:
    expected = case["expected"]
    context = copy.deepcopy(case["ctx"])
    effects = Effects()
    try:
        rendering = compile_template(case["text"]).render(context, effects, Facts(case["authType"]))
    except FieldError as error:
        assert error.error_type == expected["etype"]
        # The recorded message of a denial is only its type.
        assert expected["err"] in (error.message, error.error_type)
    else:
        assert "err" not in expected
        assert rendering.returned == expected.get("isret", False)
        if rendering.returned:
            assert rendering.value == expected["ret"]
        else:
            assert comparable(rendering.text) == comparable(expected["out"])
    for part in ("args", "stash", "result"):
        assert context[part] == expected[part]
    assert len(effects.errors) == expected["errors"]
    assert effects.subscription_filter == expected["filter"]
