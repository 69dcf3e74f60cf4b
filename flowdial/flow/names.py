"""Names that a format allows.  texts -> ids, one for each text, none of them twice.  Knows no format."""

from __future__ import annotations

from collections.abc import Callable, Iterable


class Names:
    """Gives every text an id of its own; `clean` makes a text fit the format's alphabet."""

    def __init__(self, clean: Callable[[str], str], taken: Iterable[str] = ()) -> None:
        self._clean = clean
        self._taken = set(taken)
        self._ids: dict[str, str] = {}

    def of(self, text: str) -> str:
        """The id of a text, always the same one."""
        if text not in self._ids:
            self._ids[text] = self.fresh(text)
        return self._ids[text]

    def fresh(self, text: str) -> str:
        """An id like the text that no text has yet."""
        wanted = found = self._clean(text)
        count = 1
        while found in self._taken:
            count += 1
            found = f"{wanted}_{count}"
        self._taken.add(found)
        return found
