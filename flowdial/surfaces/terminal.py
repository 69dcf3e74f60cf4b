"""The dialogue at a prompt.  keystrokes -> turns, slash commands -> tables.  Decides nothing."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from flowdial.errors import FlowDialError
from flowdial.flow.picture import draw
from flowdial.flow.text import plain
from flowdial.session import STAY, active, node_text

if TYPE_CHECKING:
    from flowdial.engine import Engine, Turn
    from flowdial.session import Session

_BAR = 24
_SPEAKER = Text.assemble(("bot", "bold green"), " › ")


class Terminal:
    """One dialogue on the user's terminal; reads plain lines where standard input is not one."""

    def __init__(self, engine: Engine, session: Session, path: Path) -> None:
        self.engine = engine
        self.session = session
        self.path = path
        self.last: Turn | None = None
        self.console = Console(highlight=False)
        self.commands: dict[str, tuple[Callable[[str], None], str]] = {
            "/where": (self.where, "where the dialogue stands, and how it came there"),
            "/options": (self.options, "what may happen next"),
            "/why": (self.why, "the probabilities behind the last decision"),
            "/back": (self.back, "undo the last move"),
            "/picture": (self.picture, "draw the flow with the place marked: /picture [FILE.svg|FILE.png]"),
            "/help": (self.help, "this list"),
            "/quit": (self.quit, "leave (also Ctrl-D)"),
        }

    def run(self) -> int:
        """Talk until the flow ends or the user leaves; gives the exit code."""
        title = plain(self.engine.flow.title) or self.path.stem
        self.console.print(Panel(f"[bold]{escape(title)}[/]\n[dim]/help lists the commands[/]", expand=False))
        self.say(self.session.opening)
        read = self.reader()
        try:
            while not self.over():
                self.handle(read())
        except EOFError:
            self.console.print("[dim]bye[/]")
        return 0

    def over(self) -> bool:
        """True after the turn that ended the flow."""
        if self.last is not None and self.last.done:
            self.console.print("[dim]— the flow has ended —[/]")
            return True
        return False

    def reader(self) -> Callable[[], str]:
        """How the next line is read."""
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return self._plain_line
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import WordCompleter
        from prompt_toolkit.formatted_text import HTML

        completer = WordCompleter(list(self.commands), sentence=True)
        prompt: PromptSession[str] = PromptSession(completer=completer, complete_while_typing=False)
        return lambda: prompt.prompt(HTML("<ansicyan><b>you</b></ansicyan> › "))

    def _plain_line(self) -> str:
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        self.console.print(Text(f"you › {line.rstrip()}"))
        return line

    def handle(self, line: str) -> None:
        """One line of the user: a command or a turn. Errors are shown, and the dialogue goes on."""
        text = line.strip()
        name, _, argument = text.partition(" ")
        try:
            if name in self.commands:
                self.commands[name][0](argument.strip())
            elif name.startswith("/") and name[1:].isalpha():
                self.console.print(f"[yellow]there is no command {escape(name)}[/]; /help lists them")
            elif text:
                self.turn(text)
        except FlowDialError as error:
            self.console.print(Text(str(error), style="red"))

    def turn(self, text: str) -> None:
        """A user text."""
        self.console.print(_SPEAKER, end="")
        try:
            self.last = self.engine.turn(self.session, text, listen=self.show)
        finally:
            self.console.print()
        if self.last.shortened:
            self.console.print("[dim](of this long text the beginning and the end were read)[/]")

    def say(self, reply: str) -> None:
        """What the bot says."""
        self.console.print(Text.assemble(_SPEAKER, reply))

    def show(self, piece: str) -> None:
        """A piece of a reply that is still being written."""
        self.console.print(Text(piece), end="", soft_wrap=True)
        self.console.file.flush()

    # ---- commands ----
    def where(self, _argument: str) -> None:
        """`/where`."""
        table = Table("", "node", "step", "line", box=None, header_style="dim")
        trail = [marking for i, marking in enumerate(self.session.trail) if i >= len(self.session.trail) - 6]
        for marking in trail:
            here = marking is self.session.marking
            for node_id in active(self.engine.flow, marking):
                node = self.engine.flow.nodes[node_id]
                label = escape(node_text(node)) or f"[dim]({node.kind})[/]"
                table.add_row("➤" if here else "", node_id, label, str(node.line))
        self.console.print(table)

    def options(self, _argument: str) -> None:
        """`/options`."""
        table = Table("move", "meaning", "leads to", box=None, header_style="dim")
        for option in self.engine.options(self.session):
            target = escape(option.target) or "[dim](the end)[/]"
            table.add_row(option.move.id, escape(option.name), target)
        self.console.print(table if table.row_count else "[dim]nothing: the flow has ended[/]")

    def why(self, _argument: str) -> None:
        """`/why`."""
        turn = self.last
        if turn is None or not turn.model_called:
            self.console.print("[dim]no decision was needed: there was one legal move[/]")
            return
        table = Table("move", "meaning", "probability", "", box=None, header_style="dim")
        for choice in sorted(turn.choices, key=lambda c: -(c.probability or 0)):
            share = choice.probability or 0.0
            mark = "➤ " if choice.move == turn.move else ""
            table.add_row(choice.move, mark + escape(choice.name), f"{share:.3f}", "█" * round(share * _BAR))
        self.console.print(table)
        best, second = sorted((choice.probability or 0.0 for choice in turn.choices), reverse=True)[:2]
        verdict = "asked back" if turn.move == STAY and best - second < self.engine.margin else "decided"
        lead = f"the best leads the next by {best - second:.3f}, the margin is {self.engine.margin}: {verdict}"
        self.console.print(f"[dim]{lead} · {escape(self.engine.model.name)}, {turn.ms:.0f} ms[/]")

    def back(self, _argument: str) -> None:
        """`/back`."""
        self.last = self.engine.back(self.session)
        self.say(self.last.reply)

    def picture(self, argument: str) -> None:
        """`/picture`."""
        file = Path(argument) if argument else Path(tempfile.mkdtemp(prefix="flowdial-")) / f"{self.path.stem}.svg"
        picture = draw(
            self.engine.flow,
            "png" if file.suffix == ".png" else "svg",
            active=active(self.engine.flow, self.session.marking),
        )
        try:
            file.write_bytes(picture)
        except OSError as error:
            raise FlowDialError(f"{file}: cannot be written: {error.strerror}") from None
        self.console.print(f"drawn: [bold]{escape(str(file))}[/]")

    def help(self, _argument: str) -> None:
        """`/help`."""
        table = Table(box=None, show_header=False)
        for name, (_, meaning) in self.commands.items():
            table.add_row(f"[cyan]{name}[/]", escape(meaning))
        self.console.print(table)

    def quit(self, _argument: str) -> None:
        """`/quit`."""
        raise EOFError
