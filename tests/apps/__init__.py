"""Small plugins of other frameworks, as their developers write them."""
