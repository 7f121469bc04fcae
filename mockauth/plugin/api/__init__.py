"""The sample APIs and the documents that describe them."""
