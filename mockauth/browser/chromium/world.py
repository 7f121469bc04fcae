"""What a Chromium reaches: ChatGPT's stub, the service under test, and for all else a sink."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mockauth.wire.url import DEFAULT_PORTS, is_loopback_host, split

CHATGPT = ("chat.openai.com", "chatgpt.com")
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, kw_only=True)
class World:
    """The ports and hosts that the resolver rules are made of."""

    stub_port: int
    pin: str
    """The SHA-256 of the stub's public key (SubjectPublicKeyInfo), in base64."""
    sink_port: int
    reachable: tuple[str, ...] = ()
    """The addresses that are asked where they are; of loopback no other port is."""
    stands_for: Mapping[str, int] = field(default_factory=dict)
    """`HOST:PORT` that a port of this machine plays."""

    @property
    def flags(self) -> list[str]:
        """What keeps Chromium within, with the stub's key the only one it trusts beside."""
        return [
            f"--host-resolver-rules={', '.join(self._rules())}",
            f"--ignore-certificate-errors-spki-list={self.pin}",
            # STUN to a bare address would leave, whatever the rules say.
            "--webrtc-ip-handling-policy=disable_non_proxied_udp",
            "--disable-quic",
            "--dns-over-https-mode=off",
            "--no-first-run",
            "--no-default-browser-check",
        ]

    def _rules(self) -> Iterator[str]:
        """The first rule that fits counts, and one that maps a place to itself lets it through."""
        for host in CHATGPT:
            yield f"MAP {host}:443 127.0.0.1:{self.stub_port}"
        for place, port in self.stands_for.items():
            yield f"MAP {place} 127.0.0.1:{port}"
        for place in dict.fromkeys(p for url in self.reachable for p in _places(url)):
            yield f"MAP {place} {place}"
        # Not ~NOTFOUND: after a navigation to an unknown name Chromium asks a public resolver.
        yield f"MAP * 127.0.0.1:{self.sink_port}"


def _places(url: str) -> Iterator[str]:
    """`HOST:PORT` of an address; a port of this machine under each of its names."""
    parts = split(url)
    if parts is None or not parts.hostname or parts.scheme not in DEFAULT_PORTS:
        return
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    names = dict.fromkeys((host, *LOOPBACK)) if is_loopback_host(parts.hostname) else (host,)
    for name in names:
        yield f"{name}:{port}"
