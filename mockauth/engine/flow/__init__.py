"""The ordinary flow: what ChatGPT itself would do, and what is tried when that fails."""
