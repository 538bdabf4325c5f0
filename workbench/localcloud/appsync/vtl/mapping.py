"""Evaluate one mapping template: its rendered text as JSON, or what ``#return`` gives."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from workbench.localcloud.appsync.evaluation import (
    Context,
    Effects,
    Evaluation,
    Facts,
    FieldError,
    TemplateError,
)
from workbench.localcloud.appsync.vtl.json_text import check_size, parse_json
from workbench.localcloud.appsync.vtl.render_state import RenderError
from workbench.localcloud.appsync.vtl.template import compile_template

_CHANGE = re.compile(
    r"#\{?(?:macro|define|evaluate)\b"
    r"|#\{?set\}?\s*\(\s*\$!?\{?(?:[\w-]+\s*[.\[]|ctx\b|context\b)"
    r"|\.(?:put|add|remove|retain|clear|set|sort|replace|reverse)\w*\s*\("
)


_ROOTS = ("stash", "arguments", "source", "identity", "request")
"""What templates may change and later ones get; results are another for each."""

_SHOWN = 1_000
"""Characters of a text that is not valid JSON, as its error shows it."""


def evaluate_mapping(text: str, context: Context, effects: Effects, facts: Facts) -> Evaluation:
    """Evaluate a template's text with the field's context, which it may change.

    Raises FieldError for what the template raises (``$util.error``, ``$util.unauthorized``) and
    TemplateError for everything that goes wrong: an unknown function, a text that is not JSON, a
    limit. Nothing else ever gets out.
    """
    if "args" in context:
        context.setdefault("arguments", context["args"])
    else:
        context["args"] = context.setdefault("arguments", {})
    rendering = compile_template(text).render(context, effects, facts)
    try:
        # What it left there is written as JSON by whoever comes next.
        for name in what_may_change(text):
            check_size(context.get(name))
        if rendering.returned:
            return Evaluation(_returned(rendering.value), returned=True)
        return Evaluation(_parsed(rendering.text))
    except FieldError:
        raise
    except RenderError as problem:
        raise TemplateError(problem.message) from None
    except Exception as problem:  # noqa: BLE001 - fail closed, whatever went wrong
        raise TemplateError(
            f"The template's result is unusable ({type(problem).__name__})"
        ) from None


def _parsed(text: str) -> Any:
    if not text.strip():
        raise TemplateError("Template transformation yielded an empty response.")
    try:
        return parse_json(text.strip())
    except ValueError as problem:
        shown = text.strip()[:_SHOWN]
        raise TemplateError(f"Unable to convert {shown} to Object: {problem}") from None


def _returned(value: Any) -> Any:
    """A returned map or list as it is; a text that is an object or a list as what it says."""
    if isinstance(value, dict | list):
        check_size(value)
        return value
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return parse_json(value)
        except ValueError:
            return value
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise RenderError("#return was given a value that is not valid JSON")


@lru_cache(maxsize=4096)
def what_may_change(text: str) -> tuple[str, ...]:
    """The parts of the context that a template may change; none for most response templates."""
    if _CHANGE.search(text) is None:
        return ()
    if "entrySet" in text or "values" in text or "evaluate" in text:
        return _ROOTS
    return tuple(name for name in _ROOTS if name in text or name in ("stash", "arguments"))
