"""The list of users: what is loaded, in which order and columns, and which users are marked."""

from __future__ import annotations

from collections.abc import Sequence

from screens.users.user_rows import STANDARD, Order, in_order
from workbench.users.search import Search
from workbench.users.user_pools import User, UserDetails


class UserList:
    """Plain state: no widget and no request; ``columns`` and ``search`` survive a reload."""

    def __init__(self) -> None:
        self.columns: tuple[str, ...] = STANDARD
        self.order = Order()
        self.search = ""
        self.shown: list[User] = []
        self.marked: set[str] = set()
        """The usernames of the marked users."""
        self.is_complete = False
        """Whether all users are loaded."""
        self.read_count = 0
        """Users that were read, whether they match the search or not."""
        self.details: dict[str, UserDetails] = {}
        self._search = Search()
        self._loaded: dict[str, User] = {}

    def reset(self, search: Search) -> None:
        """Forget the users, and take those that match this search from now on."""
        self._search = search
        self.read_count = 0
        self.details.clear()
        self._loaded.clear()
        self.shown = []
        self.marked.clear()
        self.is_complete = False

    @property
    def is_filtered_here(self) -> bool:
        """Whether Cognito cannot do the search, so that all users are read for it."""
        return self._search.finds is not None

    def take(self, users: Sequence[User], *, is_last: bool) -> None:
        """Add users that were read."""
        self.is_complete = is_last
        self.read_count += len(users)
        finds = self._search.finds
        new = [
            user
            for user in users
            if user.username not in self._loaded and (finds is None or finds(user))
        ]
        self._loaded.update({user.username: user for user in new})
        self.shown = in_order([*self.shown, *new], self.order)

    def put(self, user: User) -> None:
        """Replace a user by their new state; a new user comes first."""
        self.details.pop(user.username, None)
        if user.username in self._loaded:
            at = next(i for i, each in enumerate(self.shown) if each.username == user.username)
            self.shown[at] = user
        else:
            self.shown.insert(0, user)
        self._loaded[user.username] = user

    def remove(self, username: str) -> None:
        """Remove a deleted user."""
        if self._loaded.pop(username, None) is not None:
            self.shown = [user for user in self.shown if user.username != username]
        self.marked.discard(username)

    def of(self, username: str) -> User | None:
        """The loaded user with this username."""
        return self._loaded.get(username)

    def sort_by_next(self) -> None:
        """Sort by the next column: ascending, descending, then as Cognito lists the users."""
        orders = [Order()]
        for name in self.columns:
            orders += [Order(name), Order(name, descending=True)]
        at = orders.index(self.order) if self.order in orders else 0
        self.order = orders[(at + 1) % len(orders)]
        self.shown = in_order(list(self._loaded.values()), self.order)

    def toggle_mark(self, user: User) -> None:
        """Mark a user, or remove the mark."""
        self.marked ^= {user.username}

    def mark_all(self) -> None:
        """Mark all loaded users."""
        self.marked = {user.username for user in self.shown}

    def chosen(self, current: User | None) -> list[User]:
        """The users that an action is for: the marked ones, else the current one."""
        marked = [user for user in self.shown if user.username in self.marked]
        return marked or ([current] if current is not None else [])

    def attributes(self) -> tuple[str, ...]:
        """The names of all attributes that a loaded user has."""
        return tuple(sorted({name for user in self.shown for name in user.attributes}))
