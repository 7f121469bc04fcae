"""What travels, and its record: frozen messages, the trace of a run, and the secrets in both."""

from mockauth.wire.message import Pairs, Request, Response
from mockauth.wire.secret import Secret
from mockauth.wire.trace import Exchange, Trace

__all__ = ["Exchange", "Pairs", "Request", "Response", "Secret", "Trace"]
