"""The process graph.  AST -> Flow -> json, dot, mermaid, puml, pictures.  Knows no sessions and no models."""

from flowdial.flow.build import build
from flowdial.flow.load import load, loads
from flowdial.flow.model import FINAL, SILENT, STATES, Edge, Flow, Node

__all__ = ["FINAL", "SILENT", "STATES", "Edge", "Flow", "Node", "build", "load", "loads"]
