"""Template text to closures that write: text, references, comments; directives by name."""

from __future__ import annotations

import re

from workbench.localcloud.appsync.vtl.expressions import Value
from workbench.localcloud.appsync.vtl.macros import parse_macro_call
from workbench.localcloud.appsync.vtl.references import (
    REFERENCE,
    Reference,
    located,
    parse_reference,
)
from workbench.localcloud.appsync.vtl.render_state import Node, RenderError, RenderState
from workbench.localcloud.appsync.vtl.source import Source
from workbench.localcloud.appsync.vtl.values import to_text

_SPECIAL = re.compile(r"\\+(?=[$#])|\$|#")
_DIRECTIVE = re.compile(r"#(?:\{([a-zA-Z]\w*)\}|([a-zA-Z]\w*))", re.ASCII)
_LINE_COMMENT = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|$)")
_ONLY_BLANKS = re.compile(r"[ \t]+")


class Block:
    """Nodes in the making: text in a row becomes one node."""

    __slots__ = ("_text", "nodes")

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._text: list[str] = []

    def text(self, text: str) -> None:
        """Take text."""
        if text:
            self._text.append(text)

    def node(self, node: Node) -> None:
        """Take what writes itself."""
        self._flush()
        self.nodes.append(node)

    def closed(self) -> Node:
        """All of it as one closure."""
        self._flush()
        nodes = tuple(self.nodes)
        if len(nodes) == 1:
            return nodes[0]

        def render(state: RenderState) -> None:
            for node in nodes:
                node(state)

        return render

    def _flush(self) -> None:
        if self._text:
            text = "".join(self._text)
            self._text.clear()
            self.nodes.append(lambda state: state.write(text))


def parse_block(source: Source, ends: frozenset[str]) -> tuple[Node, str]:
    """Parse up to a directive of ``ends``, and return its name too; "" at the end of the text."""
    directives = source.directives
    source.deeper()
    block = Block()
    run_start = source.position
    after_reference = -1
    while True:
        found = _SPECIAL.search(source.text, source.position)
        if found is None:
            block.text(source.text[run_start:])
            source.position = len(source.text)
            source.depth -= 1
            return block.closed(), ""
        special, position = found[0], found.start()
        source.position = found.end()
        if special[0] == "\\":
            block.text(source.text[run_start:position])
            _escaped(source, block, len(special))
            run_start = source.position
            continue
        if special == "$":
            source.position = position
            reference = parse_reference(source)
            if reference is None:
                source.position = position + 1
                continue
            block.text(source.text[run_start:position])
            block.node(write_reference(reference))
            run_start = after_reference = source.position
            continue
        before = source.text[run_start:position]
        if source.at("#") and not before and after_reference == position:
            # Velocity's scanner takes a ## right behind a reference as text.
            source.position += 1
            continue
        if _skip_comment(source, block, before):
            run_start = source.position
            continue
        directive = _DIRECTIVE.match(source.text, position)
        name = "" if directive is None else directive[1] or directive[2]
        if directive is None or not (
            name in directives or name in ends or name in source.macro_names
        ):
            if name in ("end", "else", "elseif"):
                raise source.failure(f"#{name} stands alone", position)
            continue
        source.position = directive.end()
        if name == "set" and _ONLY_BLANKS.fullmatch(before):
            # Velocity's scanner takes the blanks in front of a #set as part of it.
            before = ""
        block.text(before)
        if name in ends:
            source.depth -= 1
            return block.closed(), name
        if name in directives:
            block.node(directives[name](source))
        else:
            block.node(parse_macro_call(source, name))
        run_start = source.position


def _skip_comment(source: Source, block: Block, before: str) -> bool:
    """Behind a ``#``: skip a comment, take a raw text block; False where it is neither."""
    if source.take("#"):
        block.text(before)
        source.match(_LINE_COMMENT)
        return True
    if source.take("*"):
        block.text(before)
        end = source.text.find("*#", source.position)
        if end < 0:
            raise source.failure("a comment has no end")
        source.position = end + 2
        return True
    if source.take("[["):
        block.text(before)
        end = source.text.find("]]#", source.position)
        if end < 0:
            raise source.failure("a text block has no end")
        block.text(source.text[source.position : end])
        source.position = end + 3
        return True
    return False


def _escaped(source: Source, block: Block, count: int) -> None:
    """Backslashes in front of a reference or directive: each two are one, an odd one escapes."""
    half = "\\" * (count // 2)
    if source.at("$") and REFERENCE.match(source.text, source.position):
        reference = parse_reference(source)
        if reference is not None:
            block.node(_write_escaped(reference, half, count % 2 == 1))
            return
    found = _DIRECTIVE.match(source.text, source.position)
    name = "" if found is None else found[1] or found[2]
    if found is None or not (name in source.directives or name in ("end", "else", "elseif")):
        block.text("\\" * count)
        if not source.at("#") or count % 2 == 0:
            return
        block.text(source.text[source.position])
        source.position += 1
        return
    block.text(half)
    if count % 2 == 1:
        block.text(found[0])
        source.position = found.end()


def _write_escaped(reference: Reference, half: str, escaped: bool) -> Node:
    value, shown = reference.value, "" if reference.quiet else reference.text

    def write(state: RenderState) -> None:
        found = value(state)
        if escaped:
            state.write(half + ("\\" if found is None else "") + reference.text)
        elif found is None:
            state.write(half + half + shown)
        else:
            state.write(half + to_text(found))

    return write


def write_reference(reference: Reference) -> Node:
    """A reference in text: its value, or its own text where that is null."""
    value = reference.value
    shown = "" if reference.quiet else reference.text

    def write(state: RenderState) -> None:
        found = value(state)
        if found.__class__ is str:
            state.write(found)
        elif found is None:
            state.write(shown)
        else:
            state.write(state.made(to_text(found)))

    return write


def parse_interpolated(source: Source) -> Value:
    """A double-quoted string's content; mostly text and references, else a whole template."""
    if "#" not in source.text or not re.search(r"#[a-zA-Z{#*\[@]", source.text):
        parts = _parts(source)
        if parts is not None:
            return _join(parts)
    line = source.line()
    source.position = 0
    render, _ = parse_block(source, frozenset())

    def text(state: RenderState) -> str:
        try:
            return state.capture(render)
        except RenderError as problem:
            raise located(problem, line) from None

    return text


def _parts(source: Source) -> list[str | Reference] | None:
    parts: list[str | Reference] = []
    text_start = 0
    while True:
        found = _SPECIAL.search(source.text, source.position)
        if found is None:
            parts.append(source.text[text_start:])
            return [part for part in parts if part != ""]
        if found[0][0] == "\\":
            return None
        source.position = found.start()
        reference = parse_reference(source) if found[0] == "$" else None
        if reference is None:
            source.position = found.end()
            continue
        parts.append(source.text[text_start : found.start()])
        parts.append(reference)
        text_start = source.position


def _join(parts: list[str | Reference]) -> Value:
    pieces: list[tuple[str, Value | None]] = [
        (part, None) if isinstance(part, str) else ("" if part.quiet else part.text, part.value)
        for part in parts
    ]

    def text(state: RenderState) -> str:
        written = []
        for shown, value in pieces:
            if value is None:
                written.append(shown)
                continue
            found = value(state)
            if found.__class__ is str:
                written.append(found)
            else:
                written.append(shown if found is None else to_text(found))
        return state.made("".join(written))

    return text
