"""Command line and terminal.  They translate input and output, and decide nothing."""
