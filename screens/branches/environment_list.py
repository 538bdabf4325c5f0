"""The list of environments: which there are, which are marked, and what can be done with each."""

from __future__ import annotations

from workbench.branches.environments import Environment, Environments
from workbench.wording import plural


class EnvironmentList:
    """Plain state: no widget and no request. ``own_stack`` is the user's own sandbox."""

    def __init__(self, own_stack: str) -> None:
        self.own_stack = own_stack
        self.all: tuple[Environment, ...] = ()
        self.denied: tuple[str, ...] = ()
        """What the credentials may not read, a sentence each."""
        self.connections_known = True
        self.marked: set[str] = set()
        """The keys of the marked environments."""
        self.deleting: set[str] = set()
        """The stacks that are being deleted."""

    def replace(self, found: Environments) -> None:
        """Take the environments as they are now."""
        self.all, self.denied = found.all, found.denied
        self.connections_known = found.connections_known
        self.marked &= {each.key for each in self.all}
        self.deleting &= {each.stack.name for each in self.all if each.stack is not None}

    @property
    def is_changing(self) -> bool:
        """Whether a job runs, or an environment is being deleted."""
        is_running = any(each.job and not each.job.has_ended for each in self.all)
        return is_running or bool(self.deleting)

    def of(self, key: str) -> Environment | None:
        """The environment with this key."""
        return next((each for each in self.all if each.key == key), None)

    def toggle_mark(self, environment: Environment) -> None:
        """Mark an environment, or remove the mark."""
        self.marked ^= {environment.key}

    def chosen(self, current: Environment | None) -> tuple[Environment, ...]:
        """The environments that an action is for: the marked ones, else the current one."""
        marked = tuple(each for each in self.all if each.key in self.marked)
        return marked or (() if current is None else (current,))

    def is_own(self, environment: Environment) -> bool:
        """Whether it is the user's own sandbox."""
        return environment.stack is not None and environment.stack.name == self.own_stack

    def comparable(self, environment: Environment | None = None) -> tuple[Environment, ...]:
        """The environments that can be compared, without this one: not others' sandboxes."""
        return tuple(
            each
            for each in self.all
            if each is not environment
            and each.stack is not None
            and (each.kind != "sandbox" or self.is_own(each))
        )

    def promotion_targets(self, environment: Environment) -> tuple[Environment, ...]:
        """The branches that this one can be merged into."""
        return tuple(
            each
            for each in self.all
            if each.kind == "branch" and each.git is not None and each is not environment
        )

    def connected_names(self) -> tuple[str, ...]:
        """The names of the connected branches and previews."""
        return tuple(each.name for each in self.all if each.hosted is not None)

    def allows(self, action: str, each: Environment) -> bool:
        """Whether an action of the pane makes sense for an environment now."""
        is_own = self.is_own(each)
        # One's own sandbox is recreated, or deleted by command.
        is_others = each.kind == "sandbox" and each.stack is not None and not is_own
        is_git_branch = each.kind == "branch" and each.git is not None
        match action:
            case "connect":
                return is_git_branch and each.hosted is None and self.connections_known
            case "deploy" | "history":
                return each.hosted is not None
            case "delete":
                return bool(self.marked) or each.hosted is not None or is_others
            case "mark":
                return is_others
            case "stop":
                return each.job is not None and not each.job.has_ended
            case "retry":
                return each.job is not None and each.job.has_ended
            case "logs":
                return each.job is not None
            case "settings":
                return each.hosted is not None or is_own
            case "compare":
                return each in self.comparable()
            case "work_in" | "details":
                return each.stack is not None
            case "preview" | "promote":
                return is_git_branch
            case _:
                return False

    def summary(self) -> str:
        """How many there are."""
        deployed = sum(each.stack is not None for each in self.all)
        words = f"{plural(len(self.all), 'environment')}, {deployed} deployed"
        return f"{words}, {len(self.marked)} marked" if self.marked else words
