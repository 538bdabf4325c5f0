"""A template, parsed once: compiled from its text, rendered as often as needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workbench.localcloud.appsync.evaluation import (
    Context,
    Effects,
    Facts,
    FieldError,
    TemplateError,
)
from workbench.localcloud.appsync.vtl.blocks import parse_block
from workbench.localcloud.appsync.vtl.directives import DIRECTIVES
from workbench.localcloud.appsync.vtl.macros import macro_names
from workbench.localcloud.appsync.vtl.render_state import (
    Broken,
    Node,
    RenderError,
    RenderState,
    Returned,
    Stopped,
    joined,
)
from workbench.localcloud.appsync.vtl.source import Source

CACHED_TEMPLATES = 4096
LONGEST_TEMPLATE = 64 * 1024
"""AppSync's quota of a mapping template's size, 64 KB."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A template's result: its text, or the value of ``#return``."""

    text: str
    returned: bool = False
    value: Any = None


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled template, for any number of threads."""

    root: Node

    def render(self, context: Context, effects: Effects, facts: Facts) -> Rendering:
        """Evaluate it; raises FieldError and TemplateError, and nothing else."""
        state = RenderState(context, effects, facts)
        try:
            try:
                self.root(state)
            except (Stopped, Broken):
                # What was written until here is the result.
                return Rendering(joined(state.pieces))
            except Returned as returned:
                return Rendering("", True, returned.value)
            return Rendering(joined(state.pieces))
        except FieldError:
            raise
        except Exception as problem:  # noqa: BLE001 - fail closed, whatever went wrong
            raise _error(problem) from None


def _error(problem: Exception) -> TemplateError:
    """What went wrong as a TemplateError that names the line where it is known."""
    if isinstance(problem, RenderError):
        where = "" if problem.line is None else f"Template line {problem.line}: "
        return TemplateError(f"{where}{problem.message}")
    if isinstance(problem, RecursionError):
        return TemplateError("The template nests too deeply")
    return TemplateError(f"The template failed ({type(problem).__name__})")


def compile_template(text: str) -> Template:
    """Compile a template, or take it from the cache; TemplateError where it can't be parsed."""
    try:
        return _compile(text)
    except TemplateError:
        raise
    except Exception as problem:  # noqa: BLE001 - fail closed, whatever went wrong
        raise _error(problem) from None


def forget_templates() -> None:
    """Empty the cache of compiled templates."""
    _compile.cache_clear()


@lru_cache(maxsize=CACHED_TEMPLATES)
def _compile(text: str) -> Template:
    if len(text) > LONGEST_TEMPLATE:
        raise TemplateError("The template is larger than 64 KB")
    source = Source(text, DIRECTIVES, macro_names=macro_names(text))
    root, _ = parse_block(source, frozenset())
    return Template(root)
