"""The first screen: finds the project, shows what is missing, and offers to fix it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.timer import Timer

from screens.messages import SandboxOpened
from screens.ports import Starter, UsesShell
from screens.widgets.format import duration
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, MUTED, OK, TEXT
from screens.widgets.wrapped_rows import WrappedRows
from workbench.model.events import Emit
from workbench.model.system_problem import os_errors_as_problems
from workbench.model.user_problem import UserProblem

if TYPE_CHECKING:
    from workbench.aws.target import Target
    from workbench.startup import Session

OFFERS = {
    "init": "create a new Amplify project here",
    "install": "install the npm packages",
    "node": "",
    "login": "",
    "target": "",
    "": "",
}
_SAID_LINES = 8
_LANGUAGES = ("typescript", "python")


class StartScreen(UsesShell, Screen[None]):
    """Prepares the session in a thread; hands over to the sandbox screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "start.create",
            "enter,x",
            "offer('init')",
            "Create",
            "Create a new Amplify project here; asks for its language first",
        ),
        key("start.install", "enter,x", "offer('install')", "Install", "Install the npm packages"),
        key("start.choose", "enter", "choose", "Choose", "Choose where it should run"),
        key("start.stop", "escape", "stop", "Stop", "Stop the installation; files stay"),
        key("start.again", "r", "again", "Retry", "Check the project again"),
    ]

    def __init__(self, starter: Starter, emit: Emit, *, target: Target | None = None) -> None:
        """``emit`` takes the sandbox's events; ``target``: chosen already, to be saved."""
        super().__init__(id="start")
        self._starter = starter
        self._emit = emit
        self._target = target
        self._asks: tuple[Session, list[str]] | None = None
        self._problem: UserProblem | None = None
        self._said: list[str] = []
        self._began = 0.0
        self._stopping = Event()
        self._made = False
        self._tick: Timer | None = None
        self._step = "Checking the project …"

    def compose(self) -> ComposeResult:
        """One box in the middle, and the keys."""
        with Vertical(id="start-box"):
            rows = WrappedRows(id="start-rows")
            rows.can_focus = False
            yield rows
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin."""
        self.query_one("#start-box", Vertical).border_title = "Amplify"
        self._show()
        self._prepare()

    # -- steps, each in a thread ------------------------------------------------------------------

    @work(thread=True, group="start")
    def _prepare(self) -> None:
        """Find the project and its target."""
        with self._problems_shown():
            session = self._starter.prepare()
            asks = self._target is None and not session.target_chosen
            profiles = list(self._starter.profiles()) if asks else []
            self.app.call_from_thread(self._prepared, session, profiles, asks)

    @contextmanager
    def _problems_shown(self) -> Iterator[None]:
        """For a step in a thread: show the problem that stops it."""
        try:
            with os_errors_as_problems():
                yield
        except UserProblem as problem:
            self.app.call_from_thread(self._stopped_by, problem)

    def _prepared(self, session: Session, profiles: list[str], asks: bool) -> None:
        if asks:
            self._asks = (session, profiles)
            self.action_choose()
        else:
            self._open(session, self._target)

    def action_choose(self) -> None:
        """Ask where the project should run; without a choice, this screen says how to continue."""
        from screens.start.target_screen import TargetScreen

        if self._asks is None:
            return
        session, profiles = self._asks
        box = self.query_one("#start-box")
        box.visible = False

        def chosen(target: Target | None) -> None:
            box.visible = True
            if target is not None:
                self._asks = None
                self._open(session, target)
            else:
                self._show_step("")

        self.app.push_screen(TargetScreen(session.project.package_name, profiles), chosen)

    @work(thread=True, group="start")
    def _open(self, session: Session, target: Target | None) -> None:
        """Start the sandbox's loop."""
        self.app.call_from_thread(self._show_step, "Starting the sandbox …")
        with self._problems_shown():
            if target is not None:
                session = self._starter.choose_target(session, target)
            opened = self._starter.open(session, self._emit)
            self.post_message(SandboxOpened(opened))

    @work(thread=True, group="plan")
    def _plan(self) -> None:
        """Read what creating a project would change, then ask for its language."""
        with self._problems_shown():
            planned = {language: self._starter.planned(language) for language in _LANGUAGES}
            self.app.call_from_thread(self._ask_language, planned)

    def _ask_language(self, planned: Mapping[str, Sequence[str]]) -> None:
        from screens.start.language_screen import LanguageScreen

        folder = self._problem.where if self._problem is not None else ""

        def chosen(language: str | None) -> None:
            if language is not None:
                self._begin_fix("init", language)

        self.shell.release_keys("language")
        self.app.push_screen(LanguageScreen(folder, planned), chosen)

    def _begin_fix(self, offer: str, language: str = "") -> None:
        self._problem = None
        self._said = []
        self._step = "Creating the project" if offer == "init" else "Installing the packages"
        self._began = monotonic()
        self._stopping.clear()
        self._tick = self.set_interval(1.0, self._show, name="fixing")
        self._show()
        self._fix(offer, language)

    @work(thread=True, group="start")
    def _fix(self, offer: str, language: str) -> None:
        """Apply the fix, then check again."""

        def say(line: str) -> None:
            self.app.call_from_thread(self._hear, line)

        with self._problems_shown():
            if offer == "init":
                self._starter.scaffold(language, say)
                self._made = True
            if language != "python":
                self._starter.install(None, say, self._stopping.is_set)
            self.app.call_from_thread(self.action_again)

    # -- what is shown ----------------------------------------------------------------------------

    def _stopped_by(self, problem: UserProblem) -> None:
        self._end_fix()
        self._problem = problem
        self._step = ""
        self._show()

    def _end_fix(self) -> None:
        self._began = 0.0
        if self._tick is not None:
            self._tick.stop()
            self._tick = None

    @property
    def is_fixing(self) -> bool:
        """Whether a project is being created or its packages installed."""
        return bool(self._began)

    def leave(self) -> str:
        """Stop what is under way, since the app ends; returns what to say in the shell."""
        if not self.is_fixing:
            return ""
        self._stopping.set()
        made = "The project's files are written, but its" if self._made else "The"
        return f"{made} packages are not all installed: start amplify-tui here to install the rest."

    def _show_step(self, words: str) -> None:
        self._step = words
        self._show()

    def _hear(self, line: str) -> None:
        self._said = [*self._said, line][-_SAID_LINES:]
        self._show()

    def _show(self) -> None:
        rows: list[Row] = []
        problem = self._problem
        if problem is not None:
            rows.extend(problem_rows(problem))
            words = OFFERS[problem.offer]
            if words:
                rows += [
                    Row(()),
                    Row((("  press ", MUTED), ("Enter", ACCENT), (f" to {words}", TEXT))),
                ]
        if self._asks is not None and not self._step:
            rows += [
                Row((("Nothing runs yet: choose a target.", TEXT),)),
                Row(()),
                Row((("  press ", MUTED), ("Enter", ACCENT), (" to choose", TEXT))),
            ]
        if self._step:
            spent = f"  {duration(monotonic() - self._began)}" if self._began else ""
            rows.append(Row((("◌ ", OK), (self._step, TEXT), (spent, MUTED))))
        rows.extend(Row(((f"  {line}", MUTED),)) for line in self._said)
        self.query_one("#start-box").set_class(problem is not None, "-problem")
        self.query_one(WrappedRows).show_wrapped(rows)
        self.refresh_bindings()

    # -- keys -------------------------------------------------------------------------------------

    def action_offer(self, offer: str) -> None:
        """Apply the fix that the problem offers."""
        if self._problem is None or self._problem.offer != offer:
            return
        if offer == "init":
            self.shell.hold_keys("language")
            self._plan()
        else:
            self._begin_fix(offer)

    def action_stop(self) -> None:
        """Stop the installation; what is written stays."""
        self._stopping.set()
        self._show_step("Stopping")

    def action_again(self) -> None:
        """Check the project again."""
        self._end_fix()
        self._problem = None
        self._step = "Checking the project …"
        self._show()
        self._prepare()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what the problem allows."""
        problem = self._problem
        if action == "offer":
            return problem is not None and parameters == (problem.offer,)
        if action == "stop":
            return self.is_fixing and not self._stopping.is_set()
        if action == "choose":
            return self._asks is not None and problem is None
        if action == "again":
            return problem is not None
        return super().check_action(action, parameters)
