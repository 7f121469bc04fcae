"""`mockauth serve`: the built-in plugin, for testing clients, and ChatGPT's pages beside it."""

from __future__ import annotations

import secrets
import sys
import threading
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from mockauth.cli.chatgpt import page_address, reaches_others
from mockauth.cli.demo import AUTH, FORM_OR_JSON
from mockauth.cli.option import option
from mockauth.cli.production import HOSTS, at_chatgpt, production_options, require_chromium
from mockauth.errors import UsageError
from mockauth.plugin.login_name import Login
from mockauth.profiles import MCP
from mockauth.settings import called_back, plugins_of, read_settings
from mockauth.wire.url import path_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from mockauth.plugin.config import PluginConfig
    from mockauth.plugin.control.actions import PluginControl
    from mockauth.web.doors import Doors
    from mockauth.web.settings import Sample


serve_option = partial(option, prefix="MOCKAUTH_SERVE")


@click.command()
@serve_option(
    "--profile",
    type=click.Choice(["plugin", "action", "mcp"]),
    default="plugin",
    show_default=True,
    help="mcp is an MCP server with its authorization server.",
)
@serve_option(
    "--revision",
    "mcp_revision",
    type=click.Choice(["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]),
    help="With --profile mcp: the revision of MCP; 2026-07-28 answers clients of 2025-11-25 and "
    "2025-06-18, too.  [default: 2026-07-28]",
)
@serve_option(
    "--mode",
    "mcp_mode",
    type=click.Choice(["stateless", "session"]),
    help="With --profile mcp: whether initialize begins a session, before 2026-07-28.  "
    "[default: stateless]",
)
@serve_option("--auth", type=AUTH, help="The manifest's auth.type.  [default: oauth]")
@serve_option(
    "--content-type",
    type=FORM_OR_JSON,
    help="Content type of the token request.  [default: application/json]",
)
@serve_option("--host", default="localhost", show_default=True)
@serve_option(
    "--port",
    type=click.IntRange(0, 65535),
    default=3333,
    show_default=True,
    help="0 takes any free port.",
)
@serve_option(
    "--api",
    type=click.Choice(["todo", "embeddings", "mcp"]),
    help="The protected API: embeddings answers as OpenAI's /v1/embeddings, with a service "
    "token unless --auth says otherwise; mcp is an MCP server whose clients register and "
    "use PKCE.  [default: todo]",
)
@serve_option(
    "--login",
    type=click.Choice(get_args(Login)),
    help="Which pages are shown; auto shows none and approves, docs/serve.md says what the others "
    "show.  [default: login_and_consent]",
)
@serve_option(
    "--redirect-uri",
    "redirect_uris",
    multiple=True,
    metavar="URI",
    help="A callback that every client has registered, besides ChatGPT's.",
)
@serve_option(
    "--registration",
    is_flag=True,
    default=None,
    help="Let clients register themselves at /register (RFC 7591).",
)
@serve_option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME[:WHEN]",
    help="Switch on this fault of the plugin; WHEN is once, or times=2,after=1,"
    "seconds=60,client=…,user=…,parameter=…,value=…",
)
@serve_option(
    "--scenarios",
    "folders",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A folder with your own faults.",
)
@click.option("--list-faults", is_flag=True, help="List all faults and exit.")
@serve_option(
    "--config",
    metavar="FILE",
    help="A TOML file with a [serve] table.  [default: mockauth.toml, pyproject.toml]",
)
@serve_option(
    "--https",
    "ca_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Serve https; FILE gets the certificate of the authority to trust.",
)
@serve_option(
    "--behind-proxy",
    is_flag=True,
    help="Take scheme, host, port and prefix from X-Forwarded-… headers.",
)
@serve_option(
    "--admin/--no-admin",
    default=True,
    show_default=True,
    help="Control faults, clock, users and queues at /_mockauth/.",
)
@option(
    "--admin-token",
    metavar="TOKEN",
    help="Bearer token for /_mockauth/.  [default: a random one, printed]",
)
@serve_option(
    "--pages/--no-pages",
    default=True,
    show_default=True,
    help="ChatGPT's side, too: its pages at /chatgpt/.",
)
@production_options
@click.option(
    "--open/--no-open",
    "opens",
    default=True,
    help="With --production: open the Chromium, or print its command.",
)
@option(
    "--store",
    metavar="STORE",
    default="",
    help="Where the pages keep installations: memory, or a database URL.  "
    "[default: a file of yours]",
)
@serve_option(
    "--page-host",
    "page_hosts",
    multiple=True,
    metavar="HOST",
    help="A host name at which the pages answer, besides those of this machine.",
)
def serve(host: str, port: int, **values: Any) -> None:
    """Serve the built-in plugin until Ctrl-C, or until SIGTERM, which ends it with status 0."""
    import signal

    if values["list_faults"]:
        _list_faults(values["folders"])
        return
    # For process 1 of a container the kernel has no default action: without this it goes on.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    plugins = _plugins(values)
    token = (values["admin_token"] or secrets.token_urlsafe(24)) if values["admin"] else ""
    with_pages = values["pages"] and (bool(token) or not reaches_others(host))
    if with_pages:
        _refuse_reserved(plugins)
    sink = require_chromium() if values["production"] else None
    if sink and not with_pages:
        raise UsageError("--production is for the pages: leave out --no-pages, give --admin")
    app = _Late()
    # Flask and Authlib come with the plugin, which --help must not load.
    from mockauth.plugin.server.serving import serving

    with ExitStack() as stack:
        try:
            base = stack.enter_context(serving(app, host, port, values["ca_file"]))
        except OSError as wrong:
            why = wrong.strerror or "is the port taken?"
            raise UsageError(f"--host {host} --port {port}: cannot be served at: {why}") from wrong
        if with_pages:
            plugins = tuple(_known_to_pages(plugin, base) for plugin in plugins)
        made = _app(plugins, token, values["folders"])
        if with_pages:
            made = pages = _with_pages(made, plugins, base, host, token, {**values, "sink": sink})
        app.set(_behind_proxy(made) if values["behind_proxy"] else made)
        for plugin in plugins:
            _introduce(f"{base}/{plugin.name}".rstrip("/"), plugin, values["profile"])
        if with_pages:
            _line("ChatGPT's pages", page_address(base))
        if with_pages and sink:
            at = at_chatgpt(pages.pages, sink, values["allow_hosts"], opens=values["opens"])
            stack.enter_context(at)
        _introduce_admin(base, plugins, token, shown=not values["admin_token"])
        _warn_of(host)
        threading.Event().wait()


def _plugins(values: dict[str, Any]) -> tuple[PluginConfig, ...]:
    from mockauth.scenario.misbehaving import with_faults

    settings, source = read_settings(values["config"])
    names = (
        "api", "auth", "content_type", "login", "registration", "mcp_revision", "mcp_mode",
    )  # fmt: skip
    given = {n: values[n] for n in names if values[n] is not None} | _api_of(values)
    plugins = plugins_of(settings.get("serve", {}), source, given)
    plugins = tuple(
        called_back(plugin, (*values["redirect_uris"], *_of_connectors(plugin)))
        for plugin in plugins
    )
    if values["profile"] == "action":
        # The engine comes with every check, which only this profile of `serve` needs.
        from mockauth.engine.demo import as_action

        plugins = tuple(as_action(plugin) for plugin in plugins)
    folders = values["folders"]
    for folder in folders:
        if not folder.exists():
            raise UsageError(f"--scenarios {folder}: there is no such folder")
    return tuple(with_faults(plugin, values["faults"], folders) for plugin in plugins)


def _of_connectors(plugin: PluginConfig) -> tuple[str, ...]:
    """The callback that ChatGPT's connectors have today, where the plugin is an MCP server."""
    return MCP.callbacks[:1] if plugin.api == "mcp" else ()


def _api_of(values: dict[str, Any]) -> dict[str, str]:
    """The API that the profile mcp stands for."""
    if values["profile"] != "mcp":
        if (values["mcp_revision"] or values["mcp_mode"]) and values["api"] != "mcp":
            raise UsageError("--revision and --mode are for --profile mcp")
        return {}
    if values["api"] not in (None, "mcp"):
        raise UsageError(f"--api {values['api']} is no MCP server; leave out --profile mcp")
    return {"api": "mcp"}


def _list_faults(folders: Sequence[Path]) -> None:
    from mockauth.scenario.misbehaving import KnownFaults

    for name, fault in sorted(KnownFaults(folders).items()):
        _line(name, fault.title)


class _Late:
    """An app that is made once its address is known."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._app: WSGIApplication | None = None

    def set(self, app: WSGIApplication) -> None:
        """Let `app` answer from here on."""
        self._app = app
        self._ready.set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._app is None:
            self._ready.wait()
        assert self._app is not None  # noqa: S101 - it is set before anybody is let on
        return self._app(environ, start_response)


def _refuse_reserved(plugins: tuple[PluginConfig, ...]) -> None:
    from mockauth.web.doors import RESERVED

    for plugin in plugins:
        if plugin.name in RESERVED:
            raise UsageError(
                f"plugin {plugin.name!r}: ChatGPT's pages have that address; choose another name, "
                "or give --no-pages"
            )


def _known_to_pages(plugin: PluginConfig, base: str) -> PluginConfig:
    """The plugin with the callback of the pages registered, at either name of this machine."""
    named = (base, base.replace("//localhost:", "//127.0.0.1:"))
    paths = [f"/aip/{id}/oauth/callback" for id in plugin.plugin_ids]
    if plugin.api == "mcp":
        paths = [path_of(uri) for uri in _of_connectors(plugin)]
    uris = [f"{one}{path}" for path in paths for one in named]
    return called_back(plugin, tuple(dict.fromkeys(uris)))


def _with_pages(
    app: Any,
    plugins: tuple[PluginConfig, ...],
    base: str,
    host: str,
    token: str,
    values: dict[str, Any],
) -> Doors:
    from mockauth.web.doors import Doors

    def make() -> WSGIApplication:
        # Templates, form tokens and the checks take 300 ms to import; nobody may visit the pages.
        from mockauth.web.app import create_pages
        from mockauth.web.settings import PageSettings

        is_public, sink = reaches_others(host), values["sink"]
        return create_pages(
            PageSettings(
                hosts=(host, *values["page_hosts"], *(HOSTS if sink else ())),
                kept_from=sink.wanted if sink else tuple,
                store=values["store"],
                admin_token=token if is_public else "",
                is_public=is_public,
                has_plugin_side=True,
                controls=_controls(app, values["folders"]) if token else {},
                sample=_sample(plugins, base, values["profile"]),
            )
        )

    return Doors(app, make)


def _controls(app: Any, folders: Sequence[Path]) -> dict[str, PluginControl]:
    """The switches of each plugin that is served."""
    from mockauth.plugin.control.actions import PluginControl
    from mockauth.plugin.several import Several
    from mockauth.scenario.misbehaving import KnownFaults

    known = KnownFaults(folders)
    apps = app.apps if isinstance(app, Several) else {"": app}
    return {name: PluginControl(one.extensions["mockauth"], known) for name, one in apps.items()}


def _sample(plugins: tuple[PluginConfig, ...], base: str, profile: str) -> Sample | None:
    """The only plugin of this server, with its published credentials filled in."""
    from mockauth.web.settings import Sample

    if len(plugins) > 1 or plugins[0].name:
        return None
    [plugin] = plugins
    client, user = next(iter(plugin.clients), None), next(iter(plugin.users), None)
    hint = f"Its user is {user.name}, with the password {user.password}." if user else ""
    if plugin.api == "mcp":
        return Sample(target=f"{base}/mcp", hint=hint, is_mcp=True)
    return Sample(
        target=base,
        plugin_id=next(iter(plugin.plugin_ids), ""),
        client_id=client.id if client else "",
        client_secret=client.secret if client else "",
        service_token=plugin.service_token,
        key=user.key if user else "",
        hint=hint,
        form=action_form(plugin, base) if profile == "action" else {},
    )


def action_form(plugin: PluginConfig, base: str) -> dict[str, str]:
    """What the editor's form is filled in with for the Action of this server."""
    client = next(iter(plugin.clients), None)
    return {
        "openapi": f"{base}/openapi.json",
        "auth": plugin.auth if plugin.auth in ("none", "service_http") else "oauth",
        "key": plugin.service_token if plugin.auth == "service_http" else "",
        "auth_scheme": "custom" if plugin.api_key_header else plugin.authorization_type,
        "header": plugin.api_key_header,
        "client_id": client.id if client else "",
        "client_secret": client.secret if client else "",
        "authorize_url": f"{base}/authorize",
        "token_url": f"{base}/token",
        "scope": plugin.scope,
        "plugin_id": next(iter(plugin.plugin_ids), ""),
    }


def _app(plugins: tuple[PluginConfig, ...], token: str, folders: Sequence[Path]) -> Any:
    from mockauth.plugin.app import create_app
    from mockauth.plugin.several import create_apps
    from mockauth.scenario.misbehaving import KnownFaults

    known = KnownFaults(folders)
    one = len(plugins) == 1 and not plugins[0].name
    if one:
        app: Any = create_app(plugins[0], admin_token=token, known_faults=known)
    else:
        app = create_apps(plugins, admin_token=token, known_faults=known)
    return app


def _behind_proxy(app: Any) -> WSGIApplication:
    from mockauth.plugin.server.serving import behind_proxy

    return behind_proxy(app)


def _introduce(base: str, config: PluginConfig, profile: str) -> None:
    # Flask comes with the plugin, which --help must not load.
    from mockauth.plugin.faults.parse import spelled
    from mockauth.plugin.resource import MCP_PATHS, PATHS, SERVED

    if profile == "plugin" and config.api != "mcp":
        _line("manifest", f"{base}/.well-known/ai-plugin.json")
    if config.api != "mcp":
        _line("OpenAPI document", f"{base}/openapi.json")
    _line("MCP server" if config.api == "mcp" else "API", base + PATHS[config.api])
    if config.api == "mcp":
        _line("MCP server, another resource", base + MCP_PATHS[1])
        _line("revision", ", ".join(SERVED[config.mcp_revision]))
    if config.auth == "oauth":
        _introduce_oauth(base, config, profile)
    elif config.auth == "service_http":
        _line("service token", config.service_token)
    elif config.auth == "user_http":
        for user in config.users:
            _line("user key", f"{user.name}: {user.key}")
    if config.faults:
        name = f"{config.name} active faults".strip()
        _line(name, ", ".join(spelled(fault) for fault in config.faults))


def _introduce_oauth(base: str, config: PluginConfig, profile: str) -> None:
    authorize, token = _endpoint_names(config, profile)
    _line(authorize, f"{base}/authorize")
    _line(token, f"{base}/token")
    if profile == "action" and config.api != "mcp":
        _line("Scope", config.scope)
    for name, url in _further_endpoints(base, config).items():
        _line(name, url)
    for client in config.clients:
        _line("client", f"{client.id} / {client.secret or '(public)'}")
    for user in config.users:
        _line("user", f"{user.name} / {user.password}")
    uris = [uri for client in config.clients for uri in config.registered(client)]
    for uri in dict.fromkeys(uris):
        # Those of a 2023 plugin say nothing to who tests an MCP server.
        if config.api != "mcp" or uri.partition("?")[0] not in config.redirect_uris:
            _line("registered callback", uri)


def _endpoint_names(config: PluginConfig, profile: str) -> tuple[str, str]:
    """What the authorize and the token endpoint are called where the plugin is registered."""
    if config.api == "mcp":
        return "authorize endpoint", "token endpoint"
    if profile == "action":
        return "authorize (Authorization URL)", "token (Token URL)"
    return "authorize endpoint (client_url)", "token endpoint (authorization_url)"


def _further_endpoints(base: str, config: PluginConfig) -> dict[str, str]:
    from mockauth.plugin.oauth.endpoints import metadata_paths
    from mockauth.plugin.resource import document_address, has_resource_metadata

    paths = metadata_paths(config)
    known = (
        (bool(paths), "metadata", base + (paths[0] if paths else "")),
        (has_resource_metadata(config), "metadata of the resource", document_address(base)),
        (config.registration, "registration endpoint", f"{base}/register"),
        (config.token_format == "jwt", "key set", f"{base}/.well-known/jwks.json"),
        (config.revocation, "revocation endpoint", f"{base}/revoke"),
        (config.introspection, "introspection endpoint", f"{base}/introspect"),
        (config.userinfo, "userinfo endpoint", f"{base}/userinfo"),
    )
    return {name: url for there, name, url in known if there}


def _introduce_admin(
    base: str, plugins: tuple[PluginConfig, ...], token: str, *, shown: bool
) -> None:
    if token:
        for plugin in plugins:
            _line("control", f"{base}/{plugin.name}".rstrip("/") + "/_mockauth/")
        _line("control token", token if shown else "as given")
    click.echo("The built-in secrets are published samples and protect nothing. Ctrl-C stops.")


def _warn_of(host: str) -> None:
    if reaches_others(host):
        click.echo(
            f"--host {host}: other machines reach this server, its sample secrets and, with its "
            "token, its control interface. Clients use the address of this machine.",
            err=True,
        )


def _line(name: str, value: str) -> None:
    click.echo(f"{name:36} {value}")
