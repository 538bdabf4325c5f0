"""A line view of what grows at its end: it follows the newest row until the cursor leaves that."""

from __future__ import annotations

from textual.message import Message
from textual.reactive import reactive

from screens.widgets.line_view import LineView


class FollowingView(LineView):
    """A subclass adds its rows and calls ``rows_added``."""

    following: reactive[bool] = reactive(True, repaint=False)

    class SettingsChanged(Message):
        """It follows or stays, or shows otherwise; titles say it."""

    def shows_cursor(self) -> bool:
        """While following, the newest row needs no cursor."""
        return super().shows_cursor() and not self.following

    @property
    def is_laid_out(self) -> bool:
        """Whether the view has a place in the layout now."""
        return self.is_attached and self.size.height > 0 and self.display

    def rows_added(self, fallen: int = 0) -> None:
        """Rows were added at the end, and some fell off the beginning; one repaint at most."""
        if not self.following and fallen:
            self.set_reactive(LineView.cursor, max(0, self.cursor - fallen))
            self.scroll_to(
                y=max(0, self.scroll_offset.y - fallen), animate=False, immediate=True, force=True
            )
        if self.is_laid_out:
            self.show_newest()

    def show_newest(self) -> None:
        """Measure, follow, repaint."""
        if self.following:
            self.set_reactive(LineView.cursor, max(0, self.row_count() - 1))
        self.rows_changed()
        if self.following:
            self.scroll_end(animate=False, immediate=True, force=True, x_axis=False)

    def watch_cursor(self, old: int, new: int) -> None:
        """Leaving the newest row stops following; reaching it starts again."""
        self.following = new >= self.row_count() - 1
        super().watch_cursor(old, new)

    def on_mouse_scroll_up(self) -> None:
        """The wheel stops following."""
        if self.following and self.row_count() > self.size.height:
            self.following = False
            self.set_reactive(LineView.cursor, max(0, self.row_count() - self.size.height))

    def watch_following(self, following: bool) -> None:
        """Jump to the newest row when following begins."""
        if self.is_attached:
            if following:
                self.show_newest()
            self.refresh()
            self.post_message(self.SettingsChanged())

    def action_follow(self) -> None:
        """Follow the newest row or stay."""
        self.following = not self.following
