"""The WSGI server: framing, connections, what faults on the wire need."""
