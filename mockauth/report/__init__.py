"""Writers of one finished run. Nothing leaves them unscrubbed."""
