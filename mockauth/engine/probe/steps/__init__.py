"""The steps of a probe: from fresh material to what one variant shows."""
