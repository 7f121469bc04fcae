"""How requests leave and answers arrive: sockets, TLS, the record, the secrets in it."""
