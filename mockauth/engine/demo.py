"""The demo: the whole loop on the built-in plugin, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from mockauth.checks.evidence import Given
from mockauth.engine.check import run_check
from mockauth.engine.events import Event
from mockauth.engine.interruption import Interruption
from mockauth.engine.options import CheckOptions
from mockauth.errors import UsageError
from mockauth.manifest.editor import EditorForm
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.resource import MCP_PATHS, PATHS
from mockauth.profiles import ACTION
from mockauth.profiles.action import TokenExchange
from mockauth.scenario.misbehaving import with_faults
from mockauth.wire import Secret
from mockauth.wire.message import FORM

BROAD = "todos"
"""The scope of the sample that covers `todos:read` and `todos:write`."""
ProfileName = Literal["plugin", "action", "mcp"]


def run_demo(
    config: PluginConfig,
    faults: Sequence[str] = (),
    *,
    profile: ProfileName = "plugin",
    exchange: TokenExchange = "post",
    interruption: Interruption | None = None,
) -> Iterator[Event]:
    """Serve the built-in plugin on a free port and check it; `faults` are named as on the command line.

    Raises:
        UsageError: for a fault that does not exist.
    """
    # Flask takes 120 ms to import; only a served plugin needs it.
    from mockauth.plugin.app import create_app
    from mockauth.plugin.server.serving import serving

    chosen = with_faults(config, faults)
    with serving(create_app(chosen)) as base:
        options = options_for(chosen, base, profile, exchange)
        yield from run_check(options, interruption=interruption)


def as_action(config: PluginConfig) -> PluginConfig:
    """The built-in plugin as the API of a GPT: form bodies, and a GPT's id in the callbacks.

    Raises:
        UsageError: for user_http, which the GPT editor does not have.
    """
    if config.auth == "user_http":
        raise UsageError("a GPT Action has no auth user_http; use none, service_http or oauth")
    return replace(config, content_type=FORM, plugin_ids=(ACTION.default_plugin_id,))


def options_for(
    config: PluginConfig,
    target: str,
    profile: ProfileName = "plugin",
    exchange: TokenExchange = "post",
) -> CheckOptions:
    """The options that check the built-in plugin with all its sample credentials.

    For an Action `config` is one that `as_action` made, and `exchange` its Token Exchange Method;
    for an MCP server one that `as_mcp_server` made.
    """
    client, other = config.clients[:2]
    user, other_user = config.users[:2]
    if profile == "mcp":
        return CheckOptions(
            target=f"{target}{PATHS['mcp']}",
            profile=profile,
            given=Given(
                username=user.name,
                password=Secret(user.password, "password"),
                other_username=other_user.name,
                other_password=Secret(other_user.password, "password"),
                other_resource=f"{target}{MCP_PATHS[1]}",
                broad_scope=BROAD if BROAD in config.scope.split() else "",
            ),
        )
    token = {"service_http": config.service_token, "user_http": user.key}.get(config.auth, "")
    other_token = other_user.key if config.auth == "user_http" else ""
    return CheckOptions(
        target=target,
        profile=profile,
        form=_form(config, target, exchange) if profile == "action" else EditorForm(),
        plugin_id=config.plugin_ids[0],
        given=Given(
            client_id=client.id,
            client_secret=Secret(client.secret, "client_secret"),
            username=user.name,
            password=Secret(user.password, "password"),
            token=Secret(token, "token"),
            verification_token=Secret(config.verification_token, "verification_token"),
            other_client_id=other.id,
            other_client_secret=Secret(other.secret, "client_secret"),
            other_redirect_uri=next((u for u in config.registered(other) if "?" in u), ""),
            other_username=other_user.name,
            other_password=Secret(other_user.password, "password"),
            other_token=Secret(other_token, "token"),
            privacy_policy_url=f"{target}/legal" if profile == "action" else "",
        ),
    )


def _form(config: PluginConfig, target: str, exchange: TokenExchange) -> EditorForm:
    """What the GPT editor would hold for the built-in plugin."""
    if config.auth == "oauth":
        return EditorForm(
            auth="oauth",
            authorize_url=f"{target}/authorize",
            token_url=f"{target}/token",
            scope=config.scope,
            token_exchange=exchange,
        )
    if config.auth == "service_http":
        if config.api_key_header:
            return EditorForm(
                auth="service_http", auth_scheme="custom", header=config.api_key_header
            )
        return EditorForm(auth="service_http", auth_scheme=config.authorization_type)
    return EditorForm(auth="none")
