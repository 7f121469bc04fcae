"""What a run comes to: verdicts, levels, exemptions, the exit code."""
