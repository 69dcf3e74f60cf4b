"""Compile options into a token automaton.  strings -> TokenAutomaton.  Knows no flows, models or torch."""

from flowdial.constraint.automaton import Cursor, Encode, TokenAutomaton, after, compile_options, from_paths

__all__ = ["Cursor", "Encode", "TokenAutomaton", "after", "compile_options", "from_paths"]
