"""Language models: ids in, log-probabilities and text out.  Knows strings and tokens; knows no flows."""
