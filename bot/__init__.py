"""The channel edge: the only folder that knows Bot Framework, Teams and HTTP."""
