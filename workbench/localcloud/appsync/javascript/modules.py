"""Turns the ES module of a handler into the body of a plain function.

The embedded engine evaluates ES modules, but its Python binding offers no module loader, so
``import`` of ``@aws-appsync/utils`` cannot be answered. The statements are therefore found by
tokens and replaced: what is imported becomes constants in front of the code, what is exported is
returned at its end. The rest stays as it is, at its own lines and columns, so that messages point
into the user's file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.localcloud.appsync.javascript.equality import loose_comparisons
from workbench.localcloud.appsync.javascript.tokens import Token, tokenize

_DYNAMODB = (
    "batchDelete batchGet batchPut get operations put query remove scan sync toBinarySet"
    " toNumberSet toStringSet transactGet transactWrite update"
)
_RDS = (
    "agg createMySQLStatement createPgStatement insert remove select sql toJsonObject typeHint"
    " update"
)
MODULES = {
    "@aws-appsync/utils": frozenset(("util", "extensions", "runtime")),
    "@aws-appsync/utils/ai": frozenset(("invokeModel", "converse")),
    "@aws-appsync/utils/dynamodb": frozenset(_DYNAMODB.split()),
    "@aws-appsync/utils/rds": frozenset(_RDS.split()),
}
"""The modules that handlers may import, with the values that each exports."""
HANDLERS = ("request", "response")
PREFIX_LINES = 1
"""How many lines stand before the user's first one."""

_STATEMENTS = "const let var function class export import if for while do switch return throw try"
_STATEMENT_WORDS = frozenset(_STATEMENTS.split())


class ModuleError(ValueError):
    """A statement that no module of APPSYNC_JS has at its top: an unknown import, a return."""

    def __init__(self, message: str, token: Token) -> None:
        super().__init__(message)
        self.message = message
        self.token = token


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name; ``name`` is ``*`` for the whole module."""

    module: str
    name: str
    local: str
    token: Token


@dataclass
class Module:
    """The imports and exports of one source text; ``cuts`` are blanked."""

    tokens: list[Token]
    imports: list[Import] = field(default_factory=list)
    exports: dict[str, str] = field(default_factory=dict)
    cuts: list[tuple[int, int]] = field(default_factory=list)
    default_at: list[tuple[int, int]] = field(default_factory=list)


def as_function(code: str) -> str:
    """JavaScript for a function of the modules that returns ``{request, response}``.

    Raises :class:`ModuleError` and :class:`UnreadableCodeError`.
    """
    module = read_module(code)
    bindings = "".join(_binding(each) for each in module.imports)
    body = _blank(code, module)
    members = ", ".join(
        f"{name}: {module.exports[name]}" for name in HANDLERS if name in module.exports
    )
    start = f'(function (__modules, __exports) {{ "use strict"; {bindings}'
    return f"{start}\n{body}\n;return {{{members}}}; }})"


def read_module(code: str) -> Module:
    """Find the imports and exports of a source text."""
    module = Module(tokenize(code))
    tokens = module.tokens
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.depth == 0 and token.kind == "word" and not _is_member(tokens, at):
            if token.text == "return":
                raise ModuleError("return not in a function", token)
            if token.text == "import" and not _text(tokens, at + 1).startswith(("(", ".")):
                at = _read_import(module, at)
                continue
            if token.text == "export":
                at = _read_export(module, at)
                continue
        at += 1
    return module


def _read_import(module: Module, at: int) -> int:
    """Read one statement whose ``import`` is at ``at``; the position behind it."""
    tokens, first = module.tokens, module.tokens[at]
    at += 1
    names: list[tuple[str, str, Token]] = []
    separator = "," if at < len(tokens) and tokens[at].kind != "string" else "from"
    while separator == ",":
        at, listed = _read_import_clause(tokens, at, first)
        names += listed
        separator = _text(tokens, at)
        if separator not in (",", "from"):
            raise ModuleError("'from' expected", tokens[min(at, len(tokens) - 1)])
        at += 1
    at, source = _read_source(module, at, first)
    module.imports += [Import(source, name, local, token) for name, local, token in names]
    return at


def _read_import_clause(
    tokens: list[Token], at: int, first: Token
) -> tuple[int, list[tuple[str, str, Token]]]:
    """Read ``name``, ``* as name`` or ``{ names }``: the position behind it, and what it names."""
    text = _text(tokens, at)
    if text == "{":
        return _read_names(tokens, at)
    if text == "*" and _text(tokens, at + 1) == "as":
        return at + 3, [("*", _text(tokens, at + 2), tokens[at])]
    if at < len(tokens) and tokens[at].kind == "word":
        return at + 1, [("default", text, tokens[at])]
    raise ModuleError("Unexpected token in import", tokens[at] if at < len(tokens) else first)


def _read_source(module: Module, at: int, first: Token) -> tuple[int, str]:
    """Read a module's name and what may follow it, and cut the statement out."""
    tokens = module.tokens
    if at >= len(tokens) or tokens[at].kind != "string":
        raise ModuleError("Unexpected token in import", first)
    source, end = _string(tokens[at]), tokens[at].end
    if source not in MODULES:
        raise ModuleError(f"Cannot find module '{source}'", tokens[at])
    at += 1
    if _text(tokens, at) == "with" and _text(tokens, at + 1) == "{":
        while _text(tokens, at) not in ("}", ""):
            at += 1
        end, at = tokens[at].end, at + 1
    if _text(tokens, at) == ";":
        end, at = tokens[at].end, at + 1
    module.cuts.append((first.start, end))
    return at, source


