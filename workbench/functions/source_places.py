"""Where a function's stack trace leads in the user's own files.

A bundle's source map tells it for TypeScript (Node itself reads the map: no Python library for them
is both kept and small); a Python file is the one of the same name and content in the project.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from workbench.deploy.live.models import LiveStack
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.bundles import Bundle, bundle_of
from workbench.functions.open_functions import FunctionsProblem, OpenedFunctions

_ROOT: Final = r"(?:file://)?/var/task/"
_NODE_FRAME: Final = re.compile(rf"{_ROOT}([^\s():]+\.[cm]?js):(\d+):(\d+)")
_PYTHON_FRAME: Final = re.compile(rf'File "{_ROOT}([^"\n]+\.py)", line (\d+)')
_INLINE: Final = re.compile(
    rb"//# sourceMappingURL=data:application/json[^,\n]*;base64,([A-Za-z0-9+/=]+)\s*$"
)
_LOOKUP: Final = Path(__file__).with_name("source_map_lookup.cjs")
_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """A place in a file of the project; line and column count from 1, 0 for no column."""

    file: Path
    line: int
    column: int = 0

    def shown(self, root: Path) -> str:
        """``amplify/functions/hello/handler.ts:12:3``."""
        try:
            name = self.file.relative_to(root).as_posix()
        except ValueError:
            name = str(self.file)
        return f"{name}:{self.line}" + (f":{self.column}" if self.column else "")


@dataclass(frozen=True, slots=True)
class _Frame:
    start: int
    end: int
    file: str
    line: int
    column: int


class SourcePlaces:
    """Finds places for one function's bundle; blocks. ``node`` is Node's program."""

    def __init__(self, root: Path, amplify: Path, bundle: Bundle, node: Callable[[], Path]) -> None:
        self.root = root
        self._amplify = amplify
        self._bundle = bundle
        self._node = node
        self._maps: dict[str, bytes | None] = {}
        self._found: dict[tuple[str, int, int], SourcePlace | None] = {}

    def places(self, text: str) -> tuple[SourcePlace, ...]:
        """The places of a trace's frames that lie in the user's files, in their order."""
        frames = tuple(_frames(text))
        self._look_up(frames)
        found = (self._found.get(_key(frame)) for frame in frames)
        return tuple(each for each in found if each is not None)

    def mapped(self, text: str) -> str:
        """The text with the user's own files in place of the bundle's."""
        frames = tuple(_frames(text))
        self._look_up(frames)
        pieces, at = [], 0
        for frame in frames:
            place = self._found.get(_key(frame))
            if place is None:
                continue
            shown = place.shown(self.root)
            if frame.column == 0:  # Python's own words around file and line
                shown = f'File "{shown.rpartition(":")[0]}", line {place.line}'
            pieces += [text[at : frame.start], shown]
            at = frame.end
        return "".join([*pieces, text[at:]])

    # -- looking up -------------------------------------------------------------------------------

    def _look_up(self, frames: Sequence[_Frame]) -> None:
        new = {_key(each): each for each in frames if _key(each) not in self._found}
        by_file: dict[str, list[_Frame]] = {}
        for frame in new.values():
            if frame.file.endswith(".py"):
                self._found[_key(frame)] = self._python_place(frame)
            else:
                by_file.setdefault(frame.file, []).append(frame)
        for file, some in by_file.items():
            self._found.update(self._mapped_places(file, some))

    def _python_place(self, frame: _Frame) -> SourcePlace | None:
        own = self._same_file(frame.file)
        return SourcePlace(own, frame.line) if own else None

    def _mapped_places(
        self, file: str, frames: Sequence[_Frame]
    ) -> Mapping[tuple[str, int, int], SourcePlace | None]:
        text = self._map_of(file)
        if text is None:
            own = self._same_file(file)
            return {
                _key(each): SourcePlace(own, each.line, each.column) if own else None
                for each in frames
            }
        answers = self._ask_node(text, frames)
        return {
            _key(frame): self._place(answer) for frame, answer in zip(frames, answers, strict=True)
        }

    def _same_file(self, file: str) -> Path | None:
        """The project's file that was taken as it is; the only one of its name where it changed."""
        content = self._bundle.read(file)
        named = sorted(
            path
            for path in self._amplify.rglob(PurePosixPath(file).name)
            if path.is_file() and "node_modules" not in path.parts
        )
        same = [path for path in named if path.read_bytes() == content]
        if same:
            return same[0]
        return named[0] if len(named) == 1 else None

    def _map_of(self, file: str) -> bytes | None:
        if file not in self._maps:
            content = self._bundle.read(f"{file}.map")
            if content is None:
                inline = _INLINE.search(self._bundle.read(file) or b"")
                content = base64.b64decode(inline[1]) if inline else None
            self._maps[file] = content
        return self._maps[file]

    def _ask_node(self, text: bytes, frames: Sequence[_Frame]) -> Sequence[Any]:
        positions = [(each.line, each.column) for each in frames]
        asked = json.dumps({"map": text.decode(errors="replace"), "positions": positions})
        try:
            done = subprocess.run(
                [str(self._node()), str(_LOOKUP)],
                input=asked,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=_SECONDS,
                check=True,
            )
            found = json.loads(done.stdout)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise FunctionsProblem(
                f"The source map could not be read: {type(error).__name__}.",
                "Look at the bundle's own lines.",
            ) from None
        return found if len(found) == len(frames) else [None] * len(frames)

    def _place(self, answer: Any) -> SourcePlace | None:
        """A source's path is relative to where it was bundled; it counts from the project."""
        if not isinstance(answer, dict):
            return None
        parts = [part for part in str(answer["source"]).split("/") if part not in ("", ".", "..")]
        for start in range(len(parts)):
            path = self.root.joinpath(*parts[start:])
            if path.is_file() and "node_modules" not in parts:
                return SourcePlace(path, int(answer["line"]), int(answer["column"]))
        return None


def source_places(
    opened: OpenedFunctions, live: LiveStack, function: BackendFunction
) -> SourcePlaces:
    """For the code that is deployed now; blocks. Raises FunctionsProblem."""
    from workbench.project.node_runtime import find_node

    bundle = bundle_of(opened, live, function)
    return SourcePlaces(
        opened.root, opened.root / "amplify", bundle, lambda: find_node().executable
    )


def has_frames(text: str) -> bool:
    """Whether a text has lines of a stack trace of Lambda's."""
    return next(_frames(text), None) is not None


def _key(frame: _Frame) -> tuple[str, int, int]:
    return (frame.file, frame.line, frame.column)


def _frames(text: str) -> Iterator[_Frame]:
    found = [
        _Frame(each.start(), each.end(), each[1], int(each[2]), int(each[3]))
        for each in _NODE_FRAME.finditer(text)
    ]
    found += [
        _Frame(each.start(), each.end(), each[1], int(each[2]), 0)
        for each in _PYTHON_FRAME.finditer(text)
    ]
    yield from sorted(found, key=lambda each: each.start)
