"""What lint found, written for a terminal, an editor, a program, code scanning or GitHub."""