def _read_export(module: Module, at: int) -> int:
    tokens, first = module.tokens, module.tokens[at]
    following = _text(tokens, at + 1)
    if following == "{":
        behind, listed = _read_names(tokens, at + 1)
        if _text(tokens, behind) == "from":
            behind, source = _read_source(module, behind + 1, first)
            for name, exported, token in listed:
                local = f"__from_{len(module.imports)}"
                module.imports.append(Import(source, name, local, token))
                module.exports[exported] = local
            return behind
        module.exports.update({exported: local for local, exported, _ in listed})
        end = tokens[behind].end if _text(tokens, behind) == ";" else tokens[behind - 1].end
        module.cuts.append((first.start, end))
        return behind
    if following == "*":
        raise ModuleError("Handlers cannot be exported from another module", first)
    if following == "default":
        module.default_at.append((first.start, tokens[at + 1].end))
        return at + 2
    module.cuts.append((first.start, first.end))
    for name in _declared(tokens, at + 1):
        module.exports[name] = name
    return at + 1


def _declared(tokens: list[Token], at: int) -> Iterator[str]:
    """The names that the declaration at ``at`` makes."""
    kind = _text(tokens, at)
    if kind == "async":
        at += 1
        kind = _text(tokens, at)
    if kind in ("function", "class"):
        yield _text(tokens, at + 2 if _text(tokens, at + 1) == "*" else at + 1)
        return
    if kind not in ("const", "let", "var"):
        raise ModuleError("Unexpected token in export", tokens[min(at, len(tokens) - 1)])
    expects_name = True
    for index in range(at + 1, len(tokens)):
        token = tokens[index]
        if token.depth == 0 and not expects_name:
            if token.text == ",":
                expects_name = True
                continue
            starts = token.after_newline and token.text in _STATEMENT_WORDS
            if token.text == ";" or (starts and not _is_member(tokens, index)):
                return
        # Inside a pattern, what stands before a colon is a property's name.
        elif expects_name and token.kind == "word" and _text(tokens, index + 1) != ":":
            yield token.text
        if expects_name and token.depth == 0 and _text(tokens, index + 1) in ("=", ";"):
            expects_name = False


def _read_names(tokens: list[Token], at: int) -> tuple[int, list[tuple[str, str, Token]]]:
    """Read ``{a, b as c}`` at ``at``: the position behind it, and each name with its alias."""
    found = []
    at += 1
    while at < len(tokens) and tokens[at].text != "}":
        token = tokens[at]
        name = _name(token)
        if _text(tokens, at + 1) == "as" and at + 2 < len(tokens):
            found.append((name, _name(tokens[at + 2]), token))
            at += 3
        else:
            found.append((name, name, token))
            at += 1
        if _text(tokens, at) == ",":
            at += 1
        elif _text(tokens, at) != "}":
            raise ModuleError("',' or '}' expected", tokens[min(at, len(tokens) - 1)])
    if at >= len(tokens):
        raise ModuleError("'}' expected", tokens[-1])
    return at + 1, found


def _binding(each: Import) -> str:
    source = f"__modules[{json.dumps(each.module)}]"
    if each.name != "*":
        source = f"{source}[{json.dumps(each.name)}]"
    return f"const {each.local} = {source}; "


def _blank(code: str, module: Module) -> str:
    """The source with its cuts turned to spaces, line breaks kept, and AppSync's equality."""
    pieces, at = [], 0
    changes = [(start, end, "") for start, end in module.cuts]
    changes += [(start, end, "__exports.default =") for start, end in module.default_at]
    changes += loose_comparisons(module.tokens)
    for start, end, text in sorted(changes):
        cut = "".join(char if char in "\r\n\u2028\u2029" else " " for char in code[start:end])
        pieces += [code[at:start], text, cut[len(text) :] if text and "\n" not in cut else cut]
        at = end
    return "".join(pieces) + code[at:]


def _text(tokens: list[Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""


def _is_member(tokens: list[Token], at: int) -> bool:
    """A name behind a dot, or of an object's member, is not a keyword."""
    return at > 0 and tokens[at - 1].text in (".", "?.")


def _name(token: Token) -> str:
    return _string(token) if token.kind == "string" else token.text


def _string(token: Token) -> str:
    return token.text[1:-1]
