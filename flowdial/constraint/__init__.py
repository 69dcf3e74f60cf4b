"""Compile options into a token automaton.  strings -> TokenAutomaton.  Knows no flows, models or torch."""

from flowdial.constraint.automaton import Cursor, TokenAutomaton, after, compile_options

__all__ = ["Cursor", "TokenAutomaton", "after", "compile_options"]
