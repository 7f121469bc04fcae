"""The result of a run: verdicts, levels, exemptions, the exit code."""
