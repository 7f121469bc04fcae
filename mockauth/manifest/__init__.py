"""What a plugin says of itself: the manifest, its OpenAPI document, and the domain rules."""
