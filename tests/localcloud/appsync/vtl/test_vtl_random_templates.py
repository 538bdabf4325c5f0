"""Whatever a template is: it gives a value, a FieldError or a TemplateError, and nothing else."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest

from tests.localcloud.appsync.vtl.random_templates import random_context, random_template
from workbench.localcloud.appsync.evaluation import (
    Effects,
    Evaluation,
    Facts,
    FieldError,
    TemplateError,
)
from workbench.localcloud.appsync.vtl.mapping import evaluate_mapping

FACTS = Facts("User Pool Authorization")
OUTER = {"module": "untouched", "list": [1, 2, 3]}


def evaluate(text: str, context: dict[str, Any]) -> Evaluation | FieldError:
    try:
        return evaluate_mapping(text, context, Effects(), FACTS)
    except FieldError as error:
        return error


@pytest.mark.parametrize("seed", range(40))
def test_random_templates_end_in_a_value_or_a_field_error(seed: int) -> None:
    source = random.Random(seed)
    before = copy.deepcopy(OUTER)
    values = 0
    for number in range(100):
        # Few random texts are JSON: every second template ends with a value.
        text = random_template(source) + ("#return($ctx.stash)" if number % 2 else "")
        context = random_context(source)
        shared = context["stash"]
        outcome = evaluate(text, context)
        if isinstance(outcome, FieldError):
            assert outcome.message, text
        else:
            values += 1
            json.dumps(outcome.value)
        assert context["stash"] is shared, text
    assert before == OUTER
    assert values > 5


@pytest.mark.parametrize("seed", range(10))
def test_a_denial_that_is_reached_is_never_a_value(seed: int) -> None:
    source = random.Random(1000 + seed)
    for _ in range(100):
        text = random_template(source)
        outcome = evaluate("#if(true)$util.unauthorized()#end" + text, random_context(source))
        assert isinstance(outcome, FieldError), text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("#set($x = 'ab')\n#foreach($i in [1..60])#set($x = \"$x$x\")#end", "longer than 5 MB"),
        ("#set($l=[1])#foreach($i in [1..60])$util.qr($l.addAll($l))#end", "more than"),
        ("#foreach($i in [1..1001])x#end", "1000 members"),
        (
            "#foreach($a in [1..900])\n#foreach($b in [1..900])x#end#end",
            "more than 200000 iterations",
        ),
        ("#foreach($a in [1..900])" + "y" * 9000 + "#end", "larger than 5 MB"),
        ("#set($m={})$util.qr($m.put('m', $m))\n$util.toJson($m)", "contains itself"),
        ("#set($m={})$util.qr($m.put('m', $m))\n#return($m)", "contains itself"),
        (
            "#set($l=[1,1])#foreach($i in [1..60])#set($l=[$l,$l])#end\n$util.toJson($l)",
            "contains itself",
        ),
        ("#set($l=[1,1])#foreach($i in [1..60])#set($l=[$l,$l])#end\n$l", "longer than 5 MB"),
        ("#set($x=9)#foreach($i in [1..90])#set($x=$x*$x)#end", "too large"),
        ("#if(" + "(" * 5000 + "true" + ")" * 5000 + ")x#end", "levels deep"),
        ("#set($x=" + "[" * 5000 + "]" * 5000 + ")", "levels deep"),
        ("#if(true)" * 5000 + "#end" * 5000, "levels deep"),
        ("#macro(f)#f()#end#f()", "levels deep"),
        ("#define($a)$a#end$a", "levels deep"),
        ("$util.parseJson('" + "[" * 20000 + "')", ""),
        ("x" * 70_000, "64 KB"),
        ("$util.nonsense()", "$util.nonsense() is unknown"),
        ("#if($util.list)x#end", "is not a value"),
        ("$util.isNull()", "can't take 0 values"),
        ("$ctx.stash.s.codePointAt(0)", "not supported"),
        ("\n\n#if(true)", "Template line 3"),
        ("a\n#end", "Template line 2"),
        ("a\n$util.toJson($util.math.roundNum('x'))", "Template line 2: $util.math.roundNum()"),
        ("", "empty response"),
        ('{"a": }', "Unable to convert"),
        ("NaN", "Unable to convert"),
        ("#set($util = 1)1", "can't assign"),
        ('#set($s="abc")$s.matches("(")', "not a regular expression"),
        ("#parse('x')", "not available"),
    ],
    ids=lambda value: value[:20],
)
def test_what_goes_wrong_is_told(text: str, problem: str) -> None:
    with pytest.raises(TemplateError) as raised:
        evaluate_mapping(text, {"stash": {"s": "x"}}, Effects(), FACTS)
    assert problem in raised.value.message
    assert raised.value.error_type == "MappingTemplate"
