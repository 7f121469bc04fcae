"""ChatGPT's pages."""
